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


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(), CHECK)
