"""The rows of role tables as HTML: a role is rendered once, and its pieces are put together anew on every page.

It stands on the page of its account, of its owner and in work lists; only links and one cell differ there.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from markupsafe import Markup

from hygiene.report.groups import Member
from hygiene.report.pieces import Link
from hygiene.report.questions import questions_of
from hygiene.report.role_view import finding_views, role_views

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from hygiene.report.render import Renderer
    from hygiene.report.roster import Roster
    from hygiene.report.view import FindingView, RolesView, RoleView

T = TypeVar("T", bound="Hashable")

_TEXTS_KEPT = 20_000
_SIBLING_LINKS = 3
_NOTHING = Markup("")
LEADING = ("full-admin", "privilege-escalation")
"""Told before other powers of the same severity, as in the reason of a suggestion."""


class _Pieces(NamedTuple):
    """What `role.html.j2` makes of a role, in its order; `siblings` of the page go between the card's two halves."""

    opening: str
    page: str
    facts: str
    owner: str
    account: str
    owner_of_both: str
    risk: str
    reason: str
    card: str
    rest_of_card: str
    closing: str


class RenderedRole(NamedTuple):
    """A role as every page can show it."""

    pieces: _Pieces
    question: str
    """As JSON; see `hygiene.report.questions`."""
    as_sibling: Link
    """As another role's card links to it; the note is its account."""
    account_id: str
    group_id: str
    siblings: int
    asked: Member | None
    """As one of a group to answer together; None where nobody has to decide, or nothing is equal to it."""


class _Siblings(NamedTuple):
    """How many other roles have the same trust and permissions, and links to some on the same page."""

    number: int
    links: tuple[Link, ...]


class _Found(NamedTuple):
    """A role's findings as HTML, by the part of the card they stand in; `lead` is the worst power in words."""

    trust: Markup
    activity: Markup
    power: Markup
    use: Markup
    others: Markup
    lead: str


class _Texts(Generic[T]):
    """Renders values through one template, equal ones once: many roles have the same finding."""

    def __init__(self, render: Callable[[Sequence[T]], list[str]]) -> None:
        self._render = render
        self._known: dict[T, str] = {}

    def of(self, values: Sequence[T]) -> list[str]:
        if len(self._known) > _TEXTS_KEPT:
            self._known.clear()
        new = [value for value in dict.fromkeys(values) if value not in self._known]
        self._known.update(zip(new, self._render(new), strict=True))
        return [self._known[value] for value in values]


class RoleRows:
    """Renders roles; what many of them have in common is rendered once for all accounts."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._findings: _Texts[FindingView] = _Texts(partial(renderer.pieces, "finding.html.j2"))
        self._siblings: _Texts[_Siblings] = _Texts(partial(renderer.pieces, "siblings.html.j2"))

    def render(self, roster: Roster, positions: Sequence[int]) -> tuple[list[RoleView], list[RenderedRole]]:
        """Return the roles of a roster at these positions, in words and rendered."""
        if not positions:
            return [], []
        views = role_views(roster, roster.rows(positions))
        findings = self._findings_of(roster, positions)
        pieces = self._renderer.pieces("role.html.j2", list(zip(views, findings, strict=True)))
        size = len(_Pieces._fields)
        cut = [_Pieces(*pieces[at : at + size]) for at in range(0, len(pieces), size)]
        questions = questions_of(roster.decisions, roster.asked(positions))
        return views, [_rendered(*parts) for parts in zip(views, cut, questions, strict=True)]

    def html(self, roles: Sequence[RenderedRole], table: RolesView) -> Markup:
        """Return the rows of a table."""
        place = table.place
        if table.cards:
            siblings = self._siblings.of(_siblings_here(roles))
            pieces = [_opened(role.pieces) if table.is_short else role.pieces for role in roles]
            rows = [_with_card(role, place, text) for role, text in zip(pieces, siblings, strict=True)]
        else:
            rows = [_with_link(role.pieces, place) for role in roles]
        return Markup("".join(rows))  # noqa: S704  every piece was rendered with escaping on

    def _findings_of(self, roster: Roster, positions: Sequence[int]) -> list[_Found]:
        findings, numbers = roster.findings_at(positions)
        reasons = roster.roles["suggestion_reason"].iloc[list(positions)].fillna("").tolist()
        told_above = [reason for reason, number in zip(reasons, numbers, strict=True) for _ in range(number)]
        views = [
            # What is to be done about a role as a whole stands above its findings, not under each of them again.
            view._replace(remedy="") if view.remedy and view.remedy in reason else view
            for view, reason in zip(finding_views(roster.background, findings), told_above, strict=True)
        ]
        told = iter(list(zip(views, self._findings.of(views), strict=True)))
        return [_found([next(told) for _ in range(number)]) for number in numbers]


def _found(findings: Sequence[tuple[FindingView, str]]) -> _Found:
    """Return the findings of one role, effective and severe ones first as they come."""
    parts: dict[str, list[str]] = {}
    for view, text in findings:
        parts.setdefault(view.section, []).append(text)
    joined = {name: Markup("".join(texts)) for name, texts in parts.items()}  # noqa: S704  rendered with escaping on
    return _Found(
        trust=joined.get("trust", _NOTHING),
        activity=joined.get("activity", _NOTHING),
        power=joined.get("power", _NOTHING),
        use=joined.get("use", _NOTHING),
        others=joined.get("others", _NOTHING),
        lead=_lead([view for view, _ in findings if view.section == "power" and not view.held_back_by]),
    )


def _lead(powers: Sequence[FindingView]) -> str:
    """Return the worst of these in words; an administrator's further powers follow from that one."""
    if not powers:
        return ""
    worst = [view for view in powers if view.severity == powers[0].severity]
    leading = next((view for check in LEADING for view in worst if view.check == check), worst[0])
    return f"{leading.title[:1].lower()}{leading.title[1:]}"


def _with_card(role: _Pieces, place: str, siblings: str) -> str:
    return "".join(
        (role.opening, role.facts, *_place(role, place), role.risk,
         role.card, siblings, role.rest_of_card, role.closing)
    )  # fmt: skip


def _opened(role: _Pieces) -> _Pieces:
    return role._replace(card=role.card.replace("<details>", "<details open>", 1))


def _with_link(role: _Pieces, place: str) -> str:
    return "".join((role.opening, role.page, role.facts, *_place(role, place), role.risk, role.reason, role.closing))


def _place(role: _Pieces, place: str) -> tuple[str, ...]:
    return {"owner": (role.owner,), "account": (role.account,), "both": (role.account, role.owner_of_both)}[place]


def _rendered(view: RoleView, pieces: _Pieces, question: str) -> RenderedRole:
    return RenderedRole(
        pieces=pieces,
        question=question,
        as_sibling=Link(view.name, f"#{view.anchor}", view.account),
        account_id=view.account_id,
        group_id=view.group_id,
        siblings=view.siblings,
        asked=_member(view) if view.needs_decision and view.siblings else None,
    )


def _member(view: RoleView) -> Member:
    return Member(
        group_id=view.group_id,
        name=view.name,
        href=f"#{view.anchor}",
        account=view.account_id,
        suggestion=view.suggestion,
        rank=view.severity_rank,
        owner=Link(view.owner, view.owner_href),
    )


def _siblings_here(roles: Sequence[RenderedRole]) -> list[_Siblings]:
    """Return for each role the others with its trust and permissions."""
    same: dict[str, list[RenderedRole]] = {}
    for role in roles:
        if role.siblings:
            same.setdefault(role.group_id, []).append(role)
    return [_Siblings(role.siblings, _links(role, same.get(role.group_id, ()))) for role in roles]


def _links(role: RenderedRole, same: Sequence[RenderedRole]) -> tuple[Link, ...]:
    others = [other for other in same[: _SIBLING_LINKS + 1] if other is not role]
    return tuple(
        other.as_sibling if other.account_id != role.account_id else other.as_sibling._replace(note="")
        for other in others[:_SIBLING_LINKS]
    )
