"""What a collector is given: the account's client, the documents read so far, and a place to note gaps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hygiene.model import Gap

if TYPE_CHECKING:
    from collections.abc import Callable

    from hygiene.collect.client import AwsClient
    from hygiene.collect.readiness import Readiness
    from hygiene.collect.refusal import RefusedError
    from hygiene.collect.trail.reader import EventReader
    from hygiene.config import Aws
    from hygiene.model import AccountDocuments


@dataclass(frozen=True, slots=True)
class Previous:
    """An account in the previous snapshot: last-accessed answers that cannot have changed are taken from there."""

    run_id: str
    documents: AccountDocuments


@dataclass(slots=True)
class AccountContext:
    """One account while it is being read."""

    account_id: str
    client: AwsClient
    settings: Aws
    previous: Previous | None = None
    """The account in the previous snapshot, where there is one."""
    events: EventReader | None = None
    """Reads CloudTrail; None when it is switched off."""
    readiness: Readiness | None = None
    """What other accounts of the run found out about AWS's last-accessed jobs; None learns for this account alone."""
    documents: dict[str, Any] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)

    def gap(self, collector: str, error: RefusedError, subject: str = "") -> None:
        """Note that something was refused; `subject` is the role it concerns, if it concerns one."""
        self.gaps.append(
            Gap(self.account_id, collector, error.kind, error.operation, error.code, error.message, subject)
        )


@dataclass(frozen=True, slots=True)
class Collector:
    """Reads one document of an account. `collect` returns None when there is nothing to write.

    Raises RefusedError when the document cannot be had at all; the runner makes that a gap.
    """

    name: str
    collect: Callable[[AccountContext], Any]
