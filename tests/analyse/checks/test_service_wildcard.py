from __future__ import annotations

from tests.builders import a_reference, a_role, an_organization, an_scp, analysed, document, found, statement

CHECK = "service-wildcard"


def test_fires_with_the_services_and_the_policy() -> None:
    (finding,) = found(analysed(a_role(inline=document(statement(["s3:*", "SQS:*"])))), CHECK)
    assert finding["detail"] == "s3;sqs"
    assert finding["policies"] == "inline"
    assert finding["evidence"] == "May do everything in s3 and sqs, on any resource."


def test_quiet_on_named_resources_and_on_a_part_of_the_service() -> None:
    quiet = document(statement("s3:*", "arn:aws:s3:::one/*"), statement("s3:Get*"))
    assert not found(analysed(a_role(inline=quiet)), CHECK)


def test_what_is_effective_and_what_is_held_back_are_rows_of_their_own() -> None:
    limit = an_scp(document(statement("s3:*")))
    reference = a_reference(an_organization(policies=[limit]))
    findings = found(analysed(a_role(inline=document(statement(["s3:*", "sqs:*"]))), reference=reference), CHECK)
    assert {(finding["held_back_by"], finding["detail"]) for finding in findings} == {(None, "s3"), ("scp", "sqs")}


def test_a_deny_of_one_action_does_not_make_it_harmless() -> None:
    denied = document(statement("s3:*"), statement("s3:DeleteBucket", effect="Deny"))
    assert [finding["held_back_by"] for finding in found(analysed(a_role(inline=denied)), CHECK)] == [None]


def test_a_wildcard_over_a_service_nobody_knows_is_still_one() -> None:
    new = statement(["Brandnew:*", "brandnew:Get", "s3:*"])
    (finding,) = found(analysed(a_role(inline=document(new))), CHECK)
    assert (finding["detail"], finding["policies"]) == ("brandnew;s3", "inline")
    named = statement("brandnew:*", "arn:aws:brandnew:eu-west-1:111122223333:thing/one")
    assert not found(analysed(a_role(inline=document(named))), CHECK)
    denied = document(statement("brandnew:*"), statement("brandnew:*", effect="Deny"))
    assert [row["held_back_by"] for row in found(analysed(a_role(inline=denied)), CHECK)] == ["deny"]
    mfa = document(statement("brandnew:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    (finding,) = found(analysed(a_role(inline=mfa)), CHECK)
    assert finding["held_back_by"] == "not-evaluated: aws:multifactorauthpresent"
    reference = a_reference(an_organization(policies=[an_scp(document(statement("s3:*")))]))
    (finding,) = found(analysed(a_role(inline=document(statement("brandnew:*"))), reference=reference), CHECK)
    assert finding["held_back_by"] == "scp"


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(), CHECK)
