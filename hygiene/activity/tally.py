"""Adds events up while they are read: what records say in, one `Activity` out.

Mergeable, bounded in memory, and the same in whatever order the events came.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hygiene.activity.bounded import OTHER, Counts, drop_beyond
from hygiene.activity.model import Activity, Assumption, EventReference, RoleChange, SignIn
from hygiene.activity.records import Assumed, SignedIn, account_of_role

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from hygiene.activity.records import Said

MAX_ROLES = 20_000
"""Roles and kinds of principal, of the account and of all others each; IAM allows 10,000 roles, and refused calls may
name any."""
MAX_PRINCIPALS = 500
"""Per role and kind: web identities can be a person each. Beyond, they are added up under the principal `other`."""
MAX_CHANGES = 20_000
"""Role changes of one account that are kept, the newest ones."""
MAX_SIGN_INS = 1_000

MAX_PROBLEMS = 10

OTHER_ROLES = "other roles"
_CHANGES_DROPPED = f"more than {MAX_CHANGES} role changes: only the newest are kept"
_MORE_PROBLEMS = "and more of the kind"


class _Span:
    """First and last moment and the latest event as the example: one rule, so that the order decides nothing."""

    __slots__ = ("example", "first", "last")

    def __init__(self) -> None:
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.example: EventReference | None = None

    def add(self, first: datetime, last: datetime, example: EventReference | None) -> None:
        if self.first is None or first < self.first:
            self.first = first
        if self.last is None or last > self.last:
            self.last = last
        if example is not None:
            self.example = _later(self.example, example)

    def ends(self) -> tuple[datetime, datetime]:
        if self.first is None or self.last is None:
            raise ValueError("a row has at least one event")
        return self.first, self.last


def _order(event: EventReference) -> tuple[datetime, str, str]:
    return event.time, event.id, event.region


def _later(one: EventReference | None, other: EventReference | None) -> EventReference | None:
    if one is None or other is None:
        return other if one is None else one
    if one.time != other.time:
        return one if one.time > other.time else other
    return max(one, other, key=_order)


class _Row:
    """The assumptions of one role by one principal, while they are added up."""

    __slots__ = (
        "account_id", "agents", "count", "errors", "failed", "failed_example", "failed_networks", "mfa",
        "network_examples", "networks", "span",
    )  # fmt: skip

    def __init__(self) -> None:
        self.account_id = ""
        self.count = self.failed = 0
        self.mfa: int | None = None
        self.span = _Span()
        self.failed_example: EventReference | None = None
        self.networks, self.failed_networks = Counts(), Counts()
        self.agents, self.errors = Counts(), Counts()
        self.network_examples: dict[str, EventReference] = {}

    def add(self, said: Assumed, number: int, first: datetime) -> None:
        event, network, error, has_mfa = said.event, said.network, said.error, said.has_mfa
        if said.principal_account_id > self.account_id:
            self.account_id = said.principal_account_id
        if said.user_agent:
            self.agents.add(said.user_agent, number)
        if error:
            self.failed += number
            self.failed_networks.add(network, number)
            self.errors.add(error, number)
            self.failed_example = _later(self.failed_example, event)
        else:
            self.count += number
            self.networks.add(network, number)
            self._note_network(network, event)
            if has_mfa is not None:
                self.mfa = (self.mfa or 0) + (number if has_mfa else 0)
        self.span.add(first, event.time, None if error else event)

    def absorb(self, row: Assumption) -> None:
        """Add what was added up elsewhere."""
        self.account_id = max(self.account_id, row.principal_account_id)
        self.count += row.count
        self.failed += row.failed
        self.networks.add_all(row.networks)
        self.failed_networks.add_all(row.failed_networks)
        for network, event in row.network_examples:
            self._note_network(network, event)
        self.agents.add_all(row.user_agents)
        self.errors.add_all(row.errors)
        self.mfa = _sum(self.mfa, row.with_mfa)
        self.span.add(row.first_seen, row.last_seen, row.example)
        self.failed_example = _later(self.failed_example, row.failed_example)

    def _note_network(self, network: str, event: EventReference) -> None:
        examples = self.network_examples
        known = examples.get(network)
        if known is not None:
            examples[network] = _later(known, event) or event
            return
        examples[network] = event
        if len(examples) > 2 * Counts.LIMIT:
            drop_beyond(examples, Counts.LIMIT)

    def frozen(self, role_arn: str, principal: str, kind: str) -> Assumption:
        first, last = self.span.ends()
        drop_beyond(self.network_examples, Counts.LIMIT)
        return Assumption(
            role_arn=role_arn,
            principal=principal,
            principal_kind=kind,
            principal_account_id=self.account_id,
            count=self.count,
            failed=self.failed,
            first_seen=first,
            last_seen=last,
            networks=self.networks.ranked(),
            user_agents=self.agents.ranked(),
            errors=self.errors.ranked(),
            failed_networks=self.failed_networks.ranked(),
            network_examples=tuple(sorted(self.network_examples.items())),
            with_mfa=self.mfa,
            example=self.span.example,
            failed_example=self.failed_example,
        )


class _SignInRow:
    """The sign-ins of one principal with one outcome, while they are added up."""

    __slots__ = ("count", "mfa", "networks", "span")

    def __init__(self) -> None:
        self.count = 0
        self.mfa: int | None = None
        self.span = _Span()
        self.networks = Counts()

    def add(self, said: SignedIn, number: int, first: datetime) -> None:
        self.count += number
        self.networks.add(said.network, number)
        self.span.add(first, said.event.time, said.event)
        if said.has_mfa is not None:
            self.mfa = (self.mfa or 0) + (number if said.has_mfa else 0)

    def absorb(self, row: SignIn) -> None:
        self.count += row.count
        self.networks.add_all(row.networks)
        self.span.add(row.first_seen, row.last_seen, row.example)
        self.mfa = _sum(self.mfa, row.with_mfa)

    def frozen(self, principal: str, is_root: bool, action: str, outcome: str) -> SignIn:
        first, last = self.span.ends()
        if self.span.example is None:
            raise ValueError("a row of sign-ins has an example")
        networks = self.networks.ranked()
        return SignIn(
            principal, is_root, action, outcome, self.count, first, last, networks, self.mfa, self.span.example
        )


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one + (other or 0)


@dataclass
class Tally:
    """What was read of one account so far."""

    account_id: str
    records_read: int = 0
    records_damaged: int = 0
    files_passed_by: int = 0
    _roles: dict[tuple[str, str], dict[str, _Row]] = field(default_factory=dict)
    _sign_ins: dict[tuple[str, ...], _SignInRow] = field(default_factory=dict)
    _changes: dict[str, RoleChange] = field(default_factory=dict)
    _has_dropped_changes: bool = False

    def add(self, said: Said, number: int = 1, first: datetime | None = None) -> None:
        """Add what was said so many times, the first time at `first`; `said` itself is the last of them."""
        earliest = first or said.event.time
        if isinstance(said, RoleChange):
            self._add_change(said)
        elif isinstance(said, SignedIn):
            key = (said.principal, "root" if said.is_root else "", said.action, said.outcome)
            self._sign_in(key).add(said, number, earliest)
        else:
            self._row(said.role_arn, said.principal_kind, said.principal).add(said, number, earliest)

    def absorb(self, activity: Activity) -> None:
        """Add what an `Activity` holds: another reader's, or another day's."""
        self.records_read += activity.records_read
        self.records_damaged += activity.records_damaged
        self.files_passed_by += activity.files_passed_by
        for row in activity.assumptions:
            self._row(row.role_arn, row.principal_kind, row.principal).absorb(row)
        for change in activity.changes:
            self._add_change(change)
        for sign_in in activity.sign_ins:
            key = (sign_in.principal, "root" if sign_in.is_root else "", sign_in.action, sign_in.outcome)
            self._sign_in(key).absorb(sign_in)

    def activity(
        self,
        source: str,
        begins: datetime,
        ends: datetime,
        regions: Iterable[str] = (),
        problems: Iterable[str] = (),
    ) -> Activity:
        """Return everything that was added, sorted."""
        self._trim()
        return Activity(
            account_id=self.account_id,
            source=source,
            begins=begins,
            ends=ends,
            regions=tuple(sorted(set(regions))),
            problems=_named([*problems, *([_CHANGES_DROPPED] if self._has_dropped_changes else [])]),
            records_read=self.records_read,
            records_damaged=self.records_damaged,
            files_passed_by=self.files_passed_by,
            assumptions=tuple(
                row.frozen(role_arn, principal, kind)
                for (role_arn, kind), rows in sorted(self._roles.items())
                for principal, row in sorted(rows.items())
            ),
            changes=tuple(sorted(self._changes.values(), key=lambda change: _order(change.event))),
            sign_ins=tuple(
                row.frozen(key[0], key[1] == "root", key[2], key[3]) for key, row in sorted(self._sign_ins.items())
            ),
        )

    def _row(self, role_arn: str, kind: str, principal: str) -> _Row:
        rows = self._roles.get((role_arn, kind))
        if rows is None:
            if len(self._roles) > 4 * MAX_ROLES:
                self._trim_roles()
            rows = self._roles.setdefault((role_arn, kind), {})
        row = rows.get(principal)
        if row is None:
            if len(rows) > 2 * MAX_PRINCIPALS:
                _trim_rows(rows)
            row = rows.setdefault(principal, _Row())
        return row

    def _sign_in(self, key: tuple[str, ...]) -> _SignInRow:
        if len(self._sign_ins) > 2 * MAX_SIGN_INS:
            self._trim_sign_ins()
        return self._sign_ins.setdefault(key, _SignInRow())

    def _add_change(self, change: RoleChange) -> None:
        # AWS delivers an event at least once; a change without an id is kept by its time.
        self._changes[change.event.id or f"{change.event.time} {change.action} {change.role_name}"] = change
        if len(self._changes) > 2 * MAX_CHANGES:
            self._trim_changes()

    def _trim(self) -> None:
        self._trim_roles()
        for rows in self._roles.values():
            _trim_rows(rows)
        self._trim_sign_ins()
        self._trim_changes()

    def _trim_roles(self) -> None:
        kept_aside = {key: self._roles.pop(key) for key in list(self._roles) if key[0] == OTHER_ROLES}
        own = {key: self._roles.pop(key) for key in list(self._roles) if account_of_role(key[0]) == self.account_id}
        # Each by itself: calls to roles of others must not push out what is known of the account's own.
        dropped = [*drop_beyond(own, MAX_ROLES), *drop_beyond(self._roles, MAX_ROLES)]
        self._roles.update(own)
        for (_, kind), rows in dropped:
            other = kept_aside.setdefault((OTHER_ROLES, kind), {}).setdefault(OTHER, _Row())
            for row in rows.values():
                other.absorb(row.frozen(OTHER_ROLES, OTHER, kind))
        self._roles.update(kept_aside)

    def _trim_sign_ins(self) -> None:
        kept_aside = {key: self._sign_ins.pop(key) for key in list(self._sign_ins) if key[0] == OTHER}
        for (_, root, _, outcome), row in drop_beyond(self._sign_ins, MAX_SIGN_INS):
            key = (OTHER, root, OTHER, outcome if outcome == "Success" else OTHER)
            kept_aside.setdefault(key, _SignInRow()).absorb(row.frozen(OTHER, root == "root", OTHER, OTHER))
        self._sign_ins.update(kept_aside)

    def _trim_changes(self) -> None:
        if len(self._changes) > MAX_CHANGES:
            newest = sorted(self._changes.items(), key=lambda item: _order(item[1].event))[-MAX_CHANGES:]
            self._changes = dict(newest)
            self._has_dropped_changes = True


def _trim_rows(rows: dict[str, _Row]) -> None:
    """Fold the principals beyond the limit into one."""
    other = rows.pop(OTHER, None)
    for _, row in drop_beyond(rows, MAX_PRINCIPALS):
        other = other or _Row()
        other.absorb(row.frozen("", OTHER, ""))
    if other is not None:
        rows[OTHER] = other


def _named(problems: Iterable[str]) -> tuple[str, ...]:
    """Return the sentences once each, sorted; of very many the first, and that there are more."""
    once = sorted(set(problems) - {_MORE_PROBLEMS})
    if len(once) > MAX_PROBLEMS or _MORE_PROBLEMS in problems:
        return (*once[:MAX_PROBLEMS], _MORE_PROBLEMS)
    return tuple(once)
