"""The checks of a review with what each of them found; the glossary in the order of the catalogue's groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.model import CheckInfo
from hygiene.report.roster import rank_of
from hygiene.report.view import CheckView
from hygiene.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hygiene.model import ReviewFacts
    from hygiene.report.highlights import Highlights


def check_views(facts: ReviewFacts, summary: Mapping[str, Any], highlights: Highlights) -> tuple[CheckView, ...]:
    """Return every check of the catalogue, and any other that has findings, the most severe first."""
    effective = summary["findings"]["by_check"]
    held, roles = highlights.held_back, highlights.roles_found
    catalogue = {check.id: check for check in facts.checks}
    known = [*catalogue, *sorted((set(effective) | set(held)) - set(catalogue))]
    views = [
        _check_view(
            catalogue.get(check) or _nameless(check),
            (int(effective.get(check, 0)), held[check], roles[check]),
        )
        for check in known
    ]
    return tuple(sorted(views, key=lambda view: (view.severity_rank, -view.effective, view.id)))


def grouped(checks: tuple[CheckView, ...]) -> tuple[tuple[str, tuple[CheckView, ...]], ...]:
    """Return the checks by group, in the order of the catalogue, and by name inside."""
    groups: dict[str, list[CheckView]] = {}
    for check in checks:
        groups.setdefault(check.group, []).append(check)
    return tuple((group, tuple(sorted(held, key=lambda view: view.id))) for group, held in groups.items())


def _nameless(check: str) -> CheckInfo:
    return CheckInfo(id=check, title=check, group="other", severity="", why="", remedy="", source="")


def _check_view(check: CheckInfo, numbers: tuple[int, int, int]) -> CheckView:
    return CheckView(
        id=visible(check.id),
        title=visible(check.title),
        group=visible(check.group),
        severity=check.severity,
        severity_rank=rank_of(check.severity),
        why=visible(check.why),
        remedy=visible(check.remedy),
        source=visible(check.source),
        threshold=visible(check.threshold),
        effective=numbers[0],
        held_back=numbers[1],
        roles=numbers[2],
    )
