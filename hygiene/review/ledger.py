"""The ledger of a review: what people answered, one JSON line per answer, only ever added to. Pure: bytes ⇄ values.

`OUT/ledger/<review_id>/` holds `decisions.jsonl`, the files as they came (`originals/`), `sent.jsonl` and
`superseded/` manifests. The last line about a role holds; earlier ones stay as evidence.
"""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from hygiene.errors import LedgerError
from hygiene.frames import DECISIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LEDGER_SCHEMA = 1
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Answer:
    """One decision about one role, with what it was made on and how it came to us.

    `target_date`: None where the reviewer named none. `review_as_of`: the moment of the report that was answered;
    `snapshot_sha256`: the digest of the snapshot behind it, empty when that had none. `line` counts from 1 in the
    file `original`. Times are UTC.
    """

    review_id: str
    role_id: str
    role_arn: str
    account_id: str
    group_id: str
    row_sha256: str
    suggestion: str
    decision: str
    justification: str
    target_date: date | None
    ticket: str
    reviewer: str
    decided_at: datetime
    review_as_of: datetime
    snapshot_location: str
    snapshot_sha256: str
    imported_by: str
    imported_at: datetime
    original: str
    line: int

    def says_the_same(self, other: Answer) -> bool:
        """Whether both give the same decision; when and by which file is no matter.

        Keeping is about the role as it is. A role that is to go or to shrink changes on its way: what the decision
        was first made on stays what its end is measured by.
        """
        return self._said() == other._said()

    def _said(self) -> tuple[Any, ...]:
        kept_as_is = self.row_sha256 if self.decision == "keep" else ""
        return (
            self.review_id, self.role_id, kept_as_is, self.decision, self.justification, self.target_date,
            self.ticket, self.reviewer,
        )  # fmt: skip


def parse_ledger(content: bytes | None, origin: str) -> tuple[Answer, ...]:
    """Return the answers of a `decisions.jsonl`, in the order they came; none where there is no file.

    Raises LedgerError naming the line: a damaged ledger is mended by hand, never read in part.
    """
    return tuple(read_ledger([content or b""], origin))


def read_ledger(chunks: Iterable[bytes], origin: str) -> Iterator[Answer]:
    """Yield the answers of a `decisions.jsonl` that comes in pieces. Raises LedgerError as `parse_ledger` does."""
    for number, line in enumerate(_lines(chunks), start=1):
        if not line.strip():
            continue
        try:
            yield _answer(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise LedgerError(
                f"{origin}, line {number}: damaged ({error}). Mend the line, or restore the file: "
                "answers that people gave are never skipped."
            ) from error


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line.decode("utf-8", "surrogateescape") for line in lines)
    yield rest.decode("utf-8", "surrogateescape")


def ledger_bytes(answers: Iterable[Answer]) -> bytes:
    """Return the content of a `decisions.jsonl`: one object per line, keys in the order of the class."""
    return "".join(f"{json.dumps(_record(answer), ensure_ascii=False)}\n" for answer in answers).encode()


def latest(answers: Iterable[Answer]) -> dict[str, Answer]:
    """Return role id → the answer that holds: the one that came last."""
    return {answer.role_id: answer for answer in answers}


def original_name(file_name: str, sha256: str) -> str:
    """Return the name under which a reviewer's file is kept: safe whatever it was called, and its own by content."""
    safe = _UNSAFE.sub("_", file_name).strip("._")[-80:] or "file"
    return f"{sha256[:16]}-{safe}"


def _record(answer: Answer) -> dict[str, Any]:
    record = {"schema_version": LEDGER_SCHEMA, **dataclasses.asdict(answer)}
    return {key: _plain(value) for key, value in record.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime(_TIME)
    return value.isoformat() if isinstance(value, date) else value


def _answer(record: Mapping[str, Any]) -> Answer:
    version = record["schema_version"]
    if version > LEDGER_SCHEMA:
        raise ValueError(f"written by a newer hygiene, schema {version}")
    if record["decision"] not in DECISIONS:
        raise ValueError(f"{record['decision']!r} is no decision")
    values = {field.name: record[field.name] for field in dataclasses.fields(Answer)}
    for name in ("decided_at", "review_as_of", "imported_at"):
        values[name] = datetime.strptime(values[name], _TIME).replace(tzinfo=UTC)
    values["target_date"] = date.fromisoformat(values["target_date"]) if values["target_date"] else None
    return Answer(**values)
