"""Roles that may do everything in a service, on any resource."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.unknown_actions import UnknownServices
from hygiene.analyse.wording import confidence_of, held_back_clause, some_of
from hygiene.policy.actions import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate
    from hygiene.policy.effective import EffectivePermissions

_SMALL_SERVICE = 2
"""A service with one action has no wildcard worth the name."""


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield, per fate, the services a role's own policies allow whole on any resource."""
    unknown_services = UnknownServices(estate.reference.ceilings(estate.account.id).scp_levels)
    for arn in estate.editable:
        permissions = estate.permissions[arn]
        known, unknown = _by_fate(permissions.effective), unknown_services.of(permissions)
        for fate in [*known, *(fate for fate in unknown if fate not in known)]:
            services, more = known.get(fate, ()), unknown.get(fate, ())
            giving = permissions.policies_giving(_mask_of(services)) if services else ()
            naming = (one.name for one in permissions.policies if more and unknown_services.are_named_in(one, more))
            policies = tuple(dict.fromkeys((*giving, *naming)))
            yield _finding(arn, tuple(sorted((*services, *more))) if more else services, policies, fate)


def _finding(arn: str, services: tuple[str, ...], policies: tuple[str, ...], fate: str) -> Finding:
    return Finding(
        role_arn=arn,
        evidence=f"May do everything in {some_of(services, 'service')}, on any resource{held_back_clause(fate)}.",
        detail=services,
        policies=policies,
        held_back_by=fate,
        confidence=confidence_of(fate),
    )


def _by_fate(effective: EffectivePermissions) -> dict[str, tuple[str, ...]]:
    """Return the services that the role's own policies allow whole, by what holds them back."""
    granted = effective.own.grant.anywhere_if
    services = _wide_services(granted) if granted else ()
    if not services:
        return {}
    # Nothing touches most services, and asking for the fate of each takes its time.
    untouched = frozenset(_wide_services(granted & effective.proven))
    if len(untouched) == len(services):
        return {"": services}
    taken = granted & ~effective.final.anywhere_if
    by_fate: dict[str, list[str]] = {}
    for service in services:
        fate = "" if service in untouched else _fate(effective, catalogue().services[service], taken)
        by_fate.setdefault(fate, []).append(service)
    return {fate: tuple(found) for fate, found in by_fate.items()}


def _wide_services(mask: int) -> tuple[str, ...]:
    """Return the services that lie whole in the mask and are large enough for a wildcard."""
    return catalogue().whole_services_in(mask & _large_services())


@cache
def _large_services() -> int:
    return sum(actions for actions in catalogue().services.values() if actions.bit_count() >= _SMALL_SERVICE)


@lru_cache(maxsize=2048)
def _mask_of(services: tuple[str, ...]) -> int:
    return sum(catalogue().services[service] for service in services)


def _fate(effective: EffectivePermissions, run: int, taken: int) -> str:
    """Return what holds the service back: whatever took more than half of its actions; else empty."""
    if not run & taken:
        return "" if run & effective.proven else effective.not_evaluated(run)
    for name, grant in effective.stages:
        left = run & grant.anywhere_if
        if not left:
            return name
        if left != run:
            break
    verdicts = effective.on_any_resource(run)
    left = sum(verdict.mask.bit_count() for verdict in verdicts if verdict.is_effective)
    if left * 2 < run.bit_count():
        held = (verdict for verdict in verdicts if not verdict.is_effective)
    elif any(not verdict.held_back_by for verdict in verdicts):
        return ""
    else:
        held = (verdict for verdict in verdicts if verdict.is_effective)
    return max(held, key=lambda verdict: verdict.mask.bit_count()).held_back_by


CHECK = Check(
    id="service-wildcard",
    title="Whole service on any resource",
    group="Permissions",
    severity="medium",
    why="A wildcard grants what the service can do today and everything AWS adds to it tomorrow.",
    remedy="Name the actions in use and the resources they are used on.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-21",
    find=find,
)
