"""Write the pages of a report that need all accounts: owners, work lists, names, the index and the attestation."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from markupsafe import Markup

from hygiene.report import attestation
from hygiene.report.account_pages import FLAGS, pages_without_roles
from hygiene.report.attestation import Attested, attestation_view
from hygiene.report.drawer import Drawer
from hygiene.report.highlights import Highlights
from hygiene.report.index_view import index_view
from hygiene.report.list_pages import html_file
from hygiene.report.lists_view import Lists
from hygiene.report.names import Names
from hygiene.report.visible import rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from hygiene.model import Provenance, ReviewFacts
    from hygiene.report.account_pages import AccountGiven, ListedRoles
    from hygiene.report.index_view import Whole
    from hygiene.report.list_pages import ListPages
    from hygiene.report.role_rows import RenderedRole
    from hygiene.report.sink import FolderSink

_ROLES_IN_MEMORY = 10_000
"""Rendered roles that are kept in memory for the pages of owners; about 5 KB each."""


class Site:
    """Gathers what accounts give and writes what needs all of them; used in a `with`.

    One page is in memory at a time. Rendered roles are put away, because they stand on the pages of owners too, and
    owners have roles in many accounts.
    """

    def __init__(self, coverage: pd.DataFrame, facts: ReviewFacts, pages: ListPages, sink: FolderSink) -> None:
        """`coverage`: of the whole population. `sink`: the report's own folder."""
        self._facts = facts
        self._pages = pages
        self._sink = sink
        self._highlights, self._attested = Highlights(), Attested()
        self._without_page = {row["account_id"]: row for row in rows_of(coverage)}
        self._rendered: Drawer[RenderedRole] = Drawer(sink.folder, in_memory=_ROLES_IN_MEMORY)
        self._everybody = _Everybody()
        self._names = Names(pages.renderer, sink.folder)

    def __enter__(self) -> Self:
        """Return the site."""
        return self

    def __exit__(self, *_: object) -> None:
        """Throw away what was kept for pages that are not written."""
        self._rendered.close()
        self._names.close()

    def add(self, account_id: str, given: AccountGiven) -> None:
        """Gather from an account whose own pages are written."""
        self._highlights.merge(given.highlights)
        self._attested.merge(given.attested)
        if given.roles is None:
            return
        del self._without_page[account_id]
        for role in given.roles.rendered:
            self._rendered.put(role)
        self._everybody.add(given.roles)
        self._names.add(given.roles.names)

    def finish(self, summary: Mapping[str, Any], whole: Whole, provenance: Provenance) -> None:
        """Write the pages of accounts that gave no rows, of owners, the work lists, the index and the attestation."""
        for row in self._without_page.values():
            for path, view in pages_without_roles(row, self._facts):
                self._sink.put(self._pages.page(path, view, []))
        lists = Lists(self._facts, self._everybody.columns())
        for path, view in chain(lists.owners(self._everybody.owners), lists.work()):
            self._sink.put(self._pages.page(path, view, self._roles(view.table.roles)))
        for path, html in self._names.pages(self._facts):
            self._sink.put(html_file(path, html))
        self._sink.put(html_file("index.html", self._index(lists, summary, whole)))
        attested = attestation_view(self._attested, whole, self._facts, provenance, summary, self._sink.folder)
        self._sink.put(html_file(attestation.FILE, self._pages.renderer.attestation(attested)))

    def _index(self, lists: Lists, summary: Mapping[str, Any], whole: Whole) -> str:
        view = index_view(self._facts, summary, self._highlights, whole, self._sink.folder)
        table = lists.whole()
        roles = self._roles(table.roles)
        rows = Markup(self._pages.rows.html(roles, table).replace('href="../', 'href="'))  # noqa: S704  rendered with escaping
        form = self._pages.form("index.html", roles, table) if roles else None
        return self._pages.renderer.index(view, table, rows, form)

    def _roles(self, numbers: Sequence[int]) -> list[RenderedRole]:
        return [self._rendered[number] for number in numbers]


class _Everybody:
    """Of every role that was rendered what lists sort and count by: some bytes each, in the order of rendering."""

    def __init__(self) -> None:
        self.owners: list[str] = []
        self._places: dict[str, int] = {}
        self._parts: list[Mapping[str, np.ndarray]] = []

    def add(self, roles: ListedRoles) -> None:
        owners = [self._place(owner) for owner in roles.owners]
        self._parts.append({**roles.columns, "owner": np.array(owners, dtype="int32")})

    def columns(self) -> dict[str, np.ndarray]:
        names = (*FLAGS, "risk_score", "owner")
        return {name: np.concatenate([np.zeros(0, "int32"), *(part[name] for part in self._parts)]) for name in names}

    def _place(self, owner: str) -> int:
        if owner not in self._places:
            self._places[owner] = len(self.owners)
            self.owners.append(owner)
        return self._places[owner]
