"""The pages of one account, and what the pages of all accounts take from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hygiene.report.attestation import Attested
from hygiene.report.highlights import Highlights, first_positions
from hygiene.report.list_pages import ListPages
from hygiene.report.lists_view import Lists
from hygiene.report.names import named_rows
from hygiene.report.right_sizing import policies_file
from hygiene.report.role_view import finding_views
from hygiene.report.roster import background_of, roster_of
from hygiene.report.visible import rows_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import pandas as pd

    from hygiene.frames import AccountReview
    from hygiene.model import ReviewFacts
    from hygiene.report.names import NamedRow
    from hygiene.report.role_rows import RenderedRole
    from hygiene.report.roster import Roster
    from hygiene.report.sink import Sink
    from hygiene.report.view import ListView, RoleView
    from hygiene.report.visible import Row

FLAGS = ("needed", "unused", "unknown", "urgent")


class ListedRoles(NamedTuple):
    """The roles of an account as lists of the whole population take them, in the order of its pages."""

    rendered: Sequence[RenderedRole]
    owners: Sequence[str]
    """`""` where nobody was found."""
    columns: Mapping[str, np.ndarray]
    """FLAGS, and `risk_score`."""
    names: Sequence[NamedRow]


class AccountGiven(NamedTuple):
    """What an account gives to the pages of all; `roles` is None where it has no page, as nothing was read of it."""

    highlights: Highlights
    attested: Attested
    roles: ListedRoles | None


class AccountPages:
    """Writes the pages of accounts, one after the other."""

    def __init__(
        self, coverage: pd.DataFrame, group_sizes: Mapping[str, int], facts: ReviewFacts, formats: Collection[str]
    ) -> None:
        """`coverage` and `group_sizes`: of the whole population, as a Review has them. `formats`: of the report."""
        self.pages = ListPages(facts, formats)
        self._facts = facts
        self._background = background_of(coverage, group_sizes, facts)
        self._coverage = {row["account_id"]: row for row in rows_of(coverage)}

    def write(self, account: AccountReview, removal_script: str, sink: Sink) -> AccountGiven:
        """Write an account from its ordered tables; `removal_script`: its path, or empty where there is none."""
        policies = policies_file(account.account_id, account.right_sizing)
        if policies is not None:
            sink.put(policies)
        roster = roster_of(account, self._background, removal_script, policies.path if policies else "")
        highlights, attested = Highlights(), Attested()
        attested.add(account)
        row = self._coverage.get(account.account_id)
        if row is None:
            highlights.add(account, roster, {})
            return AccountGiven(highlights, attested, None)
        columns = _columns(roster.roles)
        rendered, first = self._written(roster, columns, row, removal_script, sink)
        highlights.add(account, roster, first)
        owners = roster.roles["owner"].fillna("").tolist()
        names = named_rows(roster, self.pages.renderer)
        return AccountGiven(highlights, attested, ListedRoles(rendered, owners, columns, names))

    def _written(
        self, roster: Roster, columns: Mapping[str, np.ndarray], row: Row, removal_script: str, sink: Sink
    ) -> tuple[list[RenderedRole], dict[int, RoleView]]:
        """Write the pages; return their roles, and those in words that may be among the first of all."""
        own = roster.findings[roster.findings["role_arn"].isna()]
        lists = Lists(self._facts, columns)
        wanted = frozenset(first_positions(roster))
        rendered: list[RenderedRole] = []
        first: dict[int, RoleView] = {}
        for path, view in lists.account(row, tuple(finding_views(self._background, own)), removal_script):
            views, roles = self.pages.rows.render(roster, view.table.roles)
            sink.put(self.pages.page(path, view, roles))
            first.update((at, said) for at, said in zip(view.table.roles, views, strict=True) if at in wanted)
            rendered += roles
        return rendered, first


def pages_without_roles(row: Row, facts: ReviewFacts) -> Iterator[tuple[str, ListView]]:
    """Yield path and page of an account, a row of Coverage, that gave no tables."""
    nobody = Lists(facts, {name: np.zeros(0, dtype=bool) for name in FLAGS})
    return nobody.account(row, (), "")


def _columns(roles: pd.DataFrame) -> dict[str, np.ndarray]:
    flags = {name: roles[name].to_numpy(dtype=bool) for name in FLAGS}
    return {**flags, "risk_score": roles["risk_score"].to_numpy(dtype="int16")}
