"""Findings about a set of actions on any resource: which are effective, which are held back, and by which policy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hygiene.analyse.check import Finding
from hygiene.analyse.wording import confidence_of, held_back_clause, some_of
from hygiene.policy.actions import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate

_FEW = 4
"""So many actions are named in the sentence; beyond that their services say more."""


def find_named_actions(estate: Estate, actions: tuple[str, ...], sentence: str) -> Iterator[Finding]:
    """Yield one finding per role and fate for these actions; `detail` names the actions."""
    for finding, mask in _findings(estate, catalogue().mask(actions)):
        names = tuple(catalogue().names_in(mask))
        yield _worded(finding, f"{sentence}: {some_of(names, 'action')}", names)


def find_changed_services(estate: Estate, wanted: int, sentence: str) -> Iterator[Finding]:
    """Yield one finding per role and fate for thousands of actions; `detail` names their services."""
    for finding, mask in _findings(estate, wanted):
        services = tuple(catalogue().services_in(mask))
        few = catalogue().names_in(mask) if mask.bit_count() <= _FEW else []
        named = f" ({', '.join(few)})" if few else ""
        yield _worded(finding, f"{sentence} in {some_of(services, 'service')}{named}", services)


def _findings(estate: Estate, wanted: int) -> Iterator[tuple[Finding, int]]:
    for arn in estate.editable():
        permissions = estate.permissions[arn]
        for verdict in permissions.effective.on_any_resource(wanted):
            finding = Finding(
                evidence="",
                role_arn=arn,
                policies=permissions.policies_giving(verdict.mask),
                held_back_by=verdict.held_back_by,
                confidence=confidence_of(verdict.held_back_by),
            )
            yield finding, verdict.mask


def _worded(finding: Finding, sentence: str, detail: tuple[str, ...]) -> Finding:
    return replace(finding, evidence=f"{sentence}{held_back_clause(finding.held_back_by)}.", detail=detail)
