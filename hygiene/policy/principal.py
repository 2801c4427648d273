"""Decides, for one known principal, the conditions that are about nobody but the principal.

An SCP that spares the platform's roles (`ArnNotLike aws:PrincipalArn`) is the same for every request of a role, and
so is an Allow for the members of one organization: neither need stay "not evaluated". Whatever depends on the request
itself is left alone.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from hygiene.policy.wildcards import Piece, glob, matches_arn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hygiene.policy.document import ConditionClause

CALLERS_CHOICE = frozenset({"aws:requestedregion"})
"""Keys whose value the caller picks freely: a Deny outside some Regions leaves the action in the others."""

PRINCIPAL_TAG = "aws:principaltag/"
_ABSENT = frozenset({"aws:principalservicename", "aws:principalservicenameslist", "aws:username"})
"""Keys that no request of a role holds."""
_OF_PRINCIPALS = _ABSENT | {
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalorgid",
    "aws:principaltype",
}
_POSITIVE = {"bool", "stringequals", "stringlike", "stringequalsignorecase", "arnequals", "arnlike"}
_NEGATIVE = {"stringnotequals", "stringnotlike", "stringnotequalsignorecase", "arnnotequals", "arnnotlike"}
_ACCOUNT = 4
_EXACT = {"stringequals", "stringnotequals"}
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class KnownPrincipal:
    """What is known of a role whatever it asks for; `organization_id` is empty where it is not known.

    `tags`: the role's own, keys in lower case, when they are in every request of it; None where they are not known.
    `may_retag`: the role may change them, so that what they forbid today they need not forbid tomorrow.
    """

    arn: str
    organization_id: str = ""
    tags: tuple[tuple[str, str], ...] | None = None
    may_retag: bool = False

    @property
    def account_id(self) -> str:
        """The role's account; empty where a hand-made export gives no whole ARN."""
        parts = self.arn.split(":")
        return parts[_ACCOUNT] if len(parts) > _ACCOUNT else ""

    def values(self) -> dict[str, str]:
        """Return the condition keys that are the same in every request of the role."""
        known = {
            "aws:principalarn": self.arn,
            "aws:principalaccount": self.account_id,
            "aws:principalisawsservice": "false",
            "aws:principaltype": "AssumedRole",
        }
        tags = {f"{PRINCIPAL_TAG}{key}": value for key, value in self.tags or ()}
        return known | tags | ({"aws:principalorgid": self.organization_id} if self.organization_id else {})

    def lacks(self, key: str) -> bool:
        """Whether no request of the role holds the key."""
        return key in _ABSENT or (self.tags is not None and key.startswith(PRINCIPAL_TAG))


def is_about_principal(clauses: Sequence[ConditionClause]) -> bool:
    """Whether one of the clauses asks for something that a principal may decide by itself."""
    return any(clause.key in _OF_PRINCIPALS or clause.key.startswith(PRINCIPAL_TAG) for clause in clauses)


def open_clauses(
    clauses: Sequence[ConditionClause], principal: KnownPrincipal, *, is_deny: bool = False
) -> tuple[ConditionClause, ...] | None:
    """Return the clauses that the principal alone does not decide; None when one of them is false for it.

    All clauses of a condition must hold, so one false clause settles the statement: it never applies to this role.
    An empty answer means that the condition holds for every request of the role. `is_deny`: of a Deny's condition.
    """
    left = []
    for clause in clauses:
        holds = _holds(clause, principal)
        # Who may change the own tags can have an Allow apply, and a Deny not.
        if holds is is_deny and principal.may_retag and clause.key.startswith(PRINCIPAL_TAG):
            holds = None
        if holds is False:
            return None
        if holds is None:
            left.append(clause)
    return tuple(left)


def can_be_avoided(clauses: Sequence[ConditionClause]) -> bool:
    """Whether the caller can choose a request to which a Deny with these clauses does not apply."""
    return any(clause.key in CALLERS_CHOICE for clause in clauses)


def _holds(clause: ConditionClause, principal: KnownPrincipal) -> bool | None:
    """Return whether the clause holds for the principal; None when the principal does not decide it."""
    known = _values(principal).get(clause.key)
    if known is None and not principal.lacks(clause.key):
        return None
    if clause.operator.lower() == "null":
        wanted = {_TRUTHS.get(value.strip().lower()) for value in clause.values}
        return None if wanted <= {None} else (known is None) in wanted
    quantifier, _, written = clause.operator.lower().rpartition(":")
    operator = written.removesuffix("ifexists")
    if operator not in _POSITIVE | _NEGATIVE or any("${" in value for value in clause.values):
        return None
    if known is None:
        return _holds_without_key(quantifier, operator, if_exists=operator != written)
    found = any(_matches(operator, value, known) for value in clause.values)
    return found if operator in _POSITIVE else not found


def _holds_without_key(quantifier: str, operator: str, *, if_exists: bool) -> bool:
    """A key that is not there differs from everything, and passes every test of all its values."""
    if quantifier:
        return quantifier == "forallvalues" or if_exists
    return if_exists or operator in _NEGATIVE


@lru_cache(maxsize=1024)
def _values(principal: KnownPrincipal) -> dict[str, str]:
    return principal.values()


def _matches(operator: str, pattern: str, value: str) -> bool:
    if operator in _EXACT:
        return pattern == value
    if operator == "bool" or operator.endswith("ignorecase"):
        return pattern.lower() == value.lower()
    # ArnEquals and ArnLike behave identically, and like StringLike they take * and ?, but part by part.
    if operator.startswith("arn"):
        return matches_arn((Piece(pattern),), value)
    return bool(glob(pattern).fullmatch(value))
