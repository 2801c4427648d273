"""Roles assumed from a network that nobody expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.activity.bounded import OTHER
from hygiene.activity.networks import is_expected, is_private
from hygiene.analyse.activity import assumptions_by_role, event_in_words
from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.wording import some_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.activity import Assumption, EventReference
    from hygiene.analyse.estate import Estate


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (the networks are [activity]'s)
    """Yield roles with successful assumptions from outside `[activity] expected_networks`; none are expected, none wrong.

    AWS services come from AWS's own networks. An address that was not recorded says nothing.
    """
    expected = estate.reference.expected_networks
    if not expected:
        return
    for arn, assumptions in assumptions_by_role(estate):
        strange = [
            (network, assumption)
            for assumption in assumptions
            if assumption.count
            for network, _ in assumption.networks
            if is_expected(network, expected) is False
        ]
        if strange:
            yield _finding(arn, strange)
        elif uncounted := sum(number for one in assumptions for network, number in one.networks if network == OTHER):
            yield Finding(
                role_arn=arn,
                evidence=f"It came from more networks than are kept apart; of {uncounted:,} of its assumptions nobody can "
                "say whether they were expected.",
                detail=(OTHER,),
                severity="low",
                confidence="possible",
            )


def _finding(role_arn: str, strange: list[tuple[str, Assumption]]) -> Finding:
    networks = sorted({network for network, _ in strange})
    callers = sorted({assumption.principal for _, assumption in strange})
    examples = [event for network, assumption in strange if (event := _event(network, assumption)) is not None]
    latest = max(examples, key=lambda event: (event.time, event.id), default=None)
    when = f"; the last time on {latest.time:%Y-%m-%d}" if latest else ""
    return Finding(
        role_arn=role_arn,
        evidence=f"Assumed from {some_of(networks, 'network')}, which no expected network holds, by "
        f"{some_of(callers, 'principal')}{when}.{_private(networks)}{event_in_words(latest)}",
        detail=tuple(networks),
    )


def _private(networks: list[str]) -> str:
    """Only a VPC endpoint, of whichever account's VPC, shows AWS a private address."""
    return " Private addresses come through a VPC endpoint." if any(map(is_private, networks)) else ""


def _event(network: str, assumption: Assumption) -> EventReference | None:
    """Return an event from this very network; where none was kept, one of the principal's."""
    return dict(assumption.network_examples).get(network, assumption.example)


CHECK = Check(
    id="unexpected-network",
    title="Assumed from an unexpected network",
    group="Activity",
    severity="medium",
    why="Stolen credentials are used from somewhere else than yours.",
    remedy="Ask whose network it is; add it to [activity] expected_networks if it is yours, else revoke the sessions and look at what they did.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip",
    find=find,
)
