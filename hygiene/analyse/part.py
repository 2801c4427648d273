"""A part: what the first pass found in one account, as a value and as bytes that another process can go on with.

The bytes are one line of JSON that says version, key and sizes, then three blocks: the summary (coverage row, group
ids, facts for chains, who has a proposal) and the tables (rows without verdicts), both compressed JSON, and the
proposals and policies as they are, compressed already. The same part gives the same bytes.
https://www.rfc-editor.org/rfc/rfc1950 (zlib)
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
import pandas as pd

from hygiene.analyse.account import ExaminedAccount
from hygiene.analyse.chains import AssumeGrant, RoleFacts, Trust
from hygiene.errors import PartError
from hygiene.frames import Assumptions, Coverage, RoleEvents, Roles
from hygiene.model import Proposal, Removal, RightSizing
from hygiene.policy.document import ConditionClause
from hygiene.schema import moments_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hygiene.schema import Table

PART_VERSION = 4
"""Of the bytes; a reader refuses a newer one, and an older one is made again."""

_LEVEL = 1
"""A fifth of the size for a twentieth of the time it took to examine the account; higher levels gain little."""

_MAX_BLOCK_BYTES = 4 << 30
"""A block is refused beyond this size once expanded: a few kilobytes can hold gigabytes of zeros."""

_HEADER_BYTES = 4096


@dataclass(frozen=True)
class Part:
    """One account after the first pass. `examined` is None where nothing of it could be read."""

    account_id: str
    coverage: Mapping[str, Any]
    """Its row of the Coverage schema."""
    examined: ExaminedAccount | None = None


@dataclass(frozen=True)
class Summary:
    """What the second pass keeps of every part: its coverage row, and facts about its roles.

    `group_ids` has one for each role.
    """

    account_id: str
    coverage: Mapping[str, Any]
    facts: Sequence[RoleFacts]
    group_ids: Sequence[str]
    is_examined: bool


def summary_of(part: Part) -> Summary:
    """Return what the second pass keeps of the part."""
    if part.examined is None:
        return Summary(part.account_id, part.coverage, (), (), is_examined=False)
    return Summary(part.account_id, part.coverage, part.examined.facts, _group_ids(part.examined), is_examined=True)


def proposals_in(part: Part) -> tuple[Proposal, ...]:
    """Return what the part proposes."""
    return part.examined.right_sizing.proposals if part.examined else ()


def _group_ids(examined: ExaminedAccount) -> list[str]:
    return [str(role["group_id"]) for role in examined.roles]


def encode_part(part: Part, key: str = "") -> bytes:
    """Return the part as bytes. `key` names what the account was examined by; `key_of` gives it back."""
    blocks = (_packed(_summary_to_json(part)), *_table_blocks(part.examined))
    header = {
        "part_version": PART_VERSION,
        "key": key,
        "account_id": part.account_id,
        "blocks": [len(block) for block in blocks],
    }
    return b"".join((json.dumps(header).encode(), b"\n", *blocks))


def _summary_to_json(part: Part) -> dict[str, Any]:
    if part.examined is None:
        return {"coverage": part.coverage, "facts": None, "groups": [], "proposals": []}
    proposals = part.examined.right_sizing.proposals
    return {
        "coverage": part.coverage,
        "facts": _facts_to_json(part.examined.facts),
        "groups": _group_ids(part.examined),
        "proposals": [[one.role_arn, one.path, one.difference, len(one.compressed)] for one in proposals],
    }


def _table_blocks(examined: ExaminedAccount | None) -> tuple[bytes, bytes]:
    if examined is None:
        return _packed(None), b""
    sizing = examined.right_sizing
    texts = (*(proposal.compressed for proposal in sizing.proposals), sizing.policies)
    return _packed(_tables_to_json(examined)), b"".join(texts)


def key_of(content: bytes) -> str:
    """Return the key that a part was written with. Raises PartError as `decode_part` does."""
    with _Damage():
        header, _ = _header(content)
        return str(header["key"])


def decode_part(content: bytes) -> Part:
    """Return the part of its bytes. Raises PartError for damaged ones, and for those of another version."""
    with _Damage():
        account_id, (first, second, third) = _opened(content)
        summary, tables = _unpacked(first), _unpacked(second)
        coverage = _rows(Coverage, [summary["coverage"]])[0]
        if tables is None:
            return Part(account_id, coverage)
        return Part(account_id, coverage, _examined(tables, summary, third))


def decode_summary(content: bytes) -> Summary:
    """Return the summary of a part's bytes without expanding its tables. Raises PartError as `decode_part` does."""
    with _Damage():
        account_id, (first, _, _) = _opened(content)
        summary = _unpacked(first)
        coverage = _rows(Coverage, [summary["coverage"]])[0]
        if summary["facts"] is None:
            return Summary(account_id, coverage, (), (), is_examined=False)
        groups = [str(group_id) for group_id in summary["groups"]]
        return Summary(account_id, coverage, _facts_of_json(summary["facts"]), groups, is_examined=True)


def decode_proposals(content: bytes) -> tuple[Proposal, ...]:
    """Return what a part's bytes propose without expanding its tables. Raises PartError as `decode_part` does."""
    with _Damage():
        _, (first, _, third) = _opened(content)
        return tuple(_proposals(_unpacked(first), third))


class _Damage:
    """Turns what a damaged part makes Python raise into a PartError."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (ValueError, TypeError, KeyError, IndexError, AttributeError, zlib.error)):
            raise PartError(f"A part of an account is damaged ({error}).") from error


def _opened(content: bytes) -> tuple[str, tuple[bytes, bytes, bytes]]:
    header, end = _header(content)
    sizes = [int(size) for size in header["blocks"]]
    if len(content) != end + 1 + sum(sizes):
        raise ValueError("it is cut off")
    first, second, third = _cut(content[end + 1 :], sizes)
    return str(header["account_id"]), (first, second, third)


def _header(content: bytes) -> tuple[dict[str, Any], int]:
    """Return the first line and where it ends."""
    end = content.index(b"\n", 0, _HEADER_BYTES)
    header = json.loads(content[:end])
    version = header["part_version"]
    if version != PART_VERSION:
        raise PartError(
            f"A part of account {header.get('account_id')} was written by another hygiene (version {version}, this "
            f"one reads {PART_VERSION}). All machines of a run need the same version."
        )
    return header, end


def _cut(content: bytes, sizes: Iterable[int]) -> Iterator[bytes]:
    begin = 0
    for size in sizes:
        yield content[begin : begin + size]
        begin += size


def _packed(value: object) -> bytes:
    try:
        text = orjson.dumps(value, default=_plain)
    except TypeError:
        # Half characters and numbers beyond 64 bits, which a stranger may have written; Python's own takes them.
        text = json.dumps(value, default=_plain, separators=(",", ":")).encode()
    return zlib.compress(text, _LEVEL)


def _unpacked(block: bytes) -> Any:
    expander = zlib.decompressobj()
    text = expander.decompress(block, _MAX_BLOCK_BYTES)
    if expander.unconsumed_tail or not expander.eof:
        raise ValueError("a block is cut off, or too large")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _plain(value: object) -> object:
    """Return what JSON has no word for; an empty cell is None, whichever of pandas's words for it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if value is pd.NA:
        return None
    raise TypeError(f"{type(value).__name__} has no place in a part")


def _tables_to_json(examined: ExaminedAccount) -> dict[str, Any]:
    sizing = examined.right_sizing
    return {
        "roles": examined.roles,
        "findings": examined.findings,
        "advice": examined.advice,
        "assumptions": examined.assumptions,
        "role_events": examined.role_events,
        "policies": len(sizing.policies),
        "removals": [asdict(removal) for removal in sizing.removals],
    }


def _proposals(summary: Mapping[str, Any], texts: bytes) -> Iterator[Proposal]:
    """Yield the proposals; theirs are the first of the texts."""
    listed = summary["proposals"]
    contents = _cut(texts, (size for *_, size in listed))
    for (arn, path, difference, _), content in zip(listed, contents, strict=True):
        yield Proposal(arn, path, difference, content)


def _examined(tables: Mapping[str, Any], summary: Mapping[str, Any], texts: bytes) -> ExaminedAccount:
    return ExaminedAccount(
        roles=tuple(_rows(Roles, tables["roles"])),
        findings=tables["findings"],
        facts=_facts_of_json(summary["facts"]),
        advice=tables["advice"],
        right_sizing=RightSizing(
            tuple(_proposals(summary, texts)),
            tuple(_removal(fields) for fields in tables["removals"]),
            texts[len(texts) - tables["policies"] :],
        ),
        assumptions=tuple(_rows(Assumptions, tables["assumptions"])),
        role_events=tuple(_rows(RoleEvents, tables["role_events"])),
    )


def _removal(fields: Mapping[str, Any]) -> Removal:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
    return Removal(**values)


def _rows(schema: type[Table], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with their moments as such; JSON holds them as text. The rows are ours alone, so in place."""
    for name in moments_of(schema):
        for row in rows:
            if row.get(name) is not None:
                row[name] = datetime.fromisoformat(row[name])
    return rows


def _facts_to_json(facts: Sequence[RoleFacts]) -> dict[str, Any]:
    """Return the facts with each grant and each trust once: hundreds of roles have the same."""
    grants: dict[tuple[AssumeGrant, ...], int] = {}
    trusts: dict[tuple[Trust, ...], int] = {}
    roles = [
        [
            fact.arn,
            fact.account_id,
            fact.is_administrator,
            grants.setdefault(fact.assumes, len(grants)),
            trusts.setdefault(fact.trusted, len(trusts)),
            fact.administrator_if,
        ]
        for fact in facts
    ]
    return {
        "roles": roles,
        "grants": [[astuple(one) for one in several] for several in grants],
        "trusts": [[_trust_to_json(one) for one in several] for several in trusts],
    }


def _trust_to_json(trust: Trust) -> list[Any]:
    clauses = [astuple(clause) for clause in trust.condition]
    return [trust.principal, trust.relation, trust.account_id, trust.is_whole_account, clauses]


def _facts_of_json(facts: Mapping[str, Any]) -> list[RoleFacts]:
    grants = [
        tuple(AssumeGrant(tuple(on), tuple(keys), tuple(but), effect) for on, keys, but, effect in several)
        for several in facts["grants"]
    ]
    trusts = [tuple(_trust_of_json(*one) for one in several) for several in facts["trusts"]]
    return [
        RoleFacts(arn, account_id, is_administrator, grants[grant], trusts[trust], tuple(keys))
        for arn, account_id, is_administrator, grant, trust, keys in facts["roles"]
    ]


def _trust_of_json(
    principal: str, relation: str, account_id: str | None, is_whole_account: bool, clauses: list[Any]
) -> Trust:
    condition = tuple(ConditionClause(operator, key, tuple(values)) for operator, key, values in clauses)
    return Trust(principal, relation, account_id, is_whole_account, condition)
