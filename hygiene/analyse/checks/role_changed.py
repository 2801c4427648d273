"""What was changed on a role in the window: by whom, when, and what it did to the role's power."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.activity import changes_by_role, event_in_words, passing_roles
from hygiene.analyse.change_effect import Effect, effect_of
from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.wording import some_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.activity import RoleChange
    from hygiene.analyse.estate import Estate

_SEVERITY = {
    Effect.MUCH_MORE: "high",
    Effect.MORE: "medium",
    Effect.UNBOUND: "medium",
    Effect.REWRITTEN: "medium",
    Effect.TRUST: "medium",
    Effect.MADE: "low",
    Effect.OTHER: "low",
    Effect.LESS: "info",
}
_DETAILS = 50


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles that were changed, what gave them most power first. AWS's changes to its own roles are left out."""
    editable = set(estate.editable)
    for arn, changes in changes_by_role(estate):
        if arn not in editable:
            continue
        weighed = [(effect_of(change, estate), change) for change in changes]
        worst, change = max(weighed, key=lambda pair: (pair[0], pair[1].event.time))
        more = len(changes) - 1
        others = f" {more} more change{'' if more == 1 else 's'} in the window." if more else ""
        yield Finding(
            role_arn=arn,
            evidence=f"{_sentence(change, worst)}{others}{event_in_words(change.event)}",
            detail=tuple(f"{one.event.time:%Y-%m-%d} {one.action}" for _, one in weighed[-_DETAILS:]),
            severity=_SEVERITY[worst],
        )
    yield from _passing(estate)


def _passing(estate: Estate) -> Iterator[Finding]:
    """Yield the roles that came and went: each that had or gave much by itself, all others together."""
    harmless: list[str] = []
    for name, changes in passing_roles(estate).items():
        worst, change = max(
            ((effect_of(one, estate), one) for one in changes), key=lambda pair: (pair[0], pair[1].event.time)
        )
        if worst is not Effect.MUCH_MORE:
            harmless.append(name)
            continue
        yield Finding(
            subject=f"role {name}",
            evidence=f"made on {changes[0].event.time:%Y-%m-%d}, deleted on {changes[-1].event.time:%Y-%m-%d}, so no "
            f"review saw it. {_sentence(change, worst)}{event_in_words(change.event)}",
            detail=tuple(f"{one.event.time:%Y-%m-%d} {one.action}" for one in changes[-_DETAILS:]),
            severity=_SEVERITY[worst],
        )
    if harmless:
        yield Finding(
            subject="roles made and deleted between two reviews",
            evidence=f"{len(harmless):,} of them: {some_of(harmless, 'role')}",
            detail=tuple(harmless[:_DETAILS]),
            severity="info",
        )


def _sentence(change: RoleChange, effect: Effect) -> str:
    what = f"{change.action} {change.subject}" if change.subject else change.action
    origin = f" from {change.source_network}" if change.source_network not in {"", "unknown"} else ""
    return f"{effect.label}: {what}, by {change.by}{origin} on {change.event.time:%A, %Y-%m-%d at %H:%M} UTC."


CHECK = Check(
    id="role-changed",
    title="Changed since the last review",
    group="Activity",
    severity="low",
    why="What was reviewed last time is no longer what is there; a change outside the usual way is how intruders stay.",
    remedy="Match the change with a ticket or a commit; undo it when nobody knows it.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html",
    find=find,
)
