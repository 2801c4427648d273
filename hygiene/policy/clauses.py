"""Says whether a condition clause binds: whether the caller must meet it, and it leaves anybody out.

Three ways a condition looks strict and is not: a test that an absent key passes (`…IfExists`, `ForAllValues:`), one
that the rest of the world passes (a negated operator), and a pattern that everything matches.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from hygiene.policy import wildcards

if TYPE_CHECKING:
    from collections.abc import Callable

    from hygiene.policy.document import ConditionClause

# ArnEquals and ArnLike behave identically; StringEquals takes a wildcard for an ordinary character.
_PATTERN_OPERATORS = frozenset({"stringlike", "arnequals", "arnlike"})
_BINDING_OPERATORS = _PATTERN_OPERATORS | {"stringequals", "stringequalsignorecase", "numericequals", "ipaddress"}
_NEGATED = {
    "stringequals": "StringNotEquals",
    "stringlike": "StringNotLike",
    "stringequalsignorecase": "StringNotEqualsIgnoreCase",
    "numericequals": "NumericNotEquals",
    "arnequals": "ArnNotEquals",
    "arnlike": "ArnNotLike",
    "ipaddress": "NotIpAddress",
}
_POSITIVE = {
    negated.lower(): negated.replace("NotIpAddress", "IpAddress").replace("Not", "") for negated in _NEGATED.values()
}
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_ARN_PARTS = 6


def is_required(clause: ConditionClause) -> bool:
    """Whether the caller must bring the key, with one of the values."""
    return operator_of(clause) in _BINDING_OPERATORS and bool(clause.values)


def operator_of(clause: ConditionClause) -> str:
    """Return the operator in lower case; `ForAnyValue:` left out, because a request without the key fails it too."""
    return clause.operator.lower().removeprefix("foranyvalue:")


def takes_wildcards(clause: ConditionClause) -> bool:
    """Whether `*` and `?` in the values match anything: elsewhere they are ordinary characters."""
    return operator_of(clause) in _PATTERN_OPERATORS


def binds(clause: ConditionClause) -> bool:
    """Whether the clause must be met, and each of its values names somebody rather than everybody."""
    if not is_required(clause):
        return False
    return all(_names_somebody(clause, value) for value in clause.values)


def names_principals(clause: ConditionClause) -> bool:
    """Whether the clause names users or roles by name or id, in whatever account: `arn:aws:iam::*:role/deploy` does.

    Together with a principal that fixes the account, that is as good as naming them in Principal.
    """
    if clause.key not in {"aws:principalarn", "aws:userid"} or not is_required(clause):
        return False
    return not takes_wildcards(clause) or all(_names_a_principal(value) for value in clause.values)


def _names_a_principal(pattern: str) -> bool:
    resource = pattern.split(":", _ARN_PARTS - 1)[-1] if pattern.startswith("arn:") else pattern
    return bool(re.sub(r"^(?:assumed-role|role|user|federated-user)/", "", resource).strip("*?/:"))


def _names_somebody(clause: ConditionClause, value: str) -> bool:
    if operator_of(clause) == "ipaddress":
        return not value.strip().endswith("/0")
    if not takes_wildcards(clause):
        return True
    pattern = _VARIABLE.sub("variable", value)
    return _NAMING.get(clause.key.partition("/")[0], _names_anything)(pattern)


def _names_anything(pattern: str) -> bool:
    return bool(pattern.strip("*?"))


def _names_arn(pattern: str) -> bool:
    """Whether the ARN is of one account: a name alone can be chosen by anybody in an account of his own.

    Where ARNs carry no account (S3), the bucket is the name, and has to be whole.
    """
    parts = pattern.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        return False
    account, resource = parts[_ARN_PARTS - 2 :]
    return _is_whole(account or resource.partition("/")[0])


def _names_account(pattern: str) -> bool:
    return _is_whole(pattern)


def _names_id(pattern: str) -> bool:
    """Whether an id such as `o-a1b2c3` says more than its kind: `vpce-*` is every endpoint there is."""
    return bool(re.sub(r"^(?:o|r|ou|vpc|vpce)-", "", pattern).strip("*?"))


def _names_first_part(pattern: str) -> bool:
    """Whether the first part is whole: the organization of a path, the unique id in `AROA…:session`."""
    return _is_whole(re.split(r"[/:]", pattern, maxsplit=1)[0])


def _is_whole(text: str) -> bool:
    return bool(text) and not set(text) & set("*?")


_NAMING: dict[str, Callable[[str], bool]] = {
    "aws:principalaccount": _names_account,
    "aws:principalarn": _names_arn,
    "aws:principalorgid": _names_id,
    "aws:principalorgpaths": _names_first_part,
    "aws:sourceaccount": _names_account,
    "aws:sourcearn": _names_arn,
    "aws:sourceorgid": _names_id,
    "aws:sourceorgpaths": _names_first_part,
    "aws:sourcevpc": _names_id,
    "aws:sourcevpce": _names_id,
    "aws:userid": _names_first_part,
}


def opposite(clause: ConditionClause) -> ConditionClause | None:
    """Return the clause that a caller must meet for a Deny with this clause to spare him; None when there is none.

    Deny unless it is so (`StringNotEquals`) is as good as Allow if it is so: a request without the key is denied.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
    """
    operator = operator_of(clause).removesuffix("ifexists")
    turned = _POSITIVE.get(operator) or _NEGATED.get(operator)
    return replace(clause, operator=turned) if turned else None


def matches(clause: ConditionClause, found: str) -> bool:
    """Whether one of the clause's values is, or as a pattern matches, the given text."""
    if operator_of(clause).endswith("like") or takes_wildcards(clause):
        return any(wildcards.matches((wildcards.Piece(value),), found) for value in clause.values)
    if operator_of(clause).endswith("ignorecase"):
        return found.lower() in {value.lower() for value in clause.values}
    return found in clause.values
