"""Roles that a service may be tricked into using for a stranger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.trust_rows import trusting
from hygiene.analyse.wording import some_of
from hygiene.policy.service_principals import SourceKeys, has_source, source_accounts, source_keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate
    from hygiene.policy.trust import TrustedPrincipal


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield roles that trust a service whatever account or resource it works for.

    Likely where AWS documents that the service names its source; a matter of looking it up elsewhere.
    """
    for arn, trusted in trusting(estate, "service"):
        unbound = [found for found in trusted if not has_source(found.condition, estate.friends)]
        services = {found.principal.value for found in unbound}
        open_doors = sorted(name for name in services if source_keys_of(name) is not SourceKeys.NOT_SENT)
        if not open_doors:
            continue
        strangers = [_strangers(found, estate.friends) for found in unbound]
        is_documented = any(source_keys_of(name) is SourceKeys.DOCUMENTED for name in open_doors)
        yield Finding(
            role_arn=arn,
            evidence=_evidence(open_doors, sorted(set().union(*strangers)) if all(strangers) else []),
            detail=tuple(open_doors),
            confidence="likely" if is_documented else "possible",
            severity=_severity(is_powerful=estate.is_powerful(arn), is_documented=is_documented),
            remedy="" if is_documented else _LOOK_UP,
        )


def _strangers(found: TrustedPrincipal, friends: frozenset[str]) -> frozenset[str]:
    return frozenset(account for clause in found.condition for account in source_accounts(clause)) - friends


def _evidence(services: list[str], strangers: list[str]) -> str:
    may = f"{some_of(services, 'service')} may assume the role on behalf of"
    if strangers:
        return f"{may} an outside account ({some_of(strangers, 'account')})."
    return f"{may} any account: no condition says whose resource it works for."


def _severity(*, is_powerful: bool, is_documented: bool) -> str:
    if not is_documented:
        return "info"
    return "medium" if is_powerful else "low"


_LOOK_UP = "Look up in the service's guide whether it sends aws:SourceAccount when it assumes a role; if so, require your account."

CHECK = Check(
    id="trust-confused-deputy",
    title="A service may use the role for somebody else",
    group="Trust",
    severity="low",
    why="A service that works for many customers can be tricked into using your role on a stranger's behalf: the confused deputy.",
    remedy="Require aws:SourceAccount (your account) or aws:SourceArn (the resource) with StringEquals or ArnLike in the statement that trusts the service.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention",
    find=find,
)
