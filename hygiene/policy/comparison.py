"""Holds narrower policies against the ones they replace: wider nowhere, and the same answer for what is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.policy.actions import catalogue
from hygiene.policy.evaluate import NamedPolicy, evaluate
from hygiene.policy.reach import Reach, action_mask, reach_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hygiene.policy.document import PolicyDocument, Statement

_SAMPLE = 6
"""Requests put to `evaluate` for one role; the masks already compare every action, without resources."""


def is_wider(before: Iterable[PolicyDocument], after: Iterable[PolicyDocument]) -> bool:
    """Whether `after` allows an action, somewhere or under some condition, that `before` does not."""
    was, now = _together(before).grant, _together(after).grant
    return bool(
        (now.anywhere & ~was.anywhere)
        | (now.anywhere_if & ~was.anywhere_if)
        | (now.somewhere & ~was.somewhere)
        | (now.somewhere_if & ~was.somewhere_if)
    )


def allowed_actions(documents: Iterable[PolicyDocument]) -> int:
    """Return the mask of the actions that Allow statements name, on whatever resource and condition."""
    return _together(documents).grant.somewhere_if


def _together(documents: Iterable[PolicyDocument]) -> Reach:
    result = Reach()
    for document in documents:
        result |= reach_of(document)
    return result


def sample_requests(documents: Sequence[PolicyDocument], actions: int) -> list[dict[str, Any]]:
    """Return a few requests that the documents were written for, spread over the actions of the mask.

    Each is made from the first Allow statement on its action: its first resource, and the values its condition asks.
    """
    names = catalogue().names_in(actions)
    step = max(1, len(names) // _SAMPLE)
    statements = [one for document in documents for one in document.statements if one.is_allow]
    masks = [action_mask(statement) for statement in statements]
    found = (_request(name, _first_on(name, statements, masks)) for name in names[::step][:_SAMPLE])
    return [request for request in found if request]


def _first_on(name: str, statements: Sequence[Statement], masks: Sequence[int]) -> Statement | None:
    bit = catalogue().mask((name,))
    return next((statement for statement, mask in zip(statements, masks, strict=True) if mask & bit), None)


def _request(action: str, statement: Statement | None) -> dict[str, Any]:
    if statement is None:
        return {}
    resource = statement.resources[0] if statement.resources else "*"
    return {
        "action": action,
        "resource": resource if resource == "*" else _concrete(resource),
        "context": {clause.key: _concrete(clause.values[0]) for clause in statement.condition if clause.values},
    }


def _concrete(pattern: str) -> str:
    return pattern.replace("*", "x").replace("?", "x")


def changed_answers(
    requests: Iterable[dict[str, Any]], before: Sequence[PolicyDocument], after: Sequence[PolicyDocument]
) -> Iterator[str]:
    """Yield the actions of the requests that `before` and `after` answer differently."""
    was = [NamedPolicy("before", document) for document in before]
    now = [NamedPolicy("after", document) for document in after]
    for request in requests:
        if evaluate(request, identity=was).outcome != evaluate(request, identity=now).outcome:
            yield str(request["action"])
