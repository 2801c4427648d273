"""Pages that are a table of roles: accounts, owners, and the work lists behind the first screen's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hygiene.report import links
from hygiene.report.role_view import finding_views
from hygiene.report.view import Chip, Figure, Link, ListView, PageView, RolesView
from hygiene.report.visible import visible
from hygiene.report.wording import counted, moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from hygiene.model import ReviewFacts
    from hygiene.report.roster import Roster
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
"""Work lists over all accounts: file name below `views/`, heading, column of the roster."""


def page_view(facts: ReviewFacts, summary: Mapping[str, Any], title: str, root: str) -> PageView:
    """Return what every page has."""
    return PageView(
        title=title,
        root=root,
        review_id=visible(facts.review_id),
        quarter=visible(facts.quarter),
        as_of=moment(summary["as_of"]),
        organization=visible(facts.organization_id),
    )


class Lists:
    """Makes the pages of a roster, one after the other, so that one page at a time is held in memory."""

    def __init__(
        self,
        roster: Roster,
        facts: ReviewFacts,
        summary: Mapping[str, Any],
        with_removal: frozenset[str] = frozenset(),
    ) -> None:
        """`with_removal`: accounts for which a removal script was written."""
        self._with_removal = with_removal
        self._roster = roster
        self._facts = facts
        self._summary = summary

    def accounts(self, coverage: list[Row]) -> Iterator[tuple[str, ListView]]:
        """Yield path and page of every account, those that were not read too."""
        positions = {str(key): np.asarray(at) for key, at in self._by_account()}
        own_findings = self._findings_without_role()
        for row in coverage:
            name = row["account_name"] or row["account_id"]
            where = (
                Link("Account", "", row["account_id"]),
                Link("Organizational unit", "", row["ou_path"]),
                *self._removal(row["account_id"]),
            )
            yield from self._paged(
                positions.get(row["account_id"], np.array([], dtype=int)),
                lambda page, row=row: links.account_page(row["account_id"], page),  # type: ignore[misc]
                heading=name,
                caption=f"Roles of {name}",
                facts=tuple(fact for fact in where if fact.note),
                status=row["status"],
                reason=row["reason"],
                own_findings=tuple(own_findings.get(row["account_id"], ())),
            )

    def _removal(self, account_id: str) -> Iterator[Link]:
        if account_id in self._with_removal:
            yield Link("To remove roles", f"../removal/{account_id}.sh", "commands to read first")

    def owners(self) -> Iterator[tuple[str, ListView]]:
        """Yield path and page of every owner, and of the roles without one."""
        roles = self._roster.roles
        order = roles.assign(owner=roles["owner"].fillna(""), _at=np.arange(len(roles))).sort_values(
            ["owner", "risk_score", "account_id", "role_name"], ascending=[True, False, True, True], kind="stable"
        )
        for owner, part in order.groupby("owner", sort=True):
            shown = visible(str(owner)) or "Roles without an owner"
            yield from self._paged(
                part["_at"].to_numpy(),
                lambda page, owner=owner: links.owner_page(str(owner), page),  # type: ignore[misc]
                heading=shown,
                caption=f"Roles of {shown}" if owner else shown,
                facts=(Link("Roles of this owner", "", "over all accounts"),) if owner else (),
                place="account",
            )

    def work(self) -> Iterator[tuple[str, ListView]]:
        """Yield path and page of the lists behind the first screen's numbers, at most one page of roles each."""
        roles = self._roster.roles
        for slug, heading, column in _LISTS:
            at = np.flatnonzero(roles[column].to_numpy(dtype=bool))
            by_risk = at[np.argsort(-roles["risk_score"].to_numpy(dtype=int)[at], kind="stable")]
            shown = by_risk[: links.ROLES_PER_PAGE]
            note = "" if len(shown) == len(at) else (
                f"The {len(shown):,} with the highest risk of {len(at):,}; all of them are in roles.csv."
            )  # fmt: skip
            table = self._table(shown, at, heading, (), place="both", cards=False, note=note)
            page = page_view(self._facts, self._summary, heading, "../")
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
                    page=page_view(self._facts, self._summary, title, "../"),
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
        if column is None:
            return len(at)
        return int(self._roster.roles[column].to_numpy(dtype=bool)[at].sum())

    def _by_account(self) -> Iterable[tuple[Any, Any]]:
        return self._roster.roles.groupby("account_id", sort=False).indices.items()

    def _findings_without_role(self) -> dict[str, list[FindingView]]:
        findings = self._roster.findings[self._roster.findings["role_arn"].isna()]
        found: dict[str, list[FindingView]] = {}
        for account, view in zip(findings["account_id"], finding_views(self._roster, findings), strict=True):
            found.setdefault(str(account), []).append(view)
        return found
