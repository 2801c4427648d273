"""Was the population complete? One row per account: what was expected, what was read, and why not all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.activity.period import in_words
from hygiene.documents import is_worth_asking, parse_time
from hygiene.model import AccountState, GapKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from hygiene.activity import Activity
    from hygiene.model import Account, AccountDocuments, Gap

NOT_IN_SNAPSHOT = "not in the snapshot"
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Two listings of an account's roles, and IAM's own count. None: that witness was not asked."""

    detailed: frozenset[str]
    listed: frozenset[str] | None
    counted: int | None

    @property
    def expected(self) -> int | None:
        """How many roles there should be: IAM's count, else the second listing."""
        if self.counted is not None:
            return self.counted
        return None if self.listed is None else len(self.listed)


def skipped_row(account: Account, reason: str) -> dict[str, Any]:
    """Return the row of an account that was left out on purpose."""
    return {**_identity(account), "status": "skipped", "reason": reason}


def failed_row(account: Account, gaps: Sequence[Gap] = ()) -> dict[str, Any]:
    """Return the row of an account of which nothing usable is in the snapshot."""
    return {**_identity(account), "status": "failed", "reason": "; ".join(_gap_sentences(gaps)) or NOT_IN_SNAPSHOT}


def read_row(account: Account, documents: AccountDocuments, started_at: datetime | None) -> dict[str, Any]:
    """Return the row of an account whose authorization details were read, wholly (`read`) or in part (`partial`).

    `started_at` is when collecting began: a role made after it may be in one listing only.
    """
    witnesses = _witnesses(documents)
    reasons = [
        *_gap_sentences(documents.gaps),
        *_disagreements(witnesses, documents, started_at),
        *_missing_events(documents.activity),
    ]
    return {
        **_identity(account),
        "status": "partial" if reasons else "read",
        "roles_expected": witnesses.expected,
        "roles_read": len(witnesses.detailed),
        **_last_accessed(documents),
        **_events(documents.activity),
        "reason": "; ".join([*reasons, *_changed(documents), *_passed_by(documents.activity)]) or None,
    }


def _identity(account: Account) -> dict[str, Any]:
    return {
        "account_id": account.id,
        "account_name": account.name or None,
        "ou_path": account.ou_path or None,
        "state": None if account.state is AccountState.UNKNOWN else str(account.state),
    }


def _witnesses(documents: AccountDocuments) -> Witnesses:
    details = documents.authorization_details or {"RoleDetailList": []}
    listed = None if documents.roles is None else frozenset(str(role.get("Arn")) for role in documents.roles)
    counted = None if documents.account_summary is None else documents.account_summary.get("Roles")
    return Witnesses(frozenset(str(role["Arn"]) for role in details["RoleDetailList"]), listed, counted)


def _disagreements(witnesses: Witnesses, documents: AccountDocuments, started_at: datetime | None) -> Iterator[str]:
    listed = witnesses.detailed if witnesses.listed is None else witnesses.listed
    gone = set((documents.reconciliation or {}).get("deleted_during_run", ()))
    unlisted = witnesses.detailed - listed - gone
    if unlisted:
        yield f"in the authorization details but not in ListRoles: {_named(unlisted)}"
    unread = (listed - witnesses.detailed) - _made_since(documents, started_at)
    if unread:
        yield f"in ListRoles but not in the authorization details: {_named(unread)}"
    fewest, most = len(witnesses.detailed & listed), len(witnesses.detailed | listed)
    if witnesses.counted is not None and not fewest <= witnesses.counted <= most:
        yield f"IAM counts {witnesses.counted} roles, {most} were listed"


def _made_since(documents: AccountDocuments, started_at: datetime | None) -> set[str]:
    if started_at is None:
        return set()
    created = ((str(role.get("Arn")), parse_time(role.get("CreateDate"))) for role in documents.roles or ())
    return {arn for arn, moment in created if moment is not None and moment >= started_at}


def _named(arns: set[str] | frozenset[str]) -> str:
    names = sorted(arn.rsplit("/", 1)[-1] for arn in arns)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _last_accessed(documents: AccountDocuments) -> dict[str, int | None]:
    """Return the counts; both empty where last accessed information was never asked for."""
    details = documents.authorization_details
    was_asked = documents.last_accessed is not None or any(gap.collector == "last-accessed" for gap in documents.gaps)
    if details is None or not was_asked:
        return {"last_accessed_expected": None, "last_accessed_read": None}
    expected = {str(role["Arn"]) for role in details["RoleDetailList"] if is_worth_asking(role)}
    gone = {gap.subject for gap in documents.gaps if gap.kind is GapKind.GONE}
    read = set(documents.last_accessed or ())
    return {"last_accessed_expected": len(expected - gone), "last_accessed_read": len((expected - gone) & read)}


def _events(activity: Activity | None) -> dict[str, datetime | None]:
    """Return from when to when CloudTrail was read; both empty where it was not."""
    if activity is None:
        return {"events_from": None, "events_to": None}
    return {"events_from": activity.begins, "events_to": activity.ends}


def _missing_events(activity: Activity | None) -> Iterator[str]:
    """Yield what is missing between the two moments; what was before the first of them, the column itself says."""
    if activity is None:
        return
    holes = [day for day in activity.missing_days if day >= activity.begins.date()]
    if holes:
        yield f"CloudTrail events are missing for {in_words(holes)}"
    if activity.records_damaged:
        number = activity.records_damaged
        were = "record was" if number == 1 else "records were"
        yield f"{number} CloudTrail {were} left out: damaged, or of a time that cannot be right"
    yield from activity.problems


def _changed(documents: AccountDocuments) -> Iterator[str]:
    """Yield what is not as it was collected. It was read, so nothing is missing; the auditor asks who changed it."""
    if documents.changed:
        was = "was" if len(documents.changed) == 1 else "were"
        yield f"{', '.join(documents.changed)} {was} changed after collecting"


def _passed_by(activity: Activity | None) -> Iterator[str]:
    """Yield what was found and left alone, which makes nothing incomplete."""
    if activity is not None and activity.files_passed_by:
        number = activity.files_passed_by
        files = "1 other file" if number == 1 else f"{number} other files"
        yield f"{files} among the CloudTrail logs, passed by"


def _gap_sentences(gaps: Sequence[Gap]) -> Iterator[str]:
    """Yield one sentence per operation and error, with the number of roles it concerns."""
    grouped: dict[tuple[str, ...], list[Gap]] = {}
    for gap in gaps:
        if gap.kind is GapKind.GONE and gap.subject:
            continue  # The role was deleted while it was being read: nothing is missing.
        # A refusal names the role in its message; by operation and code the same refusal stands once.
        key = (gap.operation, gap.code) if gap.operation else (gap.message,)
        grouped.setdefault(key, []).append(gap)
    for same in grouped.values():
        first = same[0]
        roles = len({gap.subject for gap in same if gap.subject})
        concerned = f" ({roles} role{'' if roles == 1 else 's'})" if roles else ""
        yield f"{_sentence(first)}{concerned}"


def _sentence(gap: Gap) -> str:
    if not gap.operation:
        return gap.message
    if gap.kind is GapKind.DENIED:
        what = "the reader role could not be assumed" if gap.collector == "assume-role" else "denied"
        return f"{gap.operation} {what}: {gap.code}" if what == "denied" else f"{what}: {gap.operation} {gap.code}"
    if gap.kind is GapKind.THROTTLED:
        return f"{gap.operation} throttled until we gave up"
    return f"{gap.operation} failed: {gap.code or gap.message}"
