"""Decides a statement's condition for one request: every clause has to hold.

Within a clause the policy's values are alternatives; under a negated operator none of them may fit. A value that
cannot be read (`"ten"` for a number), or whose policy variable has no value, fits nothing. A clause that as a whole
cannot be read, because its operator is unknown or none of its values is of the operator's type, does not hold, and
says why.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.policy.comparisons import COMPARISONS, Comparison
from hygiene.policy.variables import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hygiene.policy.document import ConditionClause
    from hygiene.policy.variables import Context

_ALL, _ANY, _IF_EXISTS = "forallvalues:", "foranyvalue:", "ifexists"
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """Whether all clauses hold, the keys of those that do not, and a sentence per clause that cannot be read."""

    holds: bool
    unmet_keys: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Operator:
    """An operator taken apart: `ForAllValues:` or `ForAnyValue:` or nothing, the comparison, `…IfExists`."""

    quantifier: str
    name: str
    if_exists: bool


class _UnreadableError(Exception):
    """The clause cannot be evaluated; the message says why."""


def condition_result(clauses: Iterable[ConditionClause], context: Context, version: str) -> ConditionResult:
    """Return whether the condition holds. `version` of the document decides about policy variables. Never raises."""
    unmet, problems = [], []
    for clause in clauses:
        try:
            if not _holds(clause, context, version):
                unmet.append(clause.key)
        except _UnreadableError as error:
            unmet.append(clause.key)
            problems.append(f"condition on {clause.key} cannot be evaluated: {error}")
    return ConditionResult(not unmet, tuple(dict.fromkeys(unmet)), tuple(problems))


def _holds(clause: ConditionClause, context: Context, version: str) -> bool:
    asked = _taken_apart(clause.operator)
    if asked.name == "null":
        return _null_holds(clause, context, asked)
    comparison = COMPARISONS.get(asked.name)
    if comparison is None:
        raise _UnreadableError(f"unknown operator {clause.operator!r}"[:200])
    wanted = _wanted(clause, comparison, context, version)
    found = context.get(clause.key)
    if asked.quantifier:
        return _set_holds(asked, comparison, wanted, found)
    if not found:
        # A key that is not there differs from everything.
        return asked.if_exists or comparison.is_negated
    # IAM asks for a quantifier when a key has several values; without one, one fitting value is enough,
    # and a negated operator stays the exact opposite.
    return any(_fits(comparison, wanted, value) for value in found) != comparison.is_negated


def _taken_apart(operator: str) -> _Operator:
    name = operator.strip().lower()
    quantifier = next((prefix for prefix in (_ALL, _ANY) if name.startswith(prefix)), "")
    name = name.removeprefix(quantifier)
    return _Operator(quantifier, name.removesuffix(_IF_EXISTS), name.endswith(_IF_EXISTS))


def _null_holds(clause: ConditionClause, context: Context, asked: _Operator) -> bool:
    """`true`: the key must not be in the request; `false`: it must, and hold something."""
    if asked.if_exists:
        raise _UnreadableError("Null does not take IfExists")
    wanted = {_TRUTHS.get(value.strip().lower()) for value in clause.values}
    if wanted <= {None}:
        raise _UnreadableError("Null takes true or false")
    return (not context.get(clause.key)) in wanted


def _set_holds(asked: _Operator, comparison: Comparison, wanted: list[Any], found: tuple[str, ...] | None) -> bool:
    """Ask every value of the request, or any. A key that is absent or empty meets "every" and fails "any"."""
    # AWS counts an empty text as an empty set here.
    values = [value for value in found or () if value]
    if not values:
        return asked.quantifier == _ALL or (asked.if_exists and not found)
    each = (_fits(comparison, wanted, value) != comparison.is_negated for value in values)
    return all(each) if asked.quantifier == _ALL else any(each)


def _wanted(clause: ConditionClause, comparison: Comparison, context: Context, version: str) -> list[Any]:
    """Return the policy's values as the comparison takes them, without those that can fit nothing."""
    readable, complaint = [], ""
    for value in clause.values:
        pattern = resolve(value, context, version if comparison.has_variables else "")
        if pattern is None:
            continue
        try:
            readable.append(comparison.read_wanted(pattern))
        except ValueError:
            complaint = f"{value!r} is no value for {clause.operator}"[:200]
    if complaint and not readable:
        raise _UnreadableError(complaint)
    return readable


def _fits(comparison: Comparison, wanted: list[Any], value: str) -> bool:
    try:
        found = comparison.read_found(value)
    except ValueError:
        return False
    return any(comparison.fits(each, found) for each in wanted)
