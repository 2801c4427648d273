"""Who tried to assume a role again and again, and was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.activity import assumptions_by_role, event_in_words, is_outsider
from hygiene.analyse.check import Check, Finding, Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.activity import Assumption
    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield roles with a principal that was refused at least `min_refusals` times in the window."""
    for arn, assumptions in assumptions_by_role(estate):
        refused = [assumption for assumption in assumptions if assumption.failed >= thresholds["min_refusals"]]
        if refused:
            worst = max(refused, key=lambda assumption: (assumption.failed, assumption.principal))
            yield Finding(
                role_arn=arn,
                evidence=_evidence(worst, len(refused) - 1, estate.account.id),
                detail=tuple(sorted(assumption.principal for assumption in refused)),
                severity="medium" if any(is_outsider(estate, assumption) for assumption in refused) else "",
            )


def _evidence(worst: Assumption, more: int, account_id: str) -> str:
    errors = ", ".join(name for name, _ in worst.errors[:2]) or "an error"
    others = f" {more} more principal{'' if more == 1 else 's'} as well." if more else ""
    return (
        f"{worst.principal} was refused {worst.failed:,} times ({errors}), last seen on {worst.last_seen:%Y-%m-%d}."
        f"{others}{event_in_words(worst.failed_example or worst.example)}{_whose_log(worst, account_id)}"
    )


def _whose_log(worst: Assumption, account_id: str) -> str:
    """A principal of another account stands in its own account's log; seen from the role's, it is but an account."""
    is_elsewhere = worst.principal_kind in ("role", "user", "root") and worst.principal_account_id != account_id
    return f" Look in the log of account {worst.principal_account_id}." if is_elsewhere else ""


CHECK = Check(
    id="failed-assume",
    title="Refused again and again",
    group="Activity",
    severity="low",
    why="Either something is broken and nobody noticed, or somebody tries doors.",
    remedy="If the caller should get in, mend the trust policy or the caller's permission; if not, stop the caller.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html",
    find=find,
    thresholds={"min_refusals": 5},
)
