"""Pages that are a table of roles: accounts, owners, and the work lists behind the first screen's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hygiene.report import links
from hygiene.report.cells import iso
from hygiene.report.pieces import Chip, Figure, Link
from hygiene.report.view import ListView, PageView, RolesView
from hygiene.report.visible import visible
from hygiene.report.wording import counted, moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hygiene.model import ReviewFacts
    from hygiene.report.view import FindingView
    from hygiene.report.visible import Row

_FILTERS = (
    ("All", "", None),
    ("Need a decision", "need", "needed"),
    ("Unused", "unused", "unused"),
    ("Unknown", "unknown", "unknown"),
    ("Critical or high", "urgent", "urgent"),
)
_LISTS = (
    ("need-decision", "Roles that need a decision", "needed"),
    ("unused", "Unused roles", "unused"),
    ("critical-or-high", "Roles with a critical or high finding", "urgent"),
)
"""Work lists over all accounts: file name below `views/`, heading, column."""


def page_view(facts: ReviewFacts, title: str, root: str) -> PageView:
    """Return what every page has."""
    return PageView(
        title=title,
        root=root,
        review_id=visible(facts.review_id),
        quarter=visible(facts.quarter),
        as_of=moment(iso(facts.as_of)),
        organization=visible(facts.organization_id),
    )


class Lists:
    """Makes the pages of one list of roles after the other, so that one page at a time is held in memory.

    `columns` say for every role of the list, by its number, whether it is `needed`, `unused`, `unknown`, `urgent`,
    its `risk_score` and its `owner`.
    """

    def __init__(self, facts: ReviewFacts, columns: Mapping[str, np.ndarray]) -> None:
        self._facts = facts
        self._columns = columns

    def account(
        self, row: Row, own_findings: tuple[FindingView, ...], removal_script: str
    ) -> Iterator[tuple[str, ListView]]:
        """Yield path and page of an account, `row` of Coverage, whose roles these are; one that was not read too."""
        name = row["account_name"] or row["account_id"]
        where = (
            Link("Account", "", row["account_id"]),
            Link("Organizational unit", "", row["ou_path"]),
            *_removal(removal_script),
        )
        yield from self._paged(
            np.arange(len(self._columns["needed"])),
            lambda page: links.account_page(row["account_id"], page),
            heading=name,
            caption=f"Roles of {name}",
            facts=tuple(fact for fact in where if fact.note),
            status=row["status"],
            reason=row["reason"],
            own_findings=own_findings,
        )

    def owners(self, names: Sequence[str]) -> Iterator[tuple[str, ListView]]:
        """Yield path and page of every owner, and of the roles without one; column `owner` is a place in `names`."""
        owners = self._columns["owner"]
        # Stable, so roles of one risk stay in the order of accounts and names.
        order = np.lexsort((-self._columns["risk_score"], owners))
        parts = np.split(order, np.flatnonzero(np.diff(owners[order])) + 1) if len(order) else []
        for part in sorted(parts, key=lambda part: names[owners[part[0]]]):
            owner = names[owners[part[0]]]
            shown = visible(owner) or "Roles without an owner"
            yield from self._paged(
                part,
                lambda page, owner=owner: links.owner_page(owner, page),  # type: ignore[misc]
                heading=shown,
                caption=f"Roles of {shown}" if owner else shown,
                facts=(Link("Roles of this owner", "", "over all accounts"),) if owner else (),
                place="account",
            )

    def whole(self) -> RolesView:
        """Return the whole population as one table where it is read at a glance, else an empty table."""
        at = np.argsort(-self._columns["risk_score"], kind="stable")
        table = self._table(at, at, "All roles", (), place="both", cards=True)
        return table if table.is_short else self._table(at[:0], at, "", (), place="both", cards=True)

    def work(self) -> Iterator[tuple[str, ListView]]:
        """Yield path and page of the lists behind the first screen's numbers, at most one page of roles each."""
        for slug, heading, column in _LISTS:
            at = np.flatnonzero(self._columns[column])
            by_risk = at[np.argsort(-self._columns["risk_score"][at], kind="stable")]
            shown = by_risk[: links.ROLES_PER_PAGE]
            note = "" if len(shown) == len(at) else (
                f"The {len(shown):,} with the highest risk of {len(at):,}; all of them are in roles.csv."
            )  # fmt: skip
            table = self._table(shown, at, heading, (), place="both", cards=False, note=note)
            page = page_view(self._facts, heading, "../")
            yield f"views/{slug}.html", ListView(page, heading, (), "", "", (), (), table)

    def _paged(
        self,
        at: np.ndarray,
        path: Callable[[int], str],
        *,
        heading: str,
        caption: str,
        facts: tuple[Link, ...],
        status: str = "",
        reason: str = "",
        own_findings: tuple[FindingView, ...] = (),
        place: str = "owner",
    ) -> Iterator[tuple[str, ListView]]:
        number = max(1, -(-len(at) // links.ROLES_PER_PAGE))
        for page in range(1, number + 1):
            part = at[(page - 1) * links.ROLES_PER_PAGE : page * links.ROLES_PER_PAGE]
            others = tuple(
                Link(str(n), "" if n == page else path(n).rpartition("/")[2])
                for n in range(1, number + 1 if number > 1 else 1)
            )
            table = self._table(part, part, caption, others, place=place, cards=True)
            title = f"{heading}, page {page}" if page > 1 else heading
            yield (
                path(page),
                ListView(
                    page=page_view(self._facts, title, "../"),
                    heading=heading,
                    facts=facts,
                    status=status,
                    reason=reason,
                    figures=self._figures(at),
                    findings=own_findings,
                    table=table,
                ),
            )

    def _table(
        self,
        shown: np.ndarray,
        counted_at: np.ndarray,
        caption: str,
        pages: tuple[Link, ...],
        *,
        place: str,
        cards: bool,
        note: str = "",
    ) -> RolesView:
        return RolesView(
            caption=caption,
            roles=tuple(shown.tolist()),
            chips=tuple(Chip(text, tag, self._number(shown, column)) for text, tag, column in _FILTERS),
            pages=pages,
            place=place,
            cards=cards,
            needed=self._number(shown, "needed"),
            note=note or (f"{counted(len(counted_at), 'role')} on this page." if len(pages) > 1 else ""),
        )

    def _figures(self, at: np.ndarray) -> tuple[Figure, ...]:
        words = ("", "need a decision", "unused", "use unknown", "critical or high")
        tones = ("", "need", "remove", "investigate", "urgent")
        return tuple(
            Figure(self._number(at, column), word or ("role" if len(at) == 1 else "roles"), "", "", tone)
            for (_, _, column), word, tone in zip(_FILTERS, words, tones, strict=True)
        )

    def _number(self, at: np.ndarray, column: str | None) -> int:
        return len(at) if column is None else int(self._columns[column][at].sum())


def _removal(script: str) -> Iterator[Link]:
    if script:
        yield Link("To remove roles", f"../{script}", "commands to read first")
