"""What became of each decision, by looking at AWS again: only what is gone or really smaller counts as done.

States: `answered` (nothing is due yet), `verified`, `overdue`, `re-opened` (it was done, and undone) and
`stale-decision` (the role that was kept is another one now). What cannot be seen is never called done.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hygiene.frames import Changes, FollowUps, frame_of
from hygiene.policy.powers import gained, is_smaller, opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet
    from datetime import date, datetime

    import pandas as pd

    from hygiene.policy.powers import Powers
    from hygiene.review.ledger import Answer

REMOVE, REDUCE, KEEP, NOT_MINE = "remove", "reduce", "keep", "not-mine"
ANSWERED, VERIFIED, OVERDUE, RE_OPENED, STALE = "answered", "verified", "overdue", "re-opened", "stale-decision"

Promise = tuple[str, str, str]
"""What a decision is remembered by: its review, its role's id, what was decided. A new answer is a new promise."""


@dataclass(frozen=True, slots=True)
class Traces:
    """One role's powers at the moments that matter for a reduction; None: that snapshot is not there any more."""

    decided: Powers | None = None
    previous: Powers | None = None
    now: Powers | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What this review sees, and remembers of the one before.

    `digests`: role id → `row_sha256` of the roles that are there; `ids`: role ARN → id; `listed`: accounts of which
    every role was read. `due_days`: for decisions without a date of their own, from the moment of the review they
    answer. `verified`: promise → the quarter that first saw it carried out; `re_opened`: promises that were found
    undone in the review before; `earlier_digests`: as `digests`, then. `first_due`: role id → the day by which it was
    to be removed at first, however often that was put off.
    """

    digests: Mapping[str, str]
    ids: Mapping[str, str]
    listed: AbstractSet[str]
    as_of: datetime
    quarter: str
    due_days: int
    snapshot_sha256: str = ""
    verified: Mapping[Promise, str] = field(default_factory=dict)
    re_opened: AbstractSet[Promise] = frozenset()
    earlier_digests: Mapping[str, str] = field(default_factory=dict)
    traces: Mapping[Promise, Traces] = field(default_factory=dict)
    first_due: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A state and what was seen, in words."""

    state: str
    detail: str


def promise_of(answer: Answer) -> Promise:
    """Return what this decision is remembered by."""
    return answer.review_id, answer.role_id, answer.decision


def obligations(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Return the decision that counts for each role, from answers in the order they came.

    `not-mine` decides nothing, so it does not release anybody from an earlier decision.
    """
    found = {answer.role_id: answer for answer in answers if answer.decision != NOT_MINE}
    return tuple(found[role_id] for role_id in sorted(found))


def replaced(earlier: Iterable[Answer], standing: Iterable[Answer]) -> tuple[Answer, ...]:
    """Return the decisions of earlier reviews to remove or reduce whose role has another decision by now."""
    held = {answer.role_id: answer for answer in standing}
    return tuple(
        answer
        for answer in obligations(earlier)
        if answer.decision != KEEP and promise_of(answer) != promise_of(held[answer.role_id])
    )


def followed_up(answers: Iterable[Answer], sight: Sight, before: Iterable[Answer] = ()) -> pd.DataFrame:
    """Return the FollowUps table of these decisions. A kept role that is gone has nothing to follow up.

    `before`: decisions that this review's answers replaced; what this review is the first to see carried out of
    them is told, since a new question about a role takes nothing away from what was done.
    """
    rows = [_row(answer, outcome, sight) for answer in answers if (outcome := outcome_of(answer, sight)) is not None]
    for answer in before:
        outcome = outcome_of(answer, sight)
        if outcome is not None and outcome.state == VERIFIED and promise_of(answer) not in sight.verified:
            rows.append(_row(answer, outcome, sight))
    order = ["account_id", "role_arn", "role_id", "review_id"]
    return frame_of(FollowUps, rows).sort_values(order, ignore_index=True)


def outcome_of(answer: Answer, sight: Sight) -> Outcome | None:
    """Return what became of one decision; None where nothing is left to look at."""
    is_there = answer.role_id in sight.digests
    if not is_there and answer.account_id not in sight.listed:
        return _unseen(answer, sight)
    if answer.decision == KEEP:
        return _kept(answer, sight) if is_there else None
    if not is_there:
        successor = sight.ids.get(answer.role_arn)
        if successor is None:
            return Outcome(VERIFIED, "the role is gone")
        return Outcome(RE_OPENED, f"a role of the same name was made again ({successor})")
    if answer.decision == REMOVE:
        if promise_of(answer) in sight.verified:
            return Outcome(RE_OPENED, "the role is there again")
        return _not_done(answer, sight, f"the role is still there{_put_off(answer, sight)}")
    return _reduced(answer, sight)


def _unseen(answer: Answer, sight: Sight) -> Outcome:
    detail = "the account was not wholly read this time"
    if (known := sight.verified.get(promise_of(answer))) is not None:
        return Outcome(VERIFIED, f"carried out in {known}; {detail}")
    if answer.decision == KEEP:
        return Outcome(ANSWERED, detail)
    return _not_done(answer, sight, detail)


def _kept(answer: Answer, sight: Sight) -> Outcome:
    if sight.digests[answer.role_id] != answer.row_sha256:
        return Outcome(STALE, "trust, policies or boundary changed since it was kept")
    if not _was_looked_at_again(answer, sight):
        return Outcome(ANSWERED, "")
    return Outcome(VERIFIED, "unchanged since it was kept")


def _was_looked_at_again(answer: Answer, sight: Sight) -> bool:
    if answer.snapshot_sha256 and sight.snapshot_sha256:
        return answer.snapshot_sha256 != sight.snapshot_sha256
    return sight.as_of > answer.review_as_of


def _reduced(answer: Answer, sight: Sight) -> Outcome:
    traces = sight.traces.get(promise_of(answer), Traces())
    was_verified = promise_of(answer) in sight.verified
    if traces.decided is None or traces.now is None:
        return _reduced_without_proof(answer, sight, traces, was_verified=was_verified)
    complaint = _not_smaller(traces.decided, traces.now)
    if complaint:
        return Outcome(RE_OPENED, complaint) if was_verified else _not_done(answer, sight, complaint)
    is_undone = was_verified and _was_granted_again(traces.decided, traces.previous, traces.now)
    stays_undone = promise_of(answer) in sight.re_opened and not _shrank(traces.previous, traces.now)
    if is_undone or stays_undone:
        return Outcome(RE_OPENED, "something that was cut is granted again")
    return Outcome(VERIFIED, "fewer permissions or a narrower trust, and nothing new")


def _shrank(then: Powers | None, now: Powers) -> bool:
    return then is not None and not _not_smaller(then, now)


def _reduced_without_proof(answer: Answer, sight: Sight, traces: Traces, *, was_verified: bool) -> Outcome:
    """Judge a reduction whose first snapshot is gone: what was proved once holds while nothing grew since."""
    if promise_of(answer) in sight.re_opened:
        return Outcome(RE_OPENED, "it grew again after it was reduced; nothing proves that it shrank since")
    is_same = sight.digests[answer.role_id] == sight.earlier_digests.get(answer.role_id)
    if was_verified and (is_same or (traces.previous and traces.now and not _grew(traces.previous, traces.now))):
        return Outcome(VERIFIED, f"carried out in {sight.verified[promise_of(answer)]}; nothing grew since")
    if was_verified:
        return Outcome(RE_OPENED, "it grew, or may have grown, since it was reduced")
    if sight.digests[answer.role_id] == answer.row_sha256:
        return _not_done(answer, sight, "the role is as it was")
    return _not_done(answer, sight, "it changed; the snapshot it was decided on is not there to prove how")


def _not_smaller(decided: Powers, now: Powers) -> str:
    """Return why the role does not count as reduced; empty when it does."""
    if decided.grant is None or now.grant is None or decided.entrances is None or now.entrances is None:
        return "a policy is unreadable, so nobody can say that it became smaller"
    if gained(decided.grant, now.grant):
        return "it may do something it could not do when it was decided"
    if opened(decided.entrances, now.entrances):
        return "its trust is wider than when it was decided"
    if is_smaller(decided.grant, now.grant) or opened(now.entrances, decided.entrances):
        return ""
    return "its permissions and its trust are as they were"


def _grew(then: Powers, now: Powers) -> bool:
    if then.grant is None or now.grant is None or then.entrances is None or now.entrances is None:
        return True
    return bool(gained(then.grant, now.grant) or opened(then.entrances, now.entrances))


def _was_granted_again(decided: Powers, previous: Powers | None, now: Powers) -> bool:
    """Whether something came back that the role had when it was decided, and had lost since."""
    if previous is None or previous.grant is None or decided.grant is None or now.grant is None:
        return False
    came_back = gained(previous.grant, now.grant) & gained(previous.grant, decided.grant)
    if came_back:
        return True
    if previous.entrances is None or decided.entrances is None or now.entrances is None:
        return False
    return bool(opened(previous.entrances, now.entrances) & opened(previous.entrances, decided.entrances))


def _not_done(answer: Answer, sight: Sight, detail: str) -> Outcome:
    is_overdue = sight.as_of.date() > due_date(answer, sight.due_days)
    return Outcome(OVERDUE if is_overdue else ANSWERED, detail)


def _put_off(answer: Answer, sight: Sight) -> str:
    first = sight.first_due.get(answer.role_id)
    return f"; put off, first due {first}" if first and first < due_date(answer, sight.due_days) else ""


def first_due_dates(answers: Iterable[Answer], due_days: int) -> dict[str, date]:
    """Return role id → the day its removal was due by the first of the reviews in a row that decided on one.

    A new date in every review would otherwise keep a removal from ever being late.
    """
    by_review = {(answer.review_id, answer.role_id): answer for answer in answers if answer.decision != NOT_MINE}
    found: dict[str, date] = {}
    for answer in by_review.values():
        if answer.decision == REMOVE:
            found.setdefault(answer.role_id, due_date(answer, due_days))
        else:
            found.pop(answer.role_id, None)
    return found


def due_date(answer: Answer, due_days: int) -> date:
    """Return the day by which a decision was to be carried out; that day itself is still in time."""
    return answer.target_date or (answer.review_as_of + timedelta(days=due_days)).date()


def _row(answer: Answer, outcome: Outcome, sight: Sight) -> dict[str, Any]:
    # A decision that was undone keeps the quarter in which it once was carried out.
    is_done = outcome.state == VERIFIED and answer.decision != KEEP
    first_seen = sight.quarter if is_done else None
    return {
        "review_id": answer.review_id,
        "account_id": answer.account_id,
        "role_arn": answer.role_arn,
        "role_id": answer.role_id,
        "decision": answer.decision,
        "state": outcome.state,
        "detail": outcome.detail or None,
        "due": None if answer.decision == KEEP else due_date(answer, sight.due_days).isoformat(),
        "justification": answer.justification or None,
        "ticket": answer.ticket or None,
        "reviewer": answer.reviewer,
        "decided_at": answer.decided_at,
        "verified_quarter": None if answer.decision == KEEP else sight.verified.get(promise_of(answer), first_seen),
    }


def not_carried_out(followups: pd.DataFrame, review_id: str, seen: AbstractSet[str]) -> pd.DataFrame:
    """Return Changes rows for decisions of earlier reviews that are overdue on a role whose id was seen."""
    late = followups[(followups["state"] == OVERDUE) & (followups["review_id"] != review_id)]
    there = late[late["role_id"].isin(list(seen))]
    return frame_of(Changes, [_late_change(row) for row in there.to_dict("records")])


def _late_change(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "account_id": row["account_id"],
        "role_arn": row["role_arn"],
        "role_id": row["role_id"],
        "change": "decision_not_carried_out",
        "before": f"{row['decision']} by {row['due']}, decided by {row['reviewer']}",
        "after": row["detail"],
    }
