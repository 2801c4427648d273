"""What people are asked, what they answered, and the state of each role's decision."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from hygiene.frames import Decisions, FollowUps, Roles, columns_of, validated
from hygiene.review.follow_up import ANSWERED, KEEP, NOT_MINE, OVERDUE, RE_OPENED, STALE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hygiene.review.ledger import Answer

OPEN, WAIVED, NO_RESPONSE = "open", "waived", "no-response"
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True)
class Loop:
    """What is known of the people's part when a report is made.

    `answers`: role id → this review's answer. `followups`: the FollowUps table. `waived`: ids of roles whose every
    finding that asks for a decision has a live exception. `unanswered`: ids of roles that nobody answered about in
    the previous review. `is_over`: whether the time to answer this review has passed.
    """

    followups: pd.DataFrame = field(default_factory=FollowUps.empty)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    waived: frozenset[str] = frozenset()
    unanswered: frozenset[str] = frozenset()
    is_over: bool = False

    def holding(self, role_id: str, row_sha256: str) -> Answer | None:
        """Return this review's answer if it still decides something.

        `not-mine` decides nothing, and a role that was kept and then changed is another role.
        """
        answer = self.answers.get(role_id)
        if answer is None or answer.decision == NOT_MINE:
            return None
        return None if answer.decision == KEEP and answer.row_sha256 != row_sha256 else answer


def decisions_to_ask(roles: pd.DataFrame, review_id: str, loop: Loop | None = None) -> pd.DataFrame:
    """Return the Decisions table, those that need one first; without a loop nobody has answered yet.

    `decision` holds what people answered and nothing else: a suggestion that is already filled in is an answer
    nobody gave, and an answer that no longer holds would be given again by whoever sends the file back.
    """
    loop = loop or Loop()
    asked = roles[roles["usage_status"] != "excluded"]
    keys = zip(asked["role_id"].tolist(), asked["row_sha256"].tolist(), strict=True)
    answers = [loop.holding(role_id, row_sha256) for role_id, row_sha256 in keys]
    is_answered = pd.Series([answer is not None for answer in answers], index=asked.index, dtype="bool")
    needs = (asked["suggestion"] != "keep") & ~is_answered & ~asked["role_id"].isin(list(loop.waived))
    table = asked.assign(
        review_id=review_id, needs_decision=needs.map({True: "yes", False: "no"}), **_answered(answers, asked.index)
    ).reindex(columns=columns_of(Decisions))
    # "yes" comes before "no" when sorted downwards.
    ordered = table.sort_values(["needs_decision", "account_id", "role_arn"], ascending=[False, True, True])
    return validated(Decisions, ordered.reset_index(drop=True))


def _answered(answers: list[Answer | None], index: pd.Index) -> dict[str, pd.Series]:
    def column(name: str) -> pd.Series:
        return pd.Series([getattr(answer, name) or None if answer else None for answer in answers], index, "object")

    days = [answer.target_date.isoformat() if answer and answer.target_date else None for answer in answers]
    return {
        **{name: column(name) for name in ("decision", "justification", "ticket", "reviewer")},
        "target_date": pd.Series(days, index, "object"),
        "decided_at": column("decided_at"),
    }


def with_states(roles: pd.DataFrame, decisions: pd.DataFrame, loop: Loop) -> pd.DataFrame:
    """Return the roles with `decision`, `decision_state`, `reviewer` and `decided_at`.

    A decision of this review comes first, then one of an earlier review that is not settled, then what is asked.
    """
    follow = _Followed(loop.followups)
    needed = set(decisions.loc[decisions["needs_decision"] == "yes", "role_arn"].tolist())
    keys = zip(*(roles[name].tolist() for name in ("role_id", "role_arn", "usage_status")), strict=True)
    states = [
        _state(role_id, follow.of(role_id, arn), is_needed=arn in needed, is_asked=status != "excluded", loop=loop)
        for role_id, arn, status in keys
    ]
    names = ("decision", "decision_state", "reviewer", "decided_at")
    columns = {
        name: pd.Series([state[place] for state in states], roles.index, "object") for place, name in enumerate(names)
    }
    return validated(Roles, roles.assign(**columns))


_State = tuple[str | None, str | None, str | None, Any]


class _Followed:
    """The follow-ups by role, and by name for a role that was made again."""

    def __init__(self, followups: pd.DataFrame) -> None:
        rows = followups.to_dict("records")
        self._by_id: dict[str, dict[Any, Any]] = {str(row["role_id"]): row for row in rows}
        self._again: dict[str, dict[Any, Any]] = {
            str(row["role_arn"]): row for row in rows if row["state"] == RE_OPENED
        }

    def of(self, role_id: str, role_arn: str) -> dict[Any, Any] | None:
        return self._by_id.get(role_id) or self._again.get(role_arn)


def _state(role_id: str, followed: dict[Any, Any] | None, *, is_needed: bool, is_asked: bool, loop: Loop) -> _State:
    answer = loop.answers.get(role_id)
    if answer is not None and answer.decision == NOT_MINE and not _is_pressing(followed):
        return NOT_MINE, _asking(role_id, loop) if is_needed else None, answer.reviewer, answer.decided_at
    if followed is not None and (answer is not None or _is_pressing(followed)):
        return _told(followed)
    if role_id in loop.waived and is_asked:
        return None, WAIVED, None, None
    if followed is not None and (not is_needed or followed["state"] in {STALE, ANSWERED}):
        return _told(followed)
    return None, _asking(role_id, loop) if is_needed else None, None, None


def _is_pressing(followed: dict[Any, Any] | None) -> bool:
    return followed is not None and followed["state"] in {OVERDUE, RE_OPENED}


def _told(followed: dict[Any, Any]) -> _State:
    return followed["decision"], followed["state"], followed["reviewer"], followed["decided_at"]


def _asking(role_id: str, loop: Loop) -> str:
    """Return `no-response` where nobody answered in time, this review or the one before; else `open`."""
    is_silent = role_id not in loop.answers and (role_id in loop.unanswered or loop.is_over)
    return NO_RESPONSE if is_silent else OPEN


def rerouted(roles: pd.DataFrame, answers: Mapping[str, Answer], fallback: str) -> pd.DataFrame:
    """Return the roles with the owners that `not-mine` answers name; nobody named: the security team's queue.

    The new owner is the first mail address in the justification.
    """
    passed_on = {role_id: _named(answer) for role_id, answer in answers.items() if answer.decision == NOT_MINE}
    is_passed_on = roles["role_id"].isin(list(passed_on))
    if not is_passed_on.any():
        return roles
    names = roles["role_id"].map(lambda role_id: passed_on.get(role_id) or fallback or None)
    sources = roles["role_id"].map(
        lambda role_id: NOT_MINE if passed_on.get(role_id) else "fallback" if fallback else None
    )
    return roles.assign(
        owner=roles["owner"].astype("object").where(~is_passed_on, names.astype("object")),
        owner_source=roles["owner_source"].astype("object").where(~is_passed_on, sources.astype("object")),
    )


def _named(answer: Answer) -> str:
    found = _ADDRESS.search(answer.justification)
    return found[0] if found else ""
