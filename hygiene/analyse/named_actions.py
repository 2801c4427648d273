"""Findings about a set of actions on any resource: which are effective, which are held back, and by which policy."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from hygiene.analyse.check import Finding
from hygiene.analyse.well_known import some_actions
from hygiene.analyse.wording import confidence_of, held_back_clause, some_of
from hygiene.policy.actions import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate
    from hygiene.policy.effective import Verdict

_FEW = 4
"""So many actions are named in the sentence; beyond that their services say more."""


def find_named_actions(
    estate: Estate, actions: tuple[str, ...], sentence: str, known_best: tuple[str, ...] = ()
) -> Iterator[Finding]:
    """Yield one finding per role and fate for these actions; `detail` names the actions.

    The sentence names those in `known_best` first.
    """

    @lru_cache(maxsize=1024)
    def worded(mask: int) -> tuple[tuple[str, ...], str]:
        names = tuple(catalogue().names_in(mask))
        return names, f"{sentence}: {some_actions(names, known_best)}"

    for arn, policies, verdict in _verdicts(estate, catalogue().mask(actions)):
        names, text = worded(verdict.mask)
        yield _finding(arn, policies, verdict, text, names)


def find_changed_services(estate: Estate, wanted: int, sentence: str) -> Iterator[Finding]:
    """Yield one finding per role and fate for thousands of actions; `detail` names their services."""
    for arn, policies, verdict in _verdicts(estate, wanted):
        services = catalogue().services_in(verdict.mask)
        few = catalogue().names_in(verdict.mask) if verdict.mask.bit_count() <= _FEW else []
        named = f" ({', '.join(few)})" if few else ""
        yield _finding(arn, policies, verdict, f"{sentence} in {some_of(services, 'service')}{named}", services)


def _verdicts(estate: Estate, wanted: int) -> Iterator[tuple[str, tuple[str, ...], Verdict]]:
    """Yield role, policies and fate of those wanted actions that a role is given on any resource."""
    for arn in estate.editable:
        permissions = estate.permissions[arn]
        for verdict in permissions.effective.on_any_resource(wanted):
            yield arn, permissions.policies_giving(verdict.mask), verdict


def _finding(
    role_arn: str, policies: tuple[str, ...], verdict: Verdict, sentence: str, detail: tuple[str, ...]
) -> Finding:
    return Finding(
        evidence=f"{sentence}{held_back_clause(verdict.held_back_by)}.",
        role_arn=role_arn,
        detail=detail,
        policies=policies,
        held_back_by=verdict.held_back_by,
        confidence=confidence_of(verdict.held_back_by),
    )
