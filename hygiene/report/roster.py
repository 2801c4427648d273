"""An account's roles in reading order, with what pages look up about them and about the population around."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hygiene.frames import SEVERITIES
from hygiene.report.links import ROLES_PER_PAGE, owner_page
from hygiene.report.principals import principal_view
from hygiene.report.spared import spared_roles
from hygiene.report.summary import URGENT
from hygiene.report.visible import Row, parts, rows_of, visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from hygiene.frames import AccountReview
    from hygiene.model import CheckInfo, ReviewFacts
    from hygiene.report.principals import PrincipalView

NO_SEVERITY = len(SEVERITIES)
_NONE = np.array([], dtype=int)
_PRINCIPALS_KEPT = 10_000
_TELLING = {"full-admin": 0, "privilege-escalation": 1}
"""Of findings that weigh the same, these say most: what an administrator may do besides follows from it."""
_RANKS = {severity: rank for rank, severity in enumerate(SEVERITIES)}


class Watched(NamedTuple):
    """What was read of an account's events: the first and the last day, and whether days between are missing."""

    first: str
    last: str
    has_holes: bool


@dataclass(frozen=True, slots=True)
class Background:
    """What every account's roles are seen against; made once per report."""

    group_sizes: Mapping[str, int]
    account_names: Mapping[str, str]
    checks: Mapping[str, CheckInfo]
    is_organization: bool
    watched: Mapping[str, Watched] = field(default_factory=dict)
    """Account id → what was read of its events; no entry: nothing."""
    _principals: dict[tuple[str, str], tuple[PrincipalView, ...]] = field(default_factory=dict)

    def principals(self, written: str, own_account: str) -> tuple[PrincipalView, ...]:
        """Return the principals of a `;`-joined cell; most roles of an account trust the same few."""
        key = (written, own_account)
        if key not in self._principals:
            if len(self._principals) >= _PRINCIPALS_KEPT:
                self._principals.clear()
            self._principals[key] = tuple(
                principal_view(part, own_account, self.account_names, self.is_organization) for part in parts(written)
            )
        return self._principals[key]


@dataclass(frozen=True, slots=True)
class Roster:
    """An account's roles by falling risk; `needed`, `urgent`, `rank`, `page` and more stand beside the columns."""

    background: Background
    roles: pd.DataFrame
    findings: pd.DataFrame
    decisions: pd.DataFrame
    findings_of: Mapping[str, np.ndarray]
    assumed_by: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """By role ARN, who assumed it, most often first; not there where nobody did or events were not read."""
    events_of: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """By role ARN, the calls that changed it, newest first."""
    changes_of: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """By role ARN, what changed since the earlier review."""
    promises_of: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """By role ARN, what was decided and what became of it; of a role that was made again its predecessor's too."""
    removal_script: str = ""
    """Its path in the report; empty where nothing can be removed."""
    policy_file: str = ""
    """The path of the policies as JSON; empty where they were not written."""
    removable: frozenset[str] = frozenset()
    """ARNs of unused roles that somebody could remove, in that script or spared."""
    spared: Mapping[str, str] = field(default_factory=dict)
    """Role ARN → why it stays out of that script."""

    def rows(self, positions: Sequence[int]) -> list[Row]:
        """Return the roles at these positions as plain rows."""
        return rows_of(self.roles.iloc[list(positions)])

    def asked(self, positions: Sequence[int]) -> list[tuple[str, str]]:
        """Return ARN and worst severity (`""`: no finding) of the roles at these positions."""
        part = self.roles.iloc[list(positions)]
        return list(zip(part["role_arn"].tolist(), part["severity"].fillna("").tolist(), strict=True))

    def findings_at(self, positions: Sequence[int]) -> tuple[pd.DataFrame, list[int]]:
        """Return the findings of these roles, role by role, effective and severe first, and how many each has."""
        arns = self.roles["role_arn"].iloc[list(positions)].tolist()
        found = [self.findings_of.get(arn, _NONE) for arn in arns]
        return self.findings.iloc[np.concatenate(found)], [len(at) for at in found]


def rank_of(severity: str) -> int:
    """Return 0 for critical to 4 for info, and 5 for no severity."""
    return _RANKS.get(severity, NO_SEVERITY)


def background_of(coverage: pd.DataFrame, group_sizes: Mapping[str, int], facts: ReviewFacts) -> Background:
    """Return what there is to know of a population before its accounts are gone through."""
    named = zip(coverage["account_id"].tolist(), coverage["account_name"].tolist(), strict=True)
    return Background(
        group_sizes=group_sizes,
        account_names={key: visible(name) if isinstance(name, str) else "" for key, name in named},
        checks={check.id: check for check in facts.checks},
        is_organization=bool(facts.organization_id),
        watched=_watched(coverage[coverage["events_to"].notna()]),
    )


def _watched(coverage: pd.DataFrame) -> dict[str, Watched]:
    days = [coverage[name].dt.strftime("%Y-%m-%d") for name in ("events_from", "events_to")]
    holes = coverage["reason"].fillna("").str.contains("CloudTrail events are missing", regex=False)
    return dict(zip(coverage["account_id"], map(Watched, *days, holes.tolist()), strict=True))


def roster_of(
    account: AccountReview, background: Background, removal_script: str = "", policy_file: str = ""
) -> Roster:
    """Return the roster of one account's ordered tables."""
    findings = _sorted_findings(account.findings)
    return Roster(
        background=background,
        roles=_sorted_roles(account),
        findings=findings,
        decisions=account.decisions,
        findings_of=findings.groupby("role_arn", sort=False).indices,  # type: ignore[arg-type]
        assumed_by=_by_role(account.assumptions.sort_values("assumed", ascending=False, kind="stable")),
        events_of=_by_role(account.role_events[::-1]),
        changes_of=_by_role(account.changes),
        promises_of=_by_role(account.followups),
        removal_script=removal_script,
        policy_file=policy_file,
        removable=frozenset(one.role_arn for one in account.right_sizing.removals),
        spared=spared_roles(account),
    )


def _by_role(frame: pd.DataFrame) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows_of(frame):
        found.setdefault(row["role_arn"], []).append(row)
    return found


def _sorted_roles(account: AccountReview) -> pd.DataFrame:
    needed = account.decisions.loc[account.decisions["needs_decision"] == "yes", "role_arn"].tolist()
    owners = account.roles["owner"].fillna("")
    roles = account.roles.assign(
        needed=account.roles["role_arn"].isin(needed),
        urgent=account.roles["severity"].isin(URGENT),
        unused=account.roles["usage_status"] == "unused",
        unknown=account.roles["usage_status"] == "unknown",
        rank=account.roles["severity"].map(_RANKS).fillna(NO_SEVERITY).astype("int64"),
        owner_href=owners.map({owner: owner_page(owner) for owner in owners.unique()}),
    ).sort_values(
        ["risk_score", "role_name", "role_arn"], ascending=[False, True, True], kind="stable", ignore_index=True
    )
    return roles.assign(page=np.arange(len(roles)) // ROLES_PER_PAGE + 1)


def _sorted_findings(findings: pd.DataFrame) -> pd.DataFrame:
    return (
        findings.assign(
            _held=findings["held_back_by"].notna(),
            _telling=findings["check"].map(_TELLING).fillna(len(_TELLING)),
            rank=findings["severity"].map(_RANKS).fillna(NO_SEVERITY).astype("int64"),
        )
        .sort_values(["_held", "rank", "_telling", "check", "finding_id"], kind="stable", ignore_index=True)
        .drop(columns=["_held", "_telling"])
    )
