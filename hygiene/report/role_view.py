"""From the rows of some roles and their findings to the values their table and cards show."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from hygiene.frames import USAGE_STATUSES
from hygiene.report import links
from hygiene.report.activity_view import activity_view
from hygiene.report.loop_view import promise_in_words
from hygiene.report.view import FindingView, RoleView, ServicesView
from hygiene.report.visible import columns_of_values, parts, visible
from hygiene.report.wording import age, last_use, moment, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from hygiene.report.roster import Background, Roster
    from hygiene.report.visible import Row

_FINDING_COLUMNS = ("severity", "confidence", "evidence", "policies", "held_back_by", "remedy", "exception")
_CHECKS_NAMED = 2
_SECTIONS = {"trust": "trust", "activity": "activity", "permissions": "power", "usage": "use"}
"""Group of a check → part of the card its findings stand in; every other group stands last."""


def role_views(roster: Roster, rows: Iterable[Row]) -> list[RoleView]:
    """Return the roles of these rows in words."""
    return [_role_view(roster, row) for row in rows]


def finding_views(background: Background, findings: pd.DataFrame) -> list[FindingView]:
    """Return findings in words; a check that is not in the catalogue is called by its id."""
    titles = {check: info.title for check, info in background.checks.items()}
    sections = {check: _SECTIONS.get(info.group.lower(), "others") for check, info in background.checks.items()}
    shown = findings.assign(evidence=findings["evidence"].fillna(findings["detail"]))
    checks, *others, first_seen = columns_of_values(shown, ("check", *_FINDING_COLUMNS, "first_seen_quarter"))
    named = [titles.get(check, check) for check in checks]
    placed = [sections.get(check, "power") for check in checks]
    return [FindingView(*values) for values in zip(checks, named, *others, first_seen, placed, strict=True)]


def _role_view(roster: Roster, row: Row) -> RoleView:
    anchor = links.role_anchor(row["role_id"], row["role_arn"])
    principals = roster.background.principals(row["trusted_principals"], row["account_id"])
    checks = parts(row["checks"])
    return RoleView(
        anchor=anchor,
        page_href=links.account_page(row["account_id"], row["page"]),
        name=row["role_name"],
        kind=row["kind"] or "nobody can assume it",
        kinds=", ".join(parts(row["kinds"])),
        account_id=row["account_id"],
        account=row["account_name"] or row["account_id"],
        ou_path=row["ou_path"],
        verdict="excluded" if row["usage_status"] == "excluded" else row["suggestion"],
        sentence=verdict(row),
        suggestion=row["suggestion"],
        reason=row["suggestion_reason"],
        use=last_use(row),
        status=row["usage_status"],
        principals=principals,
        outside=any(principal.outside for principal in principals),
        severity=row["severity"],
        severity_rank=row["rank"],
        checks=checks,
        found=_first_of(checks),
        owner=row["owner"],
        owner_source=row["owner_source"],
        owner_href=row["owner_href"],
        risk=row["risk_score"],
        tags=_tags(row),
        needs_decision=row["needed"],
        services=_services(row),
        actions_allowed=row["actions_allowed"],
        instance_profiles=parts(row["instance_profiles"]),
        attached=parts(row["attached_policies"]),
        inline=parts(row["inline_policies"]),
        boundary=row["permissions_boundary"],
        session="" if row["max_session_hours"] is None else f"{row['max_session_hours']:g} h",
        created=age(row),
        description=row["description"],
        template=row["source_template"],
        arn=row["role_arn"],
        role_id=row["role_id"],
        path=row["path"],
        console=links.console_link(row["role_arn"], row["role_name"]),
        siblings=roster.background.group_sizes.get(row["group_id"], 1) - 1,
        group_id=row["group_id"],
        row_sha256=row["row_sha256"],
        references=parts(row["references"]),
        references_asked=bool(row["references_source"]),
        proposal_href=quote(row["proposal"]),
        proposal_opinion=row["proposal_opinion"],
        proposal_difference=row["proposal_difference"],
        security_hub=parts(row["security_hub"]),
        decision=row["decision"],
        decision_state=row["decision_state"],
        reviewer=row["reviewer"],
        decided_at=moment(row["decided_at"]) if row["decided_at"] else "",
        activity=activity_view(roster, row),
        changes=tuple(_change(change) for change in roster.changes_of.get(row["role_arn"], ())),
        promises=tuple(promise_in_words(row) for row in roster.promises_of.get(row["role_arn"], ())),
        policies_href=roster.policy_file,
        **_removal(roster, row["role_arn"]),
    )


def _removal(roster: Roster, role_arn: str) -> dict[str, str]:
    """Return where the commands to remove the role are, or why there are none."""
    why = roster.spared.get(role_arn, "")
    if role_arn not in roster.removable:
        return {"removal_href": "", "spared": ""}
    return {"removal_href": "" if why else roster.removal_script, "spared": visible(why)}


def _change(change: Row) -> str:
    """Return one change since the earlier review, such as `became unused: in use → unused`."""
    told = [
        value.replace("_", " ") if value in USAGE_STATUSES else value for value in (change["before"], change["after"])
    ]
    return f"{change['change'].replace('_', ' ')}{f': {told[0]} → {told[1]}' if any(told) else ''}"


def _services(row: Row) -> ServicesView | None:
    """Return used against granted services, None where one of the two was not read."""
    used, granted = row["services_used"], row["services_granted"]
    if used is None or granted is None:
        return None
    return ServicesView(used=used, granted=granted, width=round(100 * used / granted) if granted else 0)


def _tags(row: Row) -> str:
    tags = (("need", row["needed"]), ("urgent", row["urgent"]), (row["usage_status"], True))
    return " ".join(tag for tag, holds in tags if holds)


def _first_of(checks: tuple[str, ...]) -> str:
    more = f" and {len(checks) - _CHECKS_NAMED} more" if len(checks) > _CHECKS_NAMED else ""
    return f"{', '.join(checks[:_CHECKS_NAMED])}{more}"
