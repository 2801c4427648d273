"""Everything there is in, one page out: markers that survive changes between two pages, as AWS's do.

A marker holds the key of the last item answered, not its position: a role deleted between two pages shifts nothing.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hygiene.simulate.errors import AwsError
    from hygiene.simulate.faults import Faults

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """The items of a page and the marker of the next one, None on the last."""

    items: Sequence[T]
    marker: str | None


def _write(scope: str, after: str | None, *, after_empty: bool) -> str:
    text = json.dumps([scope, after, after_empty])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _read(marker: str, scope: str) -> tuple[str | None, bool] | None:
    try:
        value = json.loads(base64.urlsafe_b64decode(marker.encode()))
    except (ValueError, binascii.Error):
        return None
    if not isinstance(value, list) or len(value) != 3 or value[0] != scope:
        return None
    return value[1], bool(value[2])


def page(
    items: Sequence[T],
    key: Callable[[T], str],
    *,
    service: str,
    operation: str,
    size: int,
    marker: str | None,
    faults: Faults,
    bad_marker: AwsError,
    scope: str = "",
) -> Page[T]:
    """The page a marker points to, of items sorted by `key`; raises `bad_marker` for a marker never given.

    `scope` is what a marker is good for, by default the operation: a question with its filters, say.
    """
    scope = scope or operation
    after: str | None = None
    after_empty = False
    if marker is not None:
        read = _read(marker, scope)
        if read is None:
            raise bad_marker
        after, after_empty = read
    if faults.puts_empty_pages(service, operation) and not after_empty:
        return Page([], _write(scope, after, after_empty=True))
    rest = [item for item in items if after is None or key(item) > after]
    here = rest[: faults.page_size(service, operation, size)]
    more = len(rest) > len(here)
    return Page(here, _write(scope, key(here[-1]), after_empty=False) if more else None)


def marker_fields(found: Page[Any]) -> dict[str, Any]:
    """IsTruncated and Marker as IAM answers them."""
    if found.marker is None:
        return {"IsTruncated": False}
    return {"IsTruncated": True, "Marker": found.marker}
