"""Judges one account: documents in, its roles and findings out. The whole organization is these, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.analyse.activity_rows import assumption_rows, event_rows
from hygiene.analyse.chains import Chain, RoleFacts, chain_sentence, find_chains, role_facts
from hygiene.analyse.check import Finding
from hygiene.analyse.facts import build_estate
from hygiene.analyse.platform import platform_of
from hygiene.analyse.policy_texts import policy_texts
from hygiene.analyse.proposal import proposals_of
from hygiene.analyse.removal import removals_of
from hygiene.analyse.risk import Weighed, risk_score, worst_severity
from hygiene.analyse.second_opinion import second_opinions
from hygiene.analyse.suggestion import suggest
from hygiene.analyse.wording import confidence_of, references_sentence
from hygiene.frames import Roles, frame_of
from hygiene.model import RightSizing
from hygiene.policy.escalation import ASSUME_PATH
from hygiene.policy.fingerprint import sha256

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from hygiene.analyse.catalogue import ConfiguredCheck
    from hygiene.analyse.estate import Estate, RoleRow
    from hygiene.analyse.permissions import PolicyCompiler
    from hygiene.analyse.reference import Reference
    from hygiene.model import Account, AccountDocuments, Proposal

CHAIN_CHECK = "privilege-escalation"
"""The check that chains belong to; when it is switched off, they are not reported."""


_NO_PROPOSAL: Mapping[str, str | None] = {"proposal": None, "proposal_opinion": None, "proposal_difference": None}


@dataclass(frozen=True)
class ExaminedAccount:
    """One account after the first pass: its roles without verdicts, its findings, and facts for chains."""

    roles: Sequence[RoleRow]
    findings: list[dict[str, Any]]
    facts: list[RoleFacts]
    advice: Mapping[str, str]
    """By role ARN, for roles that a platform manages: what to do in place of changing the role."""
    right_sizing: RightSizing
    assumptions: tuple[dict[str, Any], ...]
    role_events: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class JudgedAccount:
    """One account's rows, with the columns of the Roles and Findings schemas."""

    roles: list[dict[str, Any]]
    findings: list[dict[str, Any]]


@dataclass(frozen=True)
class AccountAnalysis:
    """One account by itself: its Roles table and its findings as rows."""

    roles: pd.DataFrame
    findings: list[dict[str, Any]]


def analyse_account(
    documents: AccountDocuments,
    account: Account,
    reference: Reference,
    checks: Sequence[ConfiguredCheck],
    compiler: PolicyCompiler,
) -> AccountAnalysis:
    """Return the account's roles with verdicts, and its findings; chains stay inside the account."""
    examined = examine_account(documents, account, reference, checks, compiler)
    judged = judge_account(examined, checks, find_chains(examined.facts, reference.organization_id))
    return AccountAnalysis(frame_of(Roles, judged.roles), judged.findings)


def examine_account(
    documents: AccountDocuments,
    account: Account,
    reference: Reference,
    checks: Sequence[ConfiguredCheck],
    compiler: PolicyCompiler,
) -> ExaminedAccount:
    """Run every check over the account: the first pass, which needs its documents."""
    estate = build_estate(documents, account, reference, compiler)
    advice = dict(_advice(estate))
    opinions = second_opinions(documents.access_analyzer)
    rows = [row for configured in checks for row in _finding_rows(configured, estate, advice, opinions)]
    proposals = tuple(proposals_of(estate, advice))
    proposed = {proposal.role_arn: _proposal_cells(proposal) for proposal in proposals}
    roles = tuple({**row, **proposed.get(arn, _NO_PROPOSAL)} for arn, row in estate.rows.items())
    right_sizing = RightSizing(proposals, tuple(removals_of(estate, advice)), policy_texts(documents))
    return ExaminedAccount(
        roles=roles,
        findings=rows,
        facts=role_facts(estate, rows),
        advice=advice,
        right_sizing=right_sizing,
        assumptions=tuple(assumption_rows(estate)),
        role_events=tuple(event_rows(estate)),
    )


def _finding_rows(
    configured: ConfiguredCheck, estate: Estate, advice: Mapping[str, str], opinions: Mapping[tuple[str, str], str]
) -> Iterator[dict[str, Any]]:
    """Run one check, and yield its findings as rows."""
    account_id, check_id = estate.account.id, configured.check.id
    for found in configured.check.find(estate, configured.thresholds):
        arn = found.role_arn or ""
        finding = _confirmed(_possible(found, advice), opinions.get((arn, check_id), ""))
        yield _finding_row(configured, finding, account_id, estate.role(arn) if arn else {})


def _advice(estate: Estate) -> Iterator[tuple[str, str]]:
    """Yield the roles that a platform manages, each with what to do in place of changing it."""
    for arn, row in estate.rows.items():
        platform = platform_of(row["role_name"], row["path"], estate.reference.permission_sets)
        if platform is not None:
            yield arn, platform.advice


def _proposal_cells(proposal: Proposal) -> dict[str, str | None]:
    """Return the cells of a role that a proposal was made for; an opinion comes later, if anybody is asked."""
    return {
        **_NO_PROPOSAL,
        "proposal": proposal.path,
        "proposal_difference": proposal.difference,
    }


def _possible(finding: Finding, advice: Mapping[str, str]) -> Finding:
    """Return the finding with a remedy that somebody can carry out: nobody edits a role that a platform manages."""
    instead = advice.get(finding.role_arn or "")
    return finding._replace(remedy=instead) if instead else finding


def _confirmed(finding: Finding, opinion: str) -> Finding:
    """Return the finding with what somebody else says about the same, as further evidence."""
    return finding._replace(evidence=f"{finding.evidence} {opinion}") if opinion else finding


def judge_account(
    examined: ExaminedAccount, checks: Sequence[ConfiguredCheck], chains: Mapping[str, Chain]
) -> JudgedAccount:
    """Add the chains of the whole organization and weigh everything: the second pass."""
    findings = _with_chains(examined, checks, chains)
    groups = {configured.check.id: configured.check.group for configured in checks}
    weighed: dict[str, list[Weighed]] = {}
    for row in findings:
        if row["role_arn"]:
            weighed.setdefault(row["role_arn"], []).append(_weighed(row, groups[row["check"]]))
    return JudgedAccount(list(_judged(examined, weighed)), findings)


def _with_chains(
    examined: ExaminedAccount, checks: Sequence[ConfiguredCheck], chains: Mapping[str, Chain]
) -> list[dict[str, Any]]:
    configured = next((check for check in checks if check.check.id == CHAIN_CHECK), None)
    if configured is None or not chains:
        return examined.findings
    rows = {row["finding_id"]: row for row in examined.findings}
    for role in examined.roles:
        chain = chains.get(str(role["role_arn"]))
        # Nobody can edit a service-linked role, so a chain from one is no work for anybody here.
        if chain is None or role["kind"] == "service-linked":
            continue
        finding = _possible(_chain_finding(str(role["role_arn"]), chain), examined.advice)
        row = _finding_row(configured, finding, str(role["account_id"]), role)
        rows[row["finding_id"]] = _merged(rows.get(row["finding_id"]), row, chain)
    return list(rows.values())


def _chain_finding(role_arn: str, chain: Chain) -> Finding:
    return Finding(
        role_arn=role_arn,
        evidence=chain_sentence(chain),
        detail=(ASSUME_PATH,),
        held_back_by=chain.held_back_by,
        confidence=confidence_of(chain.held_back_by),
    )


def _merged(earlier: dict[str, Any] | None, added: dict[str, Any], chain: Chain) -> dict[str, Any]:
    """Return one row of both: the same role, check and fate stand in one row."""
    if earlier is None:
        return added
    detail = ";".join(sorted({*earlier["detail"].split(";"), *added["detail"].split(";")}))
    evidence = f"{earlier['evidence']} {added['evidence']}" if chain.is_news else earlier["evidence"]
    return {**earlier, "detail": detail, "evidence": evidence}


def _finding_row(
    configured: ConfiguredCheck, finding: Finding, account_id: str, role: Mapping[Any, Any]
) -> dict[str, Any]:
    check = configured.check
    # The id alone would do for AWS's own answers; a hand-made export may give two roles the same one.
    subject = f"{role['role_id']} {role['role_arn']}" if role else finding.subject
    evidence = finding.evidence if finding.role_arn else f"{finding.subject}: {finding.evidence}"
    severity = configured.severity if configured.is_severity_set else finding.severity or configured.severity
    return {
        "finding_id": sha256(f"{account_id}\n{subject}\n{check.id}\n{finding.held_back_by}")[:16],
        "account_id": account_id,
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


def _weighed(row: Mapping[str, Any], group: str) -> Weighed:
    held_back_by = row["held_back_by"] or ""
    return Weighed(
        check=row["check"],
        group=group,
        severity=row["severity"],
        is_effective=not held_back_by or held_back_by.startswith("not-evaluated"),
        evidence=row["evidence"],
    )


def _judged(examined: ExaminedAccount, weighed: Mapping[str, list[Weighed]]) -> Iterator[dict[str, Any]]:
    """Yield the roles with severity, risk, checks and suggestion."""
    for row in examined.roles:
        arn = row["role_arn"]
        yield {**row, **_judgement(row, weighed.get(arn, []), examined.advice.get(arn, ""))}


def _judgement(row: Mapping[Any, Any], findings: list[Weighed], advice: str) -> dict[str, Any]:
    suggestion, reason = suggest(row, findings)
    if suggestion == "remove":
        reason = f"{reason}{references_sentence(row)}"
    if advice and suggestion != "keep":
        reason = f"{reason} {advice}"
    return {
        "severity": worst_severity(findings) or None,
        "risk_score": risk_score(str(row["usage_status"]), findings),
        "checks": ";".join(dict.fromkeys(finding.check for finding in findings)) or None,
        "suggestion": suggestion,
        "suggestion_reason": reason,
    }
