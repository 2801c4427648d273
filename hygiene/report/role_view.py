"""From the rows of some roles and their findings to the values their table and cards show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.report import links
from hygiene.report.principals import principal_view
from hygiene.report.view import FindingView, Link, RoleView, ServicesView
from hygiene.report.wording import age, last_use, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hygiene.report.roster import Roster
    from hygiene.report.visible import Row

_SIBLING_LINKS = 3


def role_views(roster: Roster, rows: Sequence[Row], with_cards: bool = True) -> tuple[RoleView, ...]:
    """Return the roles of one page; without cards, findings and siblings are left out."""
    found = roster.findings_by_role(row["raw_arn"] for row in rows) if with_cards else {}
    same: dict[str, list[Row]] = {}
    for row in rows if with_cards else ():
        same.setdefault(row["group_id"], []).append(row)
    return tuple(
        _role_view(roster, row, found.get(row.get("raw_arn", ""), []), same.get(row["group_id"], [])) for row in rows
    )


def finding_views(roster: Roster, rows: Iterable[Row]) -> tuple[FindingView, ...]:
    """Return findings in words; a check that is not in the catalogue is called by its id."""
    return tuple(_finding_view(roster, row) for row in rows)


def _role_view(roster: Roster, row: Row, findings: list[Row], same: list[Row]) -> RoleView:
    anchor = links.role_anchor(row["role_id"], row["role_arn"])
    principals = tuple(
        principal_view(written, row["account_id"], roster.account_names, roster.is_organization)
        for written in _parts(row["trusted_principals"])
    )
    return RoleView(
        anchor=anchor,
        page_href=links.account_page(row["account_id"], row["page"]),
        name=row["role_name"],
        kind=row["kind"] or "nobody can assume it",
        kinds=", ".join(_parts(row["kinds"])),
        account_id=row["account_id"],
        account=row["account_name"] or row["account_id"],
        ou_path=row["ou_path"],
        verdict="excluded" if row["usage_status"] == "excluded" else row["suggestion"],
        suggestion=row["suggestion"],
        reason=row["suggestion_reason"],
        use=last_use(row),
        status=row["usage_status"],
        principals=principals,
        outside=any(principal.outside for principal in principals),
        severity=row["severity"],
        severity_rank=row["rank"],
        checks=_parts(row["checks"]),
        owner=row["owner"],
        owner_source=row["owner_source"],
        owner_href=row["owner_href"],
        risk=row["risk_score"],
        tags=_tags(row),
        needs_decision=row["needed"],
        findings=finding_views(roster, findings),
        services=_services(row),
        actions_allowed=row["actions_allowed"],
        instance_profiles=_parts(row["instance_profiles"]),
        attached=_parts(row["attached_policies"]),
        inline=_parts(row["inline_policies"]),
        boundary=row["permissions_boundary"],
        session="" if row["max_session_hours"] is None else f"{row['max_session_hours']:g} h",
        created=age(row),
        description=row["description"],
        template=row["source_template"],
        arn=row["role_arn"],
        role_id=row["role_id"],
        path=row["path"],
        console=links.console_link(row["role_arn"], row["role_name"]),
        siblings=roster.group_sizes.get(row["group_id"], 1) - 1,
        siblings_here=_siblings(row, same),
        group_id=row["group_id"],
        row_sha256=row["row_sha256"],
        decision=row["decision"],
        decision_state=row["decision_state"],
        reviewer=row["reviewer"],
        decided_at=moment(row["decided_at"]) if row["decided_at"] else "",
    )


def _finding_view(roster: Roster, row: Row) -> FindingView:
    check = roster.checks.get(row["check"])
    return FindingView(
        check=row["check"],
        title=check.title if check else row["check"],
        severity=row["severity"],
        confidence=row["confidence"],
        evidence=row["evidence"] or row["detail"],
        policies=_parts(row["policies"]),
        held_back_by=row["held_back_by"],
        remedy=row["remedy"],
        exception=row["exception"],
        first_seen=row["first_seen_quarter"],
    )


def _services(row: Row) -> ServicesView | None:
    """Return used against granted services, None where one of the two was not read."""
    used, granted = row["services_used"], row["services_granted"]
    if used is None or granted is None:
        return None
    return ServicesView(used=used, granted=granted, width=round(100 * used / granted) if granted else 0)


def _siblings(row: Row, same: list[Row]) -> tuple[Link, ...]:
    """Return links to other roles of the group that stand on the same page."""
    others = [other for other in same[: _SIBLING_LINKS + 1] if other["role_arn"] != row["role_arn"]]
    return tuple(
        Link(
            text=other["role_name"],
            href=f"#{links.role_anchor(other['role_id'], other['role_arn'])}",
            note=(other["account_name"] or other["account_id"]) if other["account_id"] != row["account_id"] else "",
        )
        for other in others[:_SIBLING_LINKS]
    )


def _tags(row: Row) -> str:
    tags = (("need", row["needed"]), ("urgent", row["urgent"]), (row["usage_status"], True))
    return " ".join(tag for tag, holds in tags if holds)


def _parts(joined: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in joined.split(";") if part.strip())
