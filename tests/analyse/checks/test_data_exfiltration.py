from __future__ import annotations

from hygiene.analyse.checks.data_exfiltration import ACTIONS
from hygiene.policy.actions import catalogue
from tests.builders import a_role, analysed, document, found, statement

CHECK = "data-exfiltration"


def test_fires_with_the_named_actions() -> None:
    (finding,) = found(analysed(a_role(inline=document(statement(["s3:GetObject", "s3:ListBucket"])))), CHECK)
    assert finding["detail"] == "s3:GetObject"
    assert "any resource: s3:GetObject" in finding["evidence"]


def test_quiet_for_the_named_bucket_of_the_textbook() -> None:
    bucket = "arn:aws:s3:::production-data-bucket"
    named = document(statement(["s3:GetObject", "s3:ListBucket"], [bucket, f"{bucket}/*"]))
    assert not found(analysed(a_role(inline=named)), CHECK)


def test_more_allowed_means_more_named() -> None:
    few = found(analysed(a_role(inline=document(statement("s3:GetObject")))), CHECK)
    many = found(analysed(a_role(inline=document(statement("*")))), CHECK)
    assert set(few[0]["detail"].split(";")) < set(many[0]["detail"].split(";"))


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(), CHECK)


def test_every_entry_of_the_list_is_an_action_aws_knows() -> None:
    assert not catalogue().unknown(ACTIONS)


def test_quiet_for_descriptions_and_for_decrypting() -> None:
    assert not found(
        analysed(a_role(inline=document(statement(["s3:List*", "dynamodb:Describe*", "kms:Decrypt"])))), CHECK
    )
