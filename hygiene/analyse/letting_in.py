"""Whether a role of the same account lets another one in, by its trust policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.iam_targets import condition_fate
from hygiene.policy.principal import open_clauses

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hygiene.policy.principal import KnownPrincipal
    from hygiene.policy.trust import TrustedPrincipal

_AWS_RELATIONS = frozenset({"own-account", "anybody", "not-principal"})


def fate_of_entering(trusted: Iterable[TrustedPrincipal], caller: KnownPrincipal) -> str | None:
    """Return what the trust policy asks of the caller: nothing, or keys not evaluated; None when it keeps it out."""
    fates = []
    for found in trusted:
        if found.relation in _AWS_RELATIONS and _is_meant(found, caller.arn):
            left = open_clauses(found.condition, caller)
            if left is not None:
                fates.append(condition_fate(left))
    return min(fates, key=lambda fate: (fate.count(","), len(fate), fate), default=None)


def _is_meant(found: TrustedPrincipal, caller_arn: str) -> bool:
    named = found.principal.value == caller_arn
    return (
        not named
        if found.relation == "not-principal"
        else named or found.relation == "anybody" or found.is_whole_account
    )
