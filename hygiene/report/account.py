"""One account's part of a report: its own files, and what the files of all accounts take from it.

An account is written by itself, wherever that is; what it gives is put together with the others in the order of
their ids (`write.py`). So accounts can be written by several machines, and the bytes are those of one.
"""

from __future__ import annotations

import pickle
import zlib
from typing import TYPE_CHECKING, NamedTuple

from hygiene.errors import FrameError
from hygiene.report.ocsf import OCSF, OcsfLines
from hygiene.report.order import ordered
from hygiene.report.policy_list import PoliciesFound
from hygiene.report.right_sizing import proposal_files, removal_files
from hygiene.report.sink import File, MemorySink
from hygiene.report.summary import Numbers
from hygiene.report.tables import AccountRows

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd

    from hygiene.frames import AccountReview
    from hygiene.model import ReviewFacts
    from hygiene.report.account_pages import AccountGiven, AccountPages
    from hygiene.report.list_pages import ListPages
    from hygiene.report.sink import Sink

_LEVEL = 1
"""Of compression: pages shrink to a tenth, and higher levels take several times as long for little more."""


class WrittenAccount(NamedTuple):
    """What a written account gives to the files of all accounts; `given` is None where there are no pages.

    `waived`: as in AccountReview. `ocsf`: lines of that file.
    """

    account_id: str
    rows: AccountRows
    ocsf: bytes
    numbers: Numbers
    policies: PoliciesFound
    waived: Mapping[int, int]
    given: AccountGiven | None


class AccountWriter:
    """Writes accounts one after the other; what many of them have in common is made once."""

    def __init__(
        self,
        coverage: pd.DataFrame,
        group_sizes: Mapping[str, int],
        facts: ReviewFacts,
        formats: Collection[str],
    ) -> None:
        """`coverage` and `group_sizes`: as a Review has them.

        Raises ConfigError where a format needs a package that is not installed.
        """
        self._facts = facts
        self._formats = formats
        self._known = frozenset(coverage["account_id"])
        self._ocsf = OcsfLines(facts, coverage) if OCSF in formats else None
        self._pages = _account_pages(coverage, group_sizes, facts, formats)

    @property
    def pages(self) -> ListPages | None:
        """What renders the pages, for those of all accounts too; None where none are asked for."""
        return self._pages.pages if self._pages is not None else None

    def write(self, account: AccountReview, sink: Sink) -> WrittenAccount:
        """Write the account's own files. Raises FrameError for tables that contradict each other."""
        if account.account_id not in self._known and len(account.roles):
            raise FrameError(
                f"Coverage has no row for account {account.account_id}, which has roles. This is a bug in hygiene."
            )
        account = ordered(account)
        numbers, policies = Numbers(self._facts), PoliciesFound()
        numbers.add(account)
        policies.add(account)
        return WrittenAccount(
            account_id=account.account_id,
            rows=AccountRows.of(account, self._formats),
            ocsf=self._ocsf.of(account) if self._ocsf is not None else b"",
            numbers=numbers,
            policies=policies,
            waived=account.waived,
            given=self._write_files(account, sink),
        )

    def _write_files(self, account: AccountReview, sink: Sink) -> AccountGiven | None:
        for file in proposal_files(account.right_sizing):
            sink.put(file)
        removals = removal_files(account, self._facts)
        for file in removals:
            sink.put(file)
        return self._pages.write(account, removals[0].path if removals else "", sink) if self._pages else None


def packed(writer: AccountWriter, account: AccountReview) -> bytes:
    """Return an account written into bytes that `unpacked` takes, where all machines have the same versions."""
    sink = MemorySink()
    written = writer.write(account, sink)
    return zlib.compress(pickle.dumps((sink.files, written), pickle.HIGHEST_PROTOCOL), _LEVEL)


def unpacked(content: bytes, sink: Sink) -> WrittenAccount:
    """Put the files of a packed account into the sink, and return the rest.

    The bytes are a pickle, which can run code: they have to come from somebody whose code may run here.
    """
    files: Sequence[File]
    files, written = pickle.loads(zlib.decompress(content))  # noqa: S301  see above; a digest guards them
    for file in files:
        sink.put(file)
    assert isinstance(written, WrittenAccount)  # noqa: S101 (for the type checker)
    return written


def _account_pages(
    coverage: pd.DataFrame, group_sizes: Mapping[str, int], facts: ReviewFacts, formats: Collection[str]
) -> AccountPages | None:
    """Return what writes pages; no template is read where none are asked for."""
    if "html" not in formats:
        return None
    from hygiene.report.account_pages import AccountPages

    return AccountPages(coverage, group_sizes, facts, formats)
