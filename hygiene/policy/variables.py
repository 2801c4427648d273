"""Policy variables: `${aws:username}` in a Resource or a condition value, replaced by the request's own values.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hygiene.policy.wildcards import Pattern, Piece

if TYPE_CHECKING:
    from collections.abc import Mapping

    Context = Mapping[str, tuple[str, ...]]

VERSION_WITH_VARIABLES = "2012-10-17"
"""In a document of an older version, or without one, `${…}` is ordinary text."""

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_WITH_DEFAULT = re.compile(r"\s*([^,]*?)\s*,\s*'(.*)'\s*", re.DOTALL)
_ESCAPED = frozenset("*?$")
_OWN_ACCOUNT = re.compile(r"\$\{aws:(principal|resource)account\}", re.IGNORECASE)


def in_own_account(resource: str) -> str:
    """Return the resource with a wildcard for the variables that name the account of caller and resource alike."""
    return _OWN_ACCOUNT.sub("*", resource) if "${" in resource else resource


def request_context(given: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Return the request's condition keys in lower case, each with its values as IAM compares them, as texts.

    A key whose value is None was not in the request; an empty list was, and holds nothing.
    """
    context: dict[str, tuple[str, ...]] = {}
    for key, value in given.items():
        if value is not None:
            listed = value if isinstance(value, list | tuple | set | frozenset) else (value,)
            texts = tuple(_text(entry) for entry in listed if entry is not None)
            context[str(key).lower()] = context.get(str(key).lower(), ()) + texts
    return context


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def resolve(text: str, context: Context, version: str) -> Pattern | None:
    """Return the text with its variables replaced; None when one has neither a value nor a default.

    What a variable stands for is literal: a `*` in somebody's tag is no wildcard. A text without value equals and
    resembles nothing, so positive operators and resources do not match it, and negated operators do.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value
    """
    if "${" not in text or version != VERSION_WITH_VARIABLES:
        return (Piece(text),)
    pieces, end = [], 0
    for found in _VARIABLE.finditer(text):
        value = _value(found[1], context)
        if value is None:
            return None
        pieces += [Piece(text[end : found.start()]), Piece(value, is_literal=True)]
        end = found.end()
    return tuple(piece for piece in (*pieces, Piece(text[end:])) if piece.text)


def _value(variable: str, context: Context) -> str | None:
    if variable in _ESCAPED:
        return variable
    with_default = _WITH_DEFAULT.fullmatch(variable)
    key, default = (with_default[1], with_default[2]) if with_default else (variable.strip(), None)
    values = context.get(key.lower(), ())
    if not values:
        return default
    # Only keys with a single value can be used as a variable.
    return values[0] if len(values) == 1 else None
