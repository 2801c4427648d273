from __future__ import annotations

import pytest

from hygiene.analyse.checks.credentials_exposure import OTHERS_POWER, OWN_POWER
from hygiene.policy.actions import catalogue
from tests.builders import ADMIN, a_role, analysed, document, found, statement

CHECK = "credentials-exposure"


@pytest.mark.parametrize(
    "action",
    [
        "iam:CreateAccessKey",
        "iam:UpdateLoginProfile",
        "ec2:GetPasswordData",
        "redshift:GetClusterCredentials",
        "cognito-identity:GetCredentialsForIdentity",
        "sts:GetFederationToken",
        "lightsail:DownloadDefaultKeyPair",
    ],
)
def test_fires_with_the_action(action: str) -> None:
    (finding,) = found(analysed(a_role(inline=document(statement(action)))), CHECK)
    assert (finding["detail"], finding["severity"]) == (action, "high")
    assert finding["evidence"] == f"May obtain credentials: {action}."


def test_a_token_of_the_roles_own_power_is_low_and_asks_for_nothing_impossible() -> None:
    (finding,) = found(analysed(a_role(inline=document(statement("ecr:GetAuthorizationToken")))), CHECK)
    assert finding["severity"] == "low"
    assert finding["remedy"].startswith("Nothing to narrow")


def test_one_real_credential_makes_it_high_again() -> None:
    both = document(statement(["ecr:GetAuthorizationToken", "iam:CreateAccessKey"]))
    (finding,) = found(analysed(a_role(inline=both)), CHECK)
    assert (finding["severity"], finding["detail"]) == ("high", "ecr:GetAuthorizationToken;iam:CreateAccessKey")


@pytest.mark.parametrize("action", ["sts:AssumeRole", "secretsmanager:GetSecretValue", "iam:List*", "rds-db:connect"])
def test_quiet_for_what_other_checks_judge(action: str) -> None:
    assert not found(analysed(a_role(inline=document(statement(action)))), CHECK)


def test_quiet_for_ones_own_key() -> None:
    own = document(statement("iam:CreateAccessKey", "arn:aws:iam::111122223333:user/${aws:username}"))
    assert not found(analysed(a_role(inline=own)), CHECK)


def test_any_user_counts_as_any_resource_but_any_role_does_not() -> None:
    users, roles = "arn:aws:iam::111122223333:user/*", "arn:aws:iam::111122223333:role/*"
    both = document(statement("iam:CreateAccessKey", [users, roles]), statement("iam:CreateLoginProfile", roles))
    (finding,) = found(analysed(a_role(inline=both)), CHECK)
    assert (finding["detail"], finding["severity"], finding["policies"]) == ("iam:CreateAccessKey", "high", "inline")
    joined = document(*both["Statement"], statement("ec2:GetPasswordData"))
    (finding,) = found(analysed(a_role(inline=joined)), CHECK)
    assert finding["evidence"] == "May obtain credentials: iam:CreateAccessKey and ec2:GetPasswordData."


def test_every_entry_of_the_lists_is_an_action_aws_knows() -> None:
    assert not catalogue().unknown(OWN_POWER + OTHERS_POWER)


def test_more_allowed_means_more_named() -> None:
    (many,) = found(analysed(a_role(inline=ADMIN)), CHECK)
    assert set(OTHERS_POWER) <= set(many["detail"].split(";"))


def test_held_back_by_a_deny() -> None:
    denied = document(statement("*"), statement("iam:*", effect="Deny"))
    fates = {finding["held_back_by"] for finding in found(analysed(a_role(inline=denied)), CHECK)}
    assert fates == {None, "deny"}


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(), CHECK)
