"""What the templates are given: plain, frozen values. Nothing is computed while rendering.

Named tuples: several times as fast to define, to make and to compare as data classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hygiene.report.charts import Chart
    from hygiene.report.in_words import Passage
    from hygiene.report.limits import Limit
    from hygiene.report.loop_view import ExceptionView, FollowUpView, QuarterView
    from hygiene.report.pieces import Chip, Figure, Link, Segment, Shortened
    from hygiene.report.principals import PrincipalView
    from hygiene.report.wording import Headline, LastUse

_READ_AT_A_GLANCE = 10


class PageView(NamedTuple):
    """What every page has: its title, the way back to the report's root, and the review it belongs to."""

    title: str
    root: str
    review_id: str
    quarter: str
    as_of: str
    organization: str


class FindingView(NamedTuple):
    """One finding as a role card tells it; `section` names the part of the card it stands in."""

    check: str
    title: str
    severity: str
    confidence: str
    evidence: str
    policies: str
    held_back_by: str
    remedy: str
    exception: str
    first_seen: str
    section: str


class ServicesView(NamedTuple):
    """Used against granted services; `width` is the used share in percent."""

    used: int
    granted: int
    width: int


class AssumedView(NamedTuple):
    """One principal that assumed a role, in words; `note` says how often, when and from where."""

    principal: str
    outside: bool
    new: bool
    note: str


class ActivityView(NamedTuple):
    """Who assumed a role and what was changed on it; the numbers say how many more there are than shown.

    `window` is what was read of the log; `nobody` is what there is to say where no call is known.
    """

    window: str

    assumed: tuple[AssumedView, ...]
    more_assumed: int
    events: tuple[str, ...]
    more_events: int
    nobody: str


class RoleView(NamedTuple):
    """One role: its row in a table and its card, without its findings; `found` is the first checks in words."""

    anchor: str
    page_href: str
    name: str
    kind: str
    kinds: str
    account_id: str
    account: str
    ou_path: str
    verdict: str
    sentence: str
    """The verdict in words: what is suggested and how it was used; the card adds power and outsiders."""
    suggestion: str
    reason: str
    use: LastUse
    status: str
    principals: tuple[PrincipalView, ...]
    outside: bool
    severity: str
    severity_rank: int
    checks: tuple[str, ...]
    found: str
    owner: str
    owner_source: str
    owner_href: str
    risk: int
    tags: str
    needs_decision: bool
    services: ServicesView | None
    actions_allowed: int | None
    instance_profiles: tuple[str, ...]
    attached: tuple[str, ...]
    inline: tuple[str, ...]
    boundary: str
    session: str
    created: str
    description: str
    template: str
    arn: str
    role_id: str
    path: str
    console: str
    siblings: int
    group_id: str
    row_sha256: str
    proposal_href: str
    proposal_opinion: str
    proposal_difference: str
    security_hub: tuple[str, ...]
    references: tuple[str, ...]
    references_asked: bool
    decision: str
    decision_state: str
    reviewer: str
    decided_at: str
    activity: ActivityView | None
    changes: tuple[str, ...]
    promises: tuple[str, ...]
    """What was decided about it, by whom and why, and what became of that."""
    removal_href: str
    policies_href: str
    spared: str
    """Why an unused role has no commands to remove it; empty for others."""


class RolesView(NamedTuple):
    """A table of roles, one page of it; `place` is what tells roles apart: `owner`, `account` or `both`.

    `roles` are numbers: places in the account's roster, or those of all accounts' rendered roles.
    `needed` says how many of them need a decision.
    """

    caption: str
    roles: tuple[int, ...]
    chips: tuple[Chip, ...]
    pages: tuple[Link, ...]
    place: str
    cards: bool
    needed: int
    note: str = ""

    @property
    def is_short(self) -> bool:
        """Whether all of it can be read at a glance: its cards are open, and there is nothing to filter."""
        return self.cards and not self.pages and len(self.roles) <= _READ_AT_A_GLANCE


class NamePage(NamedTuple):
    """A page of roles by name: its first and last name, and `key`, what the last is sorted by."""

    href: str
    first: str
    last: str
    key: str


class NamesView(NamedTuple):
    """A page of roles by name; with `ranges` the one that leads to the others. `part`: its first and last name."""

    page: PageView
    heading: str
    part: str
    total: int
    ranges: tuple[NamePage, ...]
    beside: tuple[Link, ...]


class ListView(NamedTuple):
    """The page of an account, of an owner or of a work list: what it is, its numbers, its roles."""

    page: PageView
    heading: str
    facts: tuple[Link, ...]
    status: str
    reason: str
    figures: tuple[Figure, ...]
    findings: tuple[FindingView, ...]
    table: RolesView


class AccountView(NamedTuple):
    """An account as the index lists it."""

    id: str
    name: str
    ou_path: str
    state: str
    status: str
    reason: str
    roles: int
    to_decide: int
    unused: int
    worst: str
    severity_rank: int
    expected: str
    href: str


class OwnerView(NamedTuple):
    """An owner as the index lists them."""

    name: str
    roles: int
    to_decide: int
    answered: int
    late: int
    """Roles with a decision that is overdue, or was carried out and undone."""
    urgent: int
    href: str


class CheckView(NamedTuple):
    """A check of the catalogue with what it found."""

    id: str
    title: str
    group: str
    severity: str
    severity_rank: int
    why: str
    remedy: str
    source: str
    threshold: str
    effective: int
    held_back: int
    roles: int


class ChangeView(NamedTuple):
    """A change since the previous review."""

    kind: str
    role: str
    href: str
    account: str
    before: str
    after: str


class PolicyView(NamedTuple):
    """A policy that several roles carry and that gives findings: one thing to fix."""

    name: str
    roles: int
    accounts: int
    severity: str
    severity_rank: int
    checks: tuple[str, ...]


class GroupView(NamedTuple):
    """Roles of one group and suggestion that need a decision; `name` and `href` are of the first of them."""

    name: str
    href: str
    has_other_names: bool
    roles: int
    accounts: int
    suggestion: str
    severity: str
    severity_rank: int
    owners: tuple[Link, ...]
    has_more_owners: bool


class IndexView(NamedTuple):
    """The first page of a report."""

    page: PageView
    headline: Headline
    unread: Shortened[AccountView]
    unread_level: str
    skipped: int
    notices: tuple[Link, ...]
    proven: bool
    figures: tuple[Figure, ...]
    compared: str
    in_words: tuple[Passage, ...]
    funnel: tuple[Segment, ...]
    population: int
    decision_states: tuple[Link, ...]
    """The number as text, with the rows behind it and the state as note."""
    first: tuple[RoleView, ...]
    charts: tuple[Chart, ...]
    limits: tuple[str, ...]
    always: tuple[Limit, ...]
    groups: Shortened[GroupView]
    accounts: Shortened[AccountView]
    owners: Shortened[OwnerView]
    found: tuple[CheckView, ...]
    policies: tuple[PolicyView, ...]
    found_in_words: str
    quiet: tuple[CheckView, ...]
    glossary: tuple[tuple[str, tuple[CheckView, ...]], ...]
    previous_quarter: str
    change_counts: tuple[tuple[str, int], ...]
    changes: Shortened[ChangeView]
    quarters: tuple[QuarterView, ...]
    follow_ups: Shortened[FollowUpView]
    exceptions: Shortened[ExceptionView]
    as_of_source: str
    unused_after_days: int
    tracking_days: int
    downloads: tuple[Link, ...]
    versions: tuple[tuple[str, str], ...]
    names_href: str
