"""Renders pages that are a table of roles, around rows that were rendered before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.report.groups import groups_among
from hygiene.report.questions import Asking, form_of
from hygiene.report.render import Renderer
from hygiene.report.role_rows import RoleRows
from hygiene.report.sink import File

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hygiene.model import ReviewFacts
    from hygiene.report.questions import Form
    from hygiene.report.role_rows import RenderedRole
    from hygiene.report.view import ListView, RolesView


class ListPages:
    """The renderer of a report, its rows, and what its pages ask; what many roles have in common is rendered once."""

    def __init__(self, facts: ReviewFacts, formats: Collection[str]) -> None:
        """`formats`: of the report; its sheets ask the same as its pages."""
        sheets = tuple(f"decisions.{form}" for form in ("xlsx", "csv") if form in formats)
        self._asking = Asking(facts.review_id, facts.as_of.date().isoformat(), sheets)
        self.renderer = Renderer(facts.review_id)
        self.rows = RoleRows(self.renderer)

    def page(self, path: str, view: ListView, roles: Sequence[RenderedRole]) -> File:
        """Return the page of an account, an owner or a work list."""
        table = view.table
        form = self.form(path, roles, table) if table.cards else None
        groups = groups_among(role.asked for role in roles) if form else None
        html = self.renderer.roles(view, self.rows.html(roles, table), form, groups)
        return html_file(path, html)

    def form(self, path: str, roles: Sequence[RenderedRole], table: RolesView) -> Form | None:
        """Return what the page asks about the roles of its table."""
        return form_of(path, [role.question for role in roles], table.needed, self._asking)


def html_file(path: str, html: str) -> File:
    """Return a page as a file."""
    return File(path, html.encode("utf-8", "replace"))
