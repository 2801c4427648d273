"""A policy statement and a request in, "does it apply?" out: the small evaluator behind every authorization.

It is strict on purpose: a condition it cannot judge raises `UnsupportedConditionError`, and each caller decides what
that means (seeding refuses the world, an Allow is not given, a Deny is).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from hygiene.simulate.errors import SimulationError

Context = Mapping[str, str]
"""Condition keys of a request, in lower case."""

KNOWN_KEYS = frozenset(
    {
        "aws:multifactorauthpresent",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principaltype",
        "aws:requestedregion",
        "aws:securetransport",
        "sts:externalid",
        "sts:rolesessionname",
    }
)
"""Keys the simulator knows of every request: an absent one is really absent."""


class UnsupportedConditionError(SimulationError):
    """A condition operator or key outside the evaluator."""


@lru_cache(maxsize=8192)
def _pattern(glob: str, ignore_case: bool) -> re.Pattern[str]:
    text = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in glob)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def matches(glob: str, value: str, *, ignore_case: bool = False) -> bool:
    """Whether IAM's `*` and `?` pattern covers the whole value."""
    return glob == "*" or _pattern(glob, ignore_case).fullmatch(value) is not None


def as_list(value: Any) -> list[Any]:
    """IAM accepts one value where a list stands."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def statements(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The statements of a document, be it one or many."""
    return as_list(document.get("Statement", []))


def covers_action(statement: Mapping[str, Any], action: str) -> bool:
    """Action and NotAction, without regard to case."""
    if "NotAction" in statement:
        return not any(matches(a, action, ignore_case=True) for a in as_list(statement["NotAction"]))
    return any(matches(a, action, ignore_case=True) for a in as_list(statement.get("Action", [])))


def covers_resource(statement: Mapping[str, Any], resource: str) -> bool:
    """Resource and NotResource; a trust policy has neither and covers its role."""
    if "NotResource" in statement:
        return not any(matches(r, resource) for r in as_list(statement["NotResource"]))
    return any(matches(r, resource) for r in as_list(statement.get("Resource", "*")))


def _equals(wanted: str, actual: str) -> bool:
    return wanted == actual


def _equals_ignore_case(wanted: str, actual: str) -> bool:
    return wanted.lower() == actual.lower()


_TESTS: dict[str, Callable[[str, str], bool]] = {
    "stringequals": _equals,
    "stringequalsignorecase": _equals_ignore_case,
    "stringlike": matches,
    "arnequals": matches,
    "arnlike": matches,
    "bool": _equals_ignore_case,
}


def _clauses(condition: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    for operator, keys in condition.items():
        for key, wanted in keys.items():
            values = [str(v).lower() if isinstance(v, bool) else str(v) for v in as_list(wanted)]
            yield operator.lower(), key.lower(), values


def _plain(operator: str) -> tuple[str, bool, bool]:
    """The operator without IfExists and Not, and whether each stood there."""
    if_exists = operator.endswith("ifexists")
    bare = operator.removesuffix("ifexists")
    negated = bare.startswith(("stringnot", "arnnot"))
    return bare.replace("not", "", 1) if negated else bare, negated, if_exists


def check_supported(condition: Mapping[str, Any]) -> None:
    """Raises UnsupportedConditionError for an operator or key the evaluator cannot judge."""
    for operator, key, _ in _clauses(condition):
        bare, _, _ = _plain(operator)
        if bare not in _TESTS and bare != "null":
            raise UnsupportedConditionError(f"The simulator cannot evaluate the condition operator {operator!r}.")
        if key not in KNOWN_KEYS:
            raise UnsupportedConditionError(f"The simulator cannot evaluate the condition key {key!r}.")


def _clause_holds(operator: str, wanted: list[str], actual: str | None) -> bool:
    bare, negated, if_exists = _plain(operator)
    if bare == "null":
        return (actual is None) == (wanted[0].lower() == "true")
    if actual is None:
        return negated or if_exists
    found = any(_TESTS[bare](w, actual) for w in wanted)
    return found != negated


def condition_holds(condition: Mapping[str, Any], context: Context) -> bool:
    """Whether every clause of the condition is true of the request; raises UnsupportedConditionError."""
    check_supported(condition)
    return all(_clause_holds(op, wanted, context.get(key)) for op, key, wanted in _clauses(condition))


def applies(statement: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    """Whether the statement speaks about this request; raises UnsupportedConditionError only when the rest fits."""
    if not covers_action(statement, action) or not covers_resource(statement, resource):
        return False
    return condition_holds(statement.get("Condition", {}), context)


def decides(
    documents: Iterable[Mapping[str, Any]],
    effect: str,
    action: str,
    resource: str,
    context: Context,
    *,
    unsupported: bool,
) -> bool:
    """Whether a statement of this effect applies; `unsupported` is the answer for conditions beyond the evaluator."""
    for document in documents:
        for statement in statements(document):
            if statement.get("Effect") != effect:
                continue
            try:
                if applies(statement, action, resource, context):
                    return True
            except UnsupportedConditionError:
                if unsupported:
                    return True
    return False
