"""Who assumed a role in this window and did not in the window before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.activity import (
    assumptions_by_role,
    event_in_words,
    is_outsider,
    networks_in_words,
    newcomers,
    was_kept_apart,
    window_in_words,
)
from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.wording import some_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.activity import Assumption
    from hygiene.analyse.estate import Estate
    from hygiene.analyse.reference import EarlierCallers


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles with new principals. Without a window before to compare with, or for a younger role, nothing is new."""
    earlier = estate.reference.earlier_callers.get(estate.account.id)
    if earlier is None:
        return
    for arn, assumptions in assumptions_by_role(estate):
        created_at = estate.role(arn)["created_at"]
        if created_at is None or created_at >= earlier.ends:
            continue
        found = newcomers(earlier, assumptions)
        if found:
            yield Finding(
                role_arn=arn,
                evidence=_evidence(found, earlier),
                detail=tuple(sorted(assumption.principal for assumption in found)),
                confidence=_confidence(earlier, arn),
                severity=_severity(estate, found),
            )


def _confidence(earlier: EarlierCallers, role_arn: str) -> str:
    if not was_kept_apart(earlier, role_arn):
        return "possible"
    return "likely" if earlier.has_holes else "certain"


def _evidence(found: list[Assumption], earlier: EarlierCallers) -> str:
    newest = max(found, key=lambda assumption: (assumption.count, assumption.principal))
    others = [assumption.principal for assumption in found if assumption is not newest]
    more = f" New too: {some_of(sorted(others), 'principal')}." if others else ""
    holes = ", of which some days were not read" if earlier.has_holes else ""
    holes += "" if was_kept_apart(earlier, newest.role_arn) else ", when more came than could be kept by name"
    return (
        f"{newest.principal} assumed it {_times(newest.count)}{networks_in_words(newest)}, first on "
        f"{newest.first_seen:%Y-%m-%d}; not seen in the window before ({window_in_words(earlier)}{holes}).{more}"
        f"{event_in_words(newest.example)}"
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _severity(estate: Estate, found: list[Assumption]) -> str:
    if any(is_outsider(estate, assumption) for assumption in found):
        return "high"
    return "low" if all(assumption.principal_kind == "service" for assumption in found) else ""


CHECK = Check(
    id="new-assumer",
    title="Assumed by somebody new",
    group="Activity",
    severity="medium",
    why="A role's callers hardly ever change; a new one is a new use that somebody should know of, or a stolen way in.",
    remedy="Ask the owner whether this caller is meant; if not, narrow the trust policy and look at what the session did.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html",
    find=find,
)
