"""Judges one account: documents in, its roles and findings out. The whole organization is these, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.analyse.estate import build_estate
from hygiene.analyse.risk import Weighed, risk_score, worst_severity
from hygiene.analyse.suggestion import suggest
from hygiene.frames import Roles, columns_of
from hygiene.policy.fingerprint import sha256

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from hygiene.analyse.catalogue import ConfiguredCheck
    from hygiene.analyse.check import Finding
    from hygiene.analyse.estate import Estate
    from hygiene.analyse.permissions import PolicyCompiler
    from hygiene.analyse.reference import Reference
    from hygiene.model import Account, AccountDocuments


@dataclass(frozen=True)
class AccountAnalysis:
    """One account's rows, in the columns of the Roles and Findings schemas."""

    roles: pd.DataFrame
    findings: list[dict[str, Any]]


def analyse_account(
    documents: AccountDocuments,
    account: Account,
    reference: Reference,
    checks: Sequence[ConfiguredCheck],
    compiler: PolicyCompiler,
) -> AccountAnalysis:
    """Return the account's roles with verdicts, and its findings."""
    estate = build_estate(documents, account, reference, compiler)
    rows: list[dict[str, Any]] = []
    weighed: dict[str, list[Weighed]] = {}
    for configured in checks:
        for finding in configured.check.find(estate, configured.thresholds):
            row = _finding_row(configured, finding, estate)
            rows.append(row)
            if finding.role_arn:
                weighed.setdefault(finding.role_arn, []).append(_weighed(configured, row))
    return AccountAnalysis(_judged(estate.roles, weighed), rows)


def _finding_row(configured: ConfiguredCheck, finding: Finding, estate: Estate) -> dict[str, Any]:
    check = configured.check
    role: Mapping[Any, Any] = estate.role(finding.role_arn) if finding.role_arn else {}
    # The id alone would do for AWS's own answers; a hand-made export may give two roles the same one.
    subject = f"{role['role_id']} {role['role_arn']}" if role else finding.subject
    evidence = finding.evidence if finding.role_arn else f"{finding.subject}: {finding.evidence}"
    severity = configured.severity if configured.is_severity_set else finding.severity or configured.severity
    return {
        "finding_id": sha256(f"{estate.account.id}\n{subject}\n{check.id}\n{finding.held_back_by}")[:16],
        "account_id": estate.account.id,
        "role_name": role.get("role_name"),
        "role_arn": role.get("role_arn"),
        "role_id": role.get("role_id"),
        "check": check.id,
        "severity": severity,
        "confidence": finding.confidence,
        "detail": ";".join(finding.detail) or None,
        "policies": ";".join(finding.policies) or None,
        "evidence": evidence,
        "held_back_by": finding.held_back_by or None,
        "remedy": finding.remedy or check.remedy,
        "source": check.source,
    }


def _weighed(configured: ConfiguredCheck, row: Mapping[str, Any]) -> Weighed:
    held_back_by = row["held_back_by"] or ""
    return Weighed(
        check=configured.check.id,
        group=configured.check.group,
        severity=row["severity"],
        is_effective=not held_back_by or held_back_by.startswith("not-evaluated"),
        evidence=row["evidence"],
    )


def _judged(roles: pd.DataFrame, weighed: Mapping[str, list[Weighed]]) -> pd.DataFrame:
    """Return the roles with severity, risk, checks and suggestion, in the columns of the Roles schema."""
    judgements = [_judgement(row, weighed.get(str(row["role_arn"]), [])) for row in roles.to_dict("records")]
    columns = ("severity", "risk_score", "checks", "suggestion", "suggestion_reason")
    judged = roles.assign(**{name: [judgement[name] for judgement in judgements] for name in columns})
    return judged.reindex(columns=columns_of(Roles))


def _judgement(row: Mapping[Any, Any], findings: list[Weighed]) -> dict[str, Any]:
    suggestion, reason = suggest(row, findings)
    return {
        "severity": worst_severity(findings) or None,
        "risk_score": risk_score(str(row["usage_status"]), findings),
        "checks": ";".join(dict.fromkeys(finding.check for finding in findings)) or None,
        "suggestion": suggestion,
        "suggestion_reason": reason,
    }
