"""A reviewer's file → the ledger: read, held against the report it answers, and kept whole or not at all."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from hygiene.documents import parse_time
from hygiene.errors import AnswersError, ConfigError
from hygiene.pipeline.ledgers import add_answers, answers_of, keep_original
from hygiene.pipeline.places import alone, new_run_id
from hygiene.pipeline.previous import read_object
from hygiene.report import unguarded
from hygiene.review.answers.delimited import delimited_lines
from hygiene.review.answers.judge import GIVEN, Asked, Judged, Question, Receipt, judge
from hygiene.review.answers.sheet import MAX_BYTES, rows_of
from hygiene.review.answers.workbook import workbook_lines
from hygiene.review.ledger import latest, original_name
from hygiene.snapshot import layout
from hygiene.store import open_store, split_location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from hygiene.review.answers.judge import Problem
    from hygiene.review.answers.sheet import AnswerRow
    from hygiene.review.ledger import Answer
    from hygiene.store import Store

_SHOWN = 50
_WORKBOOK, _MACROS = ".xlsx", (".xlsm", ".xltm", ".xlsb", ".xls")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file changes in the ledger: answers about roles that had none, other answers than before, the same."""

    review_id: str
    new: tuple[Answer, ...]
    changed: tuple[Answer, ...]
    same: int
    remarks: tuple[Problem, ...]
    is_written: bool


def import_decisions(
    file: Path, report: str, reviewer: str, clock: Callable[[], datetime], *, dry_run: bool
) -> Imported:
    """Take a reviewer's file into the ledger of the review whose report it answers. A dry run needs no lock.

    Raises AnswersError, with a line per problem, when anything in the file does not fit: nothing is written then.
    Raises ConfigError when file or report are not there, LockHeldError when another run is at work in the place.
    """
    if not reviewer.strip():
        raise ConfigError("--reviewer: say who answered, such as ana@example.com.")
    content = _content(file)
    digest = hashlib.sha256(content).hexdigest()
    receipt = Receipt(reviewer.strip(), clock().replace(microsecond=0), original_name(file.name, digest))
    sheet = _Sheet(file, content, digest, receipt)
    above, _ = split_location(report)
    if dry_run:
        return _imported(sheet, open_store(above), report, dry_run=True)
    with alone(above, new_run_id(clock()), "Nothing was imported: do it again when that has ended.") as places:
        return _imported(sheet, places.out, report, dry_run=False)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A reviewer's file as it came, and who brought it when."""

    file: Path
    content: bytes
    sha256: str
    receipt: Receipt


def _imported(sheet: _Sheet, out: Store, report: str, *, dry_run: bool) -> Imported:
    file, content = sheet.file, sheet.content
    asked = _asked(out, split_location(report)[1], report)
    judged = judge(read_rows(file.name, content), asked, sheet.receipt)
    _refuse(file, judged)
    known = latest(answers_of(out, asked.review_id))
    new = tuple(answer for answer in judged.answers if answer.role_id not in known)
    changed = tuple(answer for answer in judged.answers if _is_other(answer, known))
    if (new or changed) and not dry_run:
        keep_original(out, asked.review_id, file.name, content, sheet.sha256)
        add_answers(out, asked.review_id, [*new, *changed])
    same = len(judged.answers) - len(new) - len(changed)
    return Imported(asked.review_id, new, changed, same, judged.remarks, is_written=not dry_run)


def _is_other(answer: Answer, known: Mapping[str, Answer]) -> bool:
    earlier = known.get(answer.role_id)
    return earlier is not None and not earlier.says_the_same(answer)


def read_rows(name: str, content: bytes) -> list[AnswerRow]:
    """Return the rows of a `.csv` or `.xlsx`. Raises AnswersError for anything else."""
    suffix = Path(name).suffix.lower()
    if suffix in _MACROS:
        raise AnswersError(f"{name}: {suffix} files may carry macros and are not opened; save it as .xlsx or .csv.")
    is_workbook = content.startswith(b"PK\x03\x04") or suffix == _WORKBOOK
    lines = workbook_lines(content, name) if is_workbook else delimited_lines(content, name)
    return list(rows_of(lines, name, unguarded))


def _content(file: Path) -> bytes:
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise AnswersError(
                f"{file} is {size >> 20} MiB; at most {MAX_BYTES >> 20} are read. Delete the rows without an answer."
            )
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror}).") from error


def _asked(out: Store, quarter: str, report: str) -> Asked:
    """Return what a sealed report asks. Raises ConfigError where there is none, AnswersError when it was edited."""
    manifest = read_object(out, f"{quarter}/{layout.MANIFEST}")
    summary = read_object(out, f"{quarter}/summary.json")
    as_of = parse_time(summary.get("as_of"))
    if not manifest.get("review_id") or as_of is None:
        raise ConfigError(f"--review {report}: no finished report there; name a folder such as reports/2026-Q4.")
    decisions, roles = (_table(out, quarter, name, manifest) for name in ("decisions", "roles"))
    named = manifest.get("snapshot") or {}
    return Asked(
        review_id=str(manifest["review_id"]),
        as_of=as_of,
        snapshot_location=str(named.get("location", "")),
        snapshot_sha256=str(named.get("manifest_sha256", "")),
        questions=_questions(decisions, roles),
    )


def _table(out: Store, quarter: str, name: str, manifest: Mapping[str, Any]) -> pd.DataFrame:
    """Return a table of the report as text, its Parquet twin if there is one, once its digest is the sealed one."""
    for path, read in ((f"{name}.parquet", _from_parquet), (f"{name}.csv", _from_csv)):
        content = out.read(f"{quarter}/{path}")
        if content is None:
            continue
        sealed = {entry.get("path"): entry.get("sha256") for entry in manifest.get("files") or ()}
        if sealed.get(path) != hashlib.sha256(content).hexdigest():
            raise AnswersError(f"{quarter}/{path} is not as it was sealed by its manifest; make the report again.")
        return read(content)
    raise AnswersError(f"{quarter} has neither {name}.parquet nor {name}.csv; make the report with one of them.")


def _from_parquet(content: bytes) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(content)).astype("object")


def _from_csv(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False).map(unguarded)


def _questions(decisions: pd.DataFrame, roles: pd.DataFrame) -> dict[str, tuple[Question, ...]]:
    severities = dict(zip(roles["role_arn"], roles["severity"], strict=True))
    names = ["role_id", "role_arn", "account_id", "group_id", "row_sha256", "suggestion", *GIVEN]
    found: dict[str, tuple[Question, ...]] = {}
    for values in zip(*(decisions[name] for name in names), strict=True):
        severity = severities.get(values[1])
        role_id, role_arn, account_id, group_id, row_sha256, suggestion, *given = (
            value if isinstance(value, str) else "" for value in values
        )
        worst = severity if isinstance(severity, str) else ""
        question = Question(
            role_id, role_arn, account_id, group_id, row_sha256, suggestion, worst, given=tuple(given)
        )
        found[question.role_id] = (*found.get(question.role_id, ()), question)
    return found


def _refuse(file: Path, judged: Judged) -> None:
    if judged.problems:
        number = len(judged.problems)
        title = f"{file.name}: {number} row{'' if number == 1 else 's'} cannot be taken, so nothing was imported."
        raise AnswersError("\n".join([title, *problem_lines(judged.problems)]))
    if not judged.answers:
        raise AnswersError(f"{file.name}: no row has a decision, so there is nothing to import.")


def problem_lines(problems: Iterable[Problem]) -> list[str]:
    """Return a line per problem, by line of the file; the first fifty, and how many more."""
    ordered = sorted(problems, key=lambda problem: problem.line)
    more = [f"  … and {len(ordered) - _SHOWN} more"] if len(ordered) > _SHOWN else []
    return [f"  line {problem.line}: {problem.text}" for problem in ordered[:_SHOWN]] + more
