"""What the first page shows of all accounts, gathered account by account; small whatever the population."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from hygiene.frames import USAGE_STATUSES
from hygiene.report import links
from hygiene.report.cells import is_empty
from hygiene.report.counts import AccountNumbers, OwnerNumbers
from hygiene.report.groups import Groups, Member
from hygiene.report.loop_view import follow_up_views
from hygiene.report.pieces import Link, Shortened
from hygiene.report.roster import NO_SEVERITY
from hygiene.report.view import ChangeView
from hygiene.report.visible import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from hygiene.frames import AccountReview
    from hygiene.report.loop_view import FollowUpView
    from hygiene.report.roster import Roster
    from hygiene.report.view import RoleView
    from hygiene.report.visible import Row

T = TypeVar("T")

FIRST_ROLES = 15
MOST_CHANGES = 40
_CHANGE_ORDER = (
    "gained_admin", "trust_widened", "privilege_up", "decision_not_carried_out", "recreated", "woke_up",
    "became_unused", "added", "removed", "privilege_down", "trust_narrowed",
)  # fmt: skip
_LATE = ("overdue", "re-opened")


class _First(Generic[T]):
    """The first of many things by a rank; of equal rank those that came first. Counts all of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: list[tuple[Any, T]] = []
        self._total = 0

    def add(self, ranked: Iterable[tuple[Any, T]], total: int) -> None:
        """Add the first things of a further part, which has `total` in all."""
        self._total += total
        self._held = sorted([*self._held, *ranked], key=lambda one: one[0])[: self._most]

    def merge(self, later: _First[T]) -> None:
        """Add what was gathered of parts that come after these."""
        self.add(later._held, later._total)

    def shortened(self) -> Shortened[T]:
        """Return the first things and how many there are."""
        return Shortened(tuple(thing for _, thing in self._held), self._total)


_FirstRole = tuple[int, tuple[str, str], "RoleView"]
"""Risk, group and suggestion, and what is shown."""


class Highlights:
    """Gathers from one account, and from those that others gathered from; read it when every account was added."""

    def __init__(self) -> None:
        self.accounts: dict[str, AccountNumbers] = {}
        self.owners: dict[str, OwnerNumbers] = {}
        self.held_back: Counter[str] = Counter()
        """By check, its findings that are held back."""
        self.roles_found: Counter[str] = Counter()
        """By check, the roles with an effective finding of it."""
        self._changes: _First[ChangeView] = _First(MOST_CHANGES)
        self._follow_ups: _First[FollowUpView] = _First(MOST_CHANGES)
        self.groups = Groups()
        self._first: list[_FirstRole] = []

    @property
    def changes(self) -> Shortened[ChangeView]:
        """The changes, those that widen somebody's power first."""
        return self._changes.shortened()

    @property
    def follow_ups(self) -> Shortened[FollowUpView]:
        """The decisions of earlier reviews, what presses most first."""
        return self._follow_ups.shortened()

    @property
    def first_roles(self) -> tuple[RoleView, ...]:
        """The roles to look at first: those that need a decision, by risk, one for each group of equals.

        The same role in forty accounts is one decision; listed forty times it would hide the next worst.
        """
        return tuple(view for _, _, view in self._first)

    def add(self, account: AccountReview, roster: Roster, first: Mapping[int, RoleView]) -> None:
        """Gather from one account; `first`: its roles at `first_positions`, by these."""
        roles = roster.roles
        self._add_findings(roster.findings)
        self._changes.add(_first_changes(account.changes, roster), len(account.changes))
        self._follow_ups.add(follow_up_views(account.followups, roster, MOST_CHANGES), len(account.followups))
        if not roles.empty:
            self.accounts[account.account_id] = _numbers(roles)
            self._add_owners(roles, answered=set(_answered(account.decisions)))
            self._add_first(_ranked(roster, first))
            self.groups.add(_members(roster))

    def merge(self, later: Highlights) -> None:
        """Add what was gathered from accounts that come after these."""
        self.accounts.update(later.accounts)
        for owner, numbers in later.owners.items():
            self._add_owner(owner, numbers)
        self.held_back.update(later.held_back)
        self.roles_found.update(later.roles_found)
        self._changes.merge(later._changes)
        self._follow_ups.merge(later._follow_ups)
        self.groups.merge(later.groups)
        self._add_first(later._first)

    def _add_findings(self, findings: pd.DataFrame) -> None:
        is_effective = findings["held_back_by"].isna()
        self.held_back.update(findings.loc[~is_effective, "check"].tolist())
        pairs = findings.loc[is_effective, ["check", "role_arn"]].dropna()
        self.roles_found.update(
            check for check, _ in set(zip(pairs["check"].tolist(), pairs["role_arn"].tolist(), strict=True))
        )

    def _add_owners(self, roles: pd.DataFrame, answered: set[str]) -> None:
        owners = roles["owner"].fillna("").tolist()
        is_answered, is_late = roles["role_arn"].isin(answered), roles["decision_state"].isin(_LATE)
        flags = zip(roles["needed"].tolist(), roles["urgent"].tolist(), is_answered, is_late, strict=True)
        for owner, flagged in zip(owners, flags, strict=True):
            self._add_owner(owner, OwnerNumbers(1, *flagged))

    def _add_owner(self, owner: str, numbers: OwnerNumbers) -> None:
        known = self.owners.get(owner, OwnerNumbers())
        self.owners[owner] = OwnerNumbers(*(sum(pair) for pair in zip(known, numbers, strict=True)))

    def _add_first(self, new: Sequence[_FirstRole]) -> None:
        first: dict[tuple[str, str], _FirstRole] = {}
        # Sorting is stable, so of equals the one that came first stays.
        for one in sorted([*self._first, *new], key=lambda one: -one[0]):
            first.setdefault(one[1], one)
        self._first = list(first.values())[:FIRST_ROLES]


def first_positions(roster: Roster) -> list[int]:
    """Return which of an account's roles may be among the first of all, in the order of the roster: by risk."""
    asked = roster.roles[roster.roles["needed"]]
    return asked.drop_duplicates(["group_id", "suggestion"]).head(FIRST_ROLES).index.tolist()


def _ranked(roster: Roster, first: Mapping[int, RoleView]) -> list[_FirstRole]:
    rows = rows_of(roster.roles.iloc[list(first)], ("risk_score", "group_id", "suggestion"))
    return [
        (int(row["risk_score"]), (row["group_id"], row["suggestion"]), view)
        for row, view in zip(rows, first.values(), strict=True)
    ]


def _answered(decisions: pd.DataFrame) -> list[str]:
    """Return the ARNs of the roles with a decision of this review."""
    return decisions.loc[decisions["decision"].notna(), "role_arn"].tolist()


def _numbers(roles: pd.DataFrame) -> AccountNumbers:
    ranks = Counter(roles["rank"].tolist())
    judged = roles[roles["usage_status"] != "excluded"]
    columns = (judged[name].tolist() for name in ("services_granted", "services_used"))
    services = [
        (int(granted), int(used))
        for granted, used in zip(*columns, strict=True)
        if not (is_empty(granted) or is_empty(used))
    ]
    return AccountNumbers(
        roles=len(roles),
        needed=int(roles["needed"].sum()),
        unused=int(roles["unused"].sum()),
        rank=min(ranks),
        by_severity=tuple(ranks[rank] for rank in range(NO_SEVERITY)),
        granted=sum(granted for granted, _ in services),
        used=sum(used for _, used in services),
        measured=len(services),
        judged=len(judged),
    )


def _members(roster: Roster) -> list[Member]:
    """Return the roles that need a decision and have equals anywhere; a group leads to the page of its owner."""
    sizes = roster.background.group_sizes
    roles = roster.roles[roster.roles["needed"]]
    shared = roles.iloc[[at for at, group_id in enumerate(roles["group_id"].tolist()) if sizes.get(group_id, 1) > 1]]
    names = ("group_id", "role_name", "account_id", "suggestion", "rank", "owner")
    owners = [links.owner_page(owner) for owner in shared["owner"].fillna("").tolist()]
    return [
        Member(
            group_id=row["group_id"],
            name=row["role_name"],
            href=page,
            account=row["account_id"],
            suggestion=row["suggestion"],
            rank=row["rank"],
            owner=Link(row["owner"] or "nobody found", page),
        )
        for row, page in zip(rows_of(shared, names), owners, strict=True)
    ]


def change_rank(kind: str) -> tuple[int, str]:
    """Return a sort key for kinds of change: what widens somebody's power comes first."""
    return (_CHANGE_ORDER.index(kind) if kind in _CHANGE_ORDER else len(_CHANGE_ORDER), kind)


def _first_changes(changes: pd.DataFrame, roster: Roster) -> list[tuple[int, ChangeView]]:
    ranks = changes["change"].map(lambda kind: change_rank(kind)[0])
    first = changes.iloc[ranks.argsort(kind="stable")[:MOST_CHANGES]]
    known = roster.roles[roster.roles["role_arn"].isin(first["role_arn"])]
    pages = dict(zip(known["role_arn"].tolist(), known["page"].tolist(), strict=True))
    return [(change_rank(row["change"])[0], _change(row, roster, pages)) for row in rows_of(first)]


def _change(row: Row, roster: Roster, pages: Mapping[str, int]) -> ChangeView:
    return ChangeView(
        kind=row["change"].replace("_", " "),
        role=row["role_arn"].rpartition("/")[2],
        href=_card(row, pages),
        account=roster.background.account_names.get(row["account_id"]) or row["account_id"],
        before=_in_words(row["before"]),
        after=_in_words(row["after"]),
    )


def _in_words(value: str) -> str:
    return value.replace("_", " ") if value in USAGE_STATUSES else value


def _card(row: Row, pages: Mapping[str, int]) -> str:
    if row["role_arn"] not in pages:
        return ""
    anchor = links.role_anchor(row["role_id"], row["role_arn"])
    return links.role_page(row["account_id"], pages[row["role_arn"]], anchor)
