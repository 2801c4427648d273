"""Write the pages of a report: accounts one after the other, then owners, work lists and the index."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from markupsafe import Markup

from hygiene.report import attestation
from hygiene.report.attestation import Attested, attestation_view
from hygiene.report.drawer import Drawer
from hygiene.report.groups import groups_among
from hygiene.report.highlights import Highlights
from hygiene.report.index_view import index_view
from hygiene.report.links import policy_file, removal_script
from hygiene.report.lists_view import Lists
from hygiene.report.names import Names
from hygiene.report.questions import Asking, form_of
from hygiene.report.render import Renderer
from hygiene.report.role_rows import RoleRows
from hygiene.report.role_view import finding_views
from hygiene.report.roster import background_of, roster_of
from hygiene.report.visible import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pandas as pd

    from hygiene.frames import AccountReview, Review
    from hygiene.model import Provenance, ReviewFacts
    from hygiene.report.index_view import Whole
    from hygiene.report.role_rows import RenderedRole
    from hygiene.report.view import FindingView, ListView
    from hygiene.report.visible import Row

_ROLES_IN_MEMORY = 10_000
"""Rendered roles that are kept in memory for the pages of owners; about 5 KB each."""

_FLAGS = ("needed", "unused", "unknown", "urgent")


class Site:
    """The pages below a folder; used in a `with`. Only one page is in memory at a time.

    `add` writes an account's pages at once. Its rendered roles are put away, because they stand on the pages of
    owners too, and owners have roles in many accounts.
    """

    def __init__(self, review: Review, facts: ReviewFacts, folder: Path, sheets: tuple[str, ...]) -> None:
        """`sheets`: names of the report's files that ask the same as its pages."""
        self._facts = facts
        self._folder = folder
        self._asking = Asking(facts.review_id, facts.as_of.date().isoformat(), sheets)
        self._background = background_of(review, facts)
        self._renderer = Renderer(facts.review_id)
        self._rows = RoleRows(self._renderer)
        self._highlights, self._attested = Highlights(), Attested()
        self._unwritten = {row["account_id"]: row for row in rows_of(review.coverage)}
        self._rendered: Drawer[RenderedRole] = Drawer(folder, in_memory=_ROLES_IN_MEMORY)
        self._everybody = _Everybody()
        self._names = Names(self._renderer, folder)

    def __enter__(self) -> Self:
        """Return the site."""
        return self

    def __exit__(self, *_: object) -> None:
        """Throw away what was kept for pages that are not written."""
        self._rendered.close()
        self._names.close()

    def add(self, account: AccountReview) -> None:
        """Write the pages of an account from its ordered tables."""
        roster = roster_of(
            account,
            self._background,
            self._removal_script(account.account_id),
            policy_file(account.account_id) if account.right_sizing.policies else "",
        )
        self._highlights.add(account, roster)
        self._attested.add(account)
        row = self._unwritten.pop(account.account_id, None)
        if row is None:
            return
        own = roster.findings[roster.findings["role_arn"].isna()]
        lists = Lists(self._facts, _columns(roster.roles))
        for path, view in self._account(lists, row, tuple(finding_views(self._background, own))):
            rendered = self._rows.render(roster, view.table.roles)
            self._write(path, view, rendered)
            for role in rendered:
                self._rendered.put(role)
        self._everybody.add(roster.roles)
        self._names.add(roster)

    def finish(self, summary: Mapping[str, Any], whole: Whole, provenance: Provenance) -> None:
        """Write the pages of accounts that gave no rows, of owners, the work lists, the index and the attestation."""
        nobody = Lists(self._facts, {name: np.zeros(0, dtype=bool) for name in _FLAGS})
        for row in self._unwritten.values():
            for path, view in self._account(nobody, row, ()):
                self._write(path, view, [])
        lists = Lists(self._facts, self._everybody.columns())
        for path, view in chain(lists.owners(self._everybody.owners), lists.work()):
            self._write(path, view, [self._rendered[number] for number in view.table.roles])
        for path, html in self._names.pages(self._facts):
            self._write_page(path, html)
        index = index_view(self._facts, summary, self._highlights, whole, self._folder)
        table = lists.whole()
        roles = [self._rendered[number] for number in table.roles]
        rows = Markup(self._rows.html(roles, table).replace('href="../', 'href="'))  # noqa: S704  rendered with escaping
        form = form_of("index.html", [role.question for role in roles], table.needed, self._asking) if roles else None
        (self._folder / "index.html").write_bytes(_encoded(self._renderer.index(index, table, rows, form)))
        attested = attestation_view(self._attested, whole, self._facts, provenance, summary, self._folder)
        (self._folder / attestation.FILE).write_bytes(_encoded(self._renderer.attestation(attested)))

    def _account(self, lists: Lists, row: Row, own: tuple[FindingView, ...]) -> Iterable[tuple[str, ListView]]:
        return lists.account(row, own, self._removal_script(row["account_id"]))

    def _removal_script(self, account_id: str) -> str:
        path = removal_script(account_id)
        return path if (self._folder / path).exists() else ""

    def _write(self, path: str, view: ListView, roles: list[RenderedRole]) -> None:
        table = view.table
        form = form_of(path, [role.question for role in roles], table.needed, self._asking) if table.cards else None
        groups = groups_among(role.asked for role in roles) if form else None
        html = self._renderer.roles(view, self._rows.html(roles, table), form, groups)
        self._write_page(path, html)

    def _write_page(self, path: str, html: str) -> None:
        file = self._folder / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(_encoded(html))


class _Everybody:
    """Of every role that was rendered what lists sort and count by: some bytes each, in the order of rendering."""

    def __init__(self) -> None:
        self.owners: list[str] = []
        self._places: dict[str, int] = {}
        self._parts: list[Mapping[str, np.ndarray]] = []

    def add(self, roles: pd.DataFrame) -> None:
        owners = [self._place(owner) for owner in roles["owner"].fillna("").tolist()]
        self._parts.append({**_columns(roles), "owner": np.array(owners, dtype="int32")})

    def columns(self) -> dict[str, np.ndarray]:
        names = (*_FLAGS, "risk_score", "owner")
        return {name: np.concatenate([np.zeros(0, "int32"), *(part[name] for part in self._parts)]) for name in names}

    def _place(self, owner: str) -> int:
        if owner not in self._places:
            self._places[owner] = len(self.owners)
            self.owners.append(owner)
        return self._places[owner]


def _columns(roles: pd.DataFrame) -> dict[str, np.ndarray]:
    flags = {name: roles[name].to_numpy(dtype=bool) for name in _FLAGS}
    return {**flags, "risk_score": roles["risk_score"].to_numpy(dtype="int16")}


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")
