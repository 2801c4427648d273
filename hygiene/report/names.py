"""Every role of the population by its name, for whoever looks for one.

A page opened from disk may not fetch an index, so the index is pages: sorted by name, a thousand roles each, and a
first one that leads to the page with a name. They can be leafed through without JavaScript.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from markupsafe import Markup

from hygiene.report import links
from hygiene.report.drawer import Drawer
from hygiene.report.lists_view import page_view
from hygiene.report.pieces import Link
from hygiene.report.view import NamePage, NamesView
from hygiene.report.visible import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hygiene.model import ReviewFacts
    from hygiene.report.render import Renderer
    from hygiene.report.roster import Roster

_ROWS_IN_MEMORY = 20_000
_HEADING = "Every role by its name"
_COLUMNS = (
    "role_name", "role_id", "role_arn", "page", "account_id", "account_name", "owner", "suggestion", "usage_status",
)  # fmt: skip


class NamedRole(NamedTuple):
    """One role as a row: where its card is, its account, owner, and what is suggested."""

    name: str
    href: str
    account: str
    account_id: str
    owner: str
    verdict: str


NamedRow = tuple[str, str]
"""A role's name, and its row as HTML."""


def named_rows(roster: Roster, renderer: Renderer) -> list[NamedRow]:
    """Return the rows of an account's roles."""
    roles = [_named(row) for row in rows_of(roster.roles, _COLUMNS)]
    pieces = renderer.pieces("name.html.j2", roles) if roles else []
    return [(role.name, html) for role, html in zip(roles, pieces, strict=True)]


class Names:
    """Gathers the rows of one account after the other; close it at the end."""

    def __init__(self, renderer: Renderer, folder: Path) -> None:
        """`folder` is where rows lie that are too many for memory."""
        self._renderer = renderer
        self._rows: Drawer[NamedRow] = Drawer(folder, in_memory=_ROWS_IN_MEMORY)
        self._keys: list[np.ndarray] = []

    def close(self) -> None:
        """Throw away what was gathered."""
        self._rows.close()

    def add(self, rows: Sequence[NamedRow]) -> None:
        """Add the rows of an account."""
        if not rows:
            return
        for row in rows:
            self._rows.put(row)
        self._keys.append(np.array([_key(name).encode() for name, _ in rows]))

    def pages(self, facts: ReviewFacts) -> Iterator[tuple[str, str]]:
        """Yield path and HTML of every page; of a population on one page, that one alone."""
        # Stable, so that roles of one name stay in the order of their accounts.
        order = np.argsort(np.concatenate(self._keys), kind="stable").tolist() if self._keys else []
        size = links.ROLES_PER_PAGE
        parts = [order[at : at + size] for at in range(0, len(order), size)]
        if len(parts) <= 1:
            yield self._page(facts, links.names_page(), [*parts, []][0], (), len(order))
            return
        ranges = tuple(
            NamePage(links.names_page(number).rpartition("/")[2], first, last, _key(last))
            for number, part in enumerate(parts, start=1)
            for first, last in [(self._rows[part[0]][0], self._rows[part[-1]][0])]
        )
        yield links.names_page(), self._renderer.names(_view(facts, "", len(order), ranges=ranges), Markup(""))
        for number, part in enumerate(parts, start=1):
            yield self._page(facts, links.names_page(number), part, _beside(number, len(parts)), len(order))

    def _page(
        self, facts: ReviewFacts, path: str, part: Sequence[int], beside: tuple[Link, ...], total: int
    ) -> tuple[str, str]:
        rows = Markup("".join(self._rows[number][1] for number in part))  # noqa: S704  rendered with escaping on
        said = f"{self._rows[part[0]][0]} to {self._rows[part[-1]][0]}" if beside else ""
        return path, self._renderer.names(_view(facts, said, total, beside=beside), rows)


def _named(row: dict[str, str]) -> NamedRole:
    return NamedRole(
        name=row["role_name"],
        href=links.role_page(row["account_id"], int(row["page"]), links.role_anchor(row["role_id"], row["role_arn"])),
        account=row["account_name"] or row["account_id"],
        account_id=row["account_id"],
        owner=row["owner"],
        verdict="excluded" if row["usage_status"] == "excluded" else row["suggestion"],
    )


def _key(name: str) -> str:
    """Return what names are sorted by; IAM's differ in more than the case of their letters."""
    return name.lower()


def _beside(number: int, pages: int) -> tuple[Link, ...]:
    before = [Link("Earlier names", links.names_page(number - 1).rpartition("/")[2])] if number > 1 else []
    after = [Link("Later names", links.names_page(number + 1).rpartition("/")[2])] if number < pages else []
    return (*before, Link("All pages", links.names_page().rpartition("/")[2]), *after)


def _view(
    facts: ReviewFacts,
    part: str,
    total: int,
    *,
    ranges: tuple[NamePage, ...] = (),
    beside: tuple[Link, ...] = (),
) -> NamesView:
    page = page_view(facts, f"{_HEADING}: {part}" if part else _HEADING, "../")
    return NamesView(page=page, heading=_HEADING, part=part, total=total, ranges=ranges, beside=beside)
