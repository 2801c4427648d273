"""How condition values compare: for each operator, whether one value of the policy fits one value of the request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import base64
import ipaddress
import operator
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hygiene.policy.wildcards import literal_text, matches, matches_arn

if TYPE_CHECKING:
    from collections.abc import Callable

    from hygiene.policy.wildcards import Pattern

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{0,40})?([eE][+-]?\d{1,3})?", re.ASCII)
_EPOCH_SECONDS = re.compile(r"-?\d{5,15}(\.\d{1,9})?", re.ASCII)
_YEAR_OR_MONTH = re.compile(r"\d{4}(-\d{2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One operator without its prefix, its `…IfExists` and its negation.

    `read_wanted` makes a value of the policy comparable, `read_found` one of the request; both raise ValueError for
    what the operator cannot compare. `fits(wanted, found)` compares two of them.
    """

    read_wanted: Callable[[Pattern], Any]
    read_found: Callable[[str], Any]
    fits: Callable[[Any, Any], bool]
    has_variables: bool = False
    is_negated: bool = False


def number(text: str) -> Decimal:
    """Return the number a text writes."""
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError(f"{text!r} is no number")
    return Decimal(text.strip())


def instant(text: str) -> Decimal:
    """Return the moment as seconds since 1970, from ISO 8601 (the year alone is enough) or from such seconds."""
    written = text.strip().upper()
    if _EPOCH_SECONDS.fullmatch(written):
        return Decimal(written)
    if _YEAR_OR_MONTH.fullmatch(written):
        written = f"{written}-01-01"[:10]
    moment = datetime.fromisoformat(written)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Decimal((moment - _EPOCH) // timedelta(microseconds=1)) / 1_000_000


def _truth(text: str) -> bool:
    lower = text.strip().lower()
    if lower not in {"true", "false"}:
        raise ValueError(f"{text!r} is neither true nor false")
    return lower == "true"


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    # IAM takes 203.0.113.5/24 for 203.0.113.0/24.
    return ipaddress.ip_network(text.strip(), strict=False)


def _is_inside(network: Any, address: Any) -> bool:
    return bool(address in network)


def _plain(read: Callable[[str], Any]) -> Callable[[Pattern], Any]:
    return lambda pattern: read(literal_text(pattern))


def _typed(read: Callable[[str], Any], fits: Callable[[Any, Any], bool] = operator.eq) -> Comparison:
    return Comparison(_plain(read), read, fits)


def _texts(read: Callable[[str], str]) -> Comparison:
    return Comparison(_plain(read), read, operator.eq, has_variables=True)


def _patterns(fits: Callable[[Pattern, str], bool]) -> Comparison:
    return Comparison(lambda pattern: pattern, str, fits, has_variables=True)


def _not(comparison: Comparison) -> Comparison:
    return Comparison(
        comparison.read_wanted, comparison.read_found, comparison.fits, comparison.has_variables, is_negated=True
    )


def _ordered(family: str, read: Callable[[str], Any]) -> dict[str, Comparison]:
    return {
        f"{family}equals": _typed(read),
        f"{family}notequals": _not(_typed(read)),
        f"{family}lessthan": _typed(read, operator.gt),
        f"{family}lessthanequals": _typed(read, operator.ge),
        f"{family}greaterthan": _typed(read, operator.lt),
        f"{family}greaterthanequals": _typed(read, operator.le),
    }


_ADDRESS = Comparison(_plain(_network), lambda text: ipaddress.ip_address(text.strip()), _is_inside)

COMPARISONS: dict[str, Comparison] = {
    "stringequals": _texts(str),
    "stringnotequals": _not(_texts(str)),
    "stringequalsignorecase": _texts(str.lower),
    "stringnotequalsignorecase": _not(_texts(str.lower)),
    "stringlike": _patterns(matches),
    "stringnotlike": _not(_patterns(matches)),
    # ArnEquals and ArnLike behave identically.
    "arnequals": _patterns(matches_arn),
    "arnlike": _patterns(matches_arn),
    "arnnotequals": _not(_patterns(matches_arn)),
    "arnnotlike": _not(_patterns(matches_arn)),
    **_ordered("numeric", number),
    **_ordered("date", instant),
    "bool": Comparison(_plain(_truth), _truth, operator.eq, has_variables=True),
    "binaryequals": _typed(_bytes),
    "ipaddress": _ADDRESS,
    "notipaddress": _not(_ADDRESS),
}
"""By lower-case operator name. Null is none of them: it asks for presence, not for a value."""
