from __future__ import annotations

from typing import Any

from tests.builders import a_reference, a_role, an_organization, an_scp, analysed, document, found, statement

CHECK = "allow-not-action"


def everything_but(actions: object, resource: object = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "NotAction": actions, "Resource": resource, **more}


def findings(*statements: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return found(analysed(a_role(inline=document(*statements)), **more), CHECK)


def test_fires_with_policy_statement_and_what_is_excluded() -> None:
    (finding,) = findings(statement("s3:GetObject", "arn:aws:s3:::a/*"), everything_but(["iam:*", "organizations:*"]))
    assert finding["evidence"].startswith(
        "Statement 2 of inline allows everything but iam:* and organizations:* on any resource: "
    )
    assert finding["evidence"].endswith("and those AWS adds later.")
    assert (finding["detail"], finding["policies"], finding["severity"]) == ("inline statement 2", "inline", "medium")


def test_is_low_on_a_named_resource_and_names_it() -> None:
    (finding,) = findings(everything_but("s3:Delete*", "arn:aws:s3:::one/*"))
    assert finding["severity"] == "low"
    assert finding["evidence"] == ("Statement 1 of inline allows everything but s3:Delete* on arn:aws:s3:::one/*.")


def test_quiet_for_a_deny_the_usual_place_of_not_action() -> None:
    assert not findings(statement("s3:*"), {**everything_but("iam:*"), "Effect": "Deny"})


def test_quiet_when_everything_is_excluded() -> None:
    assert not findings(everything_but("*"))


def test_several_statements_are_one_finding() -> None:
    (finding,) = findings(everything_but("iam:*"), everything_but("s3:*"))
    assert finding["detail"] == "inline statement 1;inline statement 2"
    assert finding["evidence"].endswith("1 more such statement.")


def test_a_condition_makes_it_possible_and_an_scp_holds_it_back() -> None:
    (finding,) = findings(everything_but("iam:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    assert finding["held_back_by"] == "not-evaluated: aws:multifactorauthpresent"
    reference = a_reference(an_organization(policies=[an_scp(document(statement("iam:*")))]))
    (finding,) = findings(everything_but("iam:*"), reference=reference)
    assert finding["held_back_by"] == "scp"


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(), CHECK)
