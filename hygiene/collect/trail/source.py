"""What every source of CloudTrail events gives: one `Activity` per UTC day of an account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from hygiene.activity import Activity
    from hygiene.activity.period import Window
    from hygiene.collect.client import AwsClient
    from hygiene.collect.refusal import RefusedError


@dataclass(slots=True)
class DaysRead:
    """What a source could read. A day that is not among `days` was not read; `refusals` say why.

    `days` may be read while they are taken, and raise RefusedError: then those taken before are read, the others not.
    """

    days: Iterable[Activity] = ()
    refusals: list[RefusedError] = field(default_factory=list)


class EventSource(Protocol):
    """One of `[aws] cloudtrail`'s sources. `read` is called from several threads, once per account."""

    @property
    def name(self) -> str:
        """`lookup`, `s3` or `athena`."""
        ...

    def read(self, account_id: str, client: AwsClient, window: Window, days: Sequence[date]) -> DaysRead:
        """Return the days of the window that could be read; `client` is in the account.

        Raises RefusedError when nothing could.
        """
        ...
