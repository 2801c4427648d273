"""Roles with the same trust and permissions that need a decision: looked at once, answered together.

A group here has one `group_id` and one suggestion, and only roles that need a decision: what is right for roles that
nobody uses would be wrong for their twin that is in use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hygiene.frames import SEVERITIES
from hygiene.report.pieces import Link, Shortened
from hygiene.report.view import GroupView

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_GROUPS = 25
_OWNERS_NAMED = 3


class Member(NamedTuple):
    """A role of a group that needs a decision; `rank` of its worst finding as `rank_of` counts."""

    group_id: str
    name: str
    href: str
    account: str
    suggestion: str
    rank: int
    owner: Link


class Groups:
    """Gathers members; a few hundred bytes for each group, however many they are."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], _Group] = {}

    def add(self, members: Iterable[Member]) -> None:
        """Add members; the first of a group gives it its name."""
        for member in members:
            key = (member.group_id, member.suggestion)
            group = self._groups.get(key)
            if group is None:
                group = self._groups[key] = _Group(member)
            group.add(member)

    def merge(self, others: Groups) -> None:
        """Add the groups of members that come after these."""
        for key, group in others._groups.items():
            known = self._groups.get(key)
            if known is None:
                self._groups[key] = group
            else:
                known.merge(group)

    def first(self) -> Shortened[GroupView]:
        """Return the groups of two roles or more, those with most to decide first."""
        several = [group for group in self._groups.values() if group.roles > 1]
        several.sort(key=lambda group: (-group.roles, group.rank, group.first.name, group.first.group_id))
        return Shortened(tuple(group.view() for group in several[:MOST_GROUPS]), len(several))


def groups_among(roles: Iterable[Member | None]) -> Shortened[GroupView]:
    """Return the groups among the roles of a page, in its order."""
    groups = Groups()
    groups.add(role for role in roles if role)
    return groups.first()


class _Group:
    """What is told of a group, without its members."""

    __slots__ = ("accounts", "first", "has_other_names", "owners", "rank", "roles")

    def __init__(self, first: Member) -> None:
        self.first = first
        self.roles = 0
        self.accounts: set[str] = set()
        self.rank = first.rank
        self.has_other_names = False
        self.owners: list[Link] = []

    def add(self, member: Member) -> None:
        self.roles += 1
        self.accounts.add(member.account)
        self.rank = min(self.rank, member.rank)
        self.has_other_names |= member.name != self.first.name
        self._add_owner(member.owner)

    def merge(self, other: _Group) -> None:
        self.roles += other.roles
        self.accounts |= other.accounts
        self.rank = min(self.rank, other.rank)
        self.has_other_names |= other.has_other_names or other.first.name != self.first.name
        for owner in other.owners:
            self._add_owner(owner)

    def _add_owner(self, owner: Link) -> None:
        if len(self.owners) <= _OWNERS_NAMED and owner not in self.owners:
            self.owners.append(owner)

    def view(self) -> GroupView:
        return GroupView(
            name=self.first.name,
            href=self.first.href,
            has_other_names=self.has_other_names,
            roles=self.roles,
            accounts=len(self.accounts),
            suggestion=self.first.suggestion,
            severity=SEVERITIES[self.rank] if self.rank < len(SEVERITIES) else "",
            severity_rank=self.rank,
            owners=tuple(self.owners[:_OWNERS_NAMED]),
            has_more_owners=len(self.owners) > _OWNERS_NAMED,
        )
