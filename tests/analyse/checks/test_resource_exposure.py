from __future__ import annotations

import pytest

from hygiene.analyse.checks.resource_exposure import SHARING, sharing_actions
from hygiene.policy.actions import catalogue
from tests.builders import ADMIN, a_reference, a_role, an_organization, an_scp, analysed, document, found, statement

CHECK = "resource-exposure"


@pytest.mark.parametrize(
    "action",
    [
        "s3:PutBucketPolicy",
        "S3:putbucketacl",
        "kms:CreateGrant",
        "lambda:AddPermission",
        "sqs:AddPermission",
        "ram:CreateResourceShare",
        "rds:ModifyDBSnapshotAttribute",
        "ec2:ModifyImageAttribute",
        "dynamodb:PutResourcePolicy",
        "iam:UpdateAssumeRolePolicy",
    ],
)
def test_fires_with_the_action(action: str) -> None:
    (finding,) = found(analysed(a_role(inline=document(statement(action)))), CHECK)
    assert finding["detail"].lower() == action.lower()
    assert finding["severity"] == "high"
    assert finding["evidence"].startswith("May open any resource to others: ")


@pytest.mark.parametrize(
    "action",
    [
        "s3:DeleteBucketPolicy",
        "s3:GetBucketPolicy",
        "lambda:RemovePermission",
        "kms:RevokeGrant",
        "iam:AttachRolePolicy",
        "glue:UseGlueStudio",
        "elasticloadbalancing:AllowVendedLogDeliveryForResource",
        "ec2:AuthorizeSecurityGroupIngress",
    ],
)
def test_quiet_for_closing_looking_and_what_opens_no_resource(action: str) -> None:
    assert not found(analysed(a_role(inline=document(statement(action)))), CHECK)


def test_quiet_for_a_named_resource() -> None:
    named = document(statement("s3:PutBucketPolicy", "arn:aws:s3:::one"))
    assert not found(analysed(a_role(inline=named)), CHECK)


def test_the_trust_policy_of_any_role_counts_as_any_resource() -> None:
    trust = document(statement("iam:UpdateAssumeRolePolicy", "arn:aws:iam::*:role/*"))
    (finding,) = found(analysed(a_role(inline=trust)), CHECK)
    assert finding["detail"] == "iam:UpdateAssumeRolePolicy"


def test_services_the_list_does_not_know_count_by_their_access_level() -> None:
    assert "grafana:UpdatePermissions" in sharing_actions()


def test_every_entry_of_the_list_is_an_action_aws_knows() -> None:
    assert not catalogue().unknown(SHARING)


def test_more_allowed_means_more_named() -> None:
    few = found(analysed(a_role(inline=document(statement("s3:Put*")))), CHECK)
    many = found(analysed(a_role(inline=ADMIN)), CHECK)
    assert set(few[0]["detail"].split(";")) < set(many[0]["detail"].split(";"))


def test_the_sentence_names_first_what_a_reader_knows() -> None:
    (finding,) = found(analysed(a_role(inline=ADMIN)), CHECK)
    assert "others: s3:PutBucketPolicy, kms:PutKeyPolicy, iam:UpdateAssumeRolePolicy and " in finding["evidence"]


def test_what_an_scp_holds_back_is_a_row_of_its_own() -> None:
    reference = a_reference(an_organization(policies=[an_scp(document(statement("s3:*")))]))
    both = document(statement(["s3:PutBucketAcl", "kms:PutKeyPolicy"]))
    findings = found(analysed(a_role(inline=both), reference=reference), CHECK)
    assert {(finding["held_back_by"], finding["detail"]) for finding in findings} == {
        (None, "s3:PutBucketAcl"),
        ("scp", "kms:PutKeyPolicy"),
    }


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(), CHECK)
