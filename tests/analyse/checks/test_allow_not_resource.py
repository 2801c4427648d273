from __future__ import annotations

from typing import Any

from tests.builders import a_role, analysed, document, found, statement

CHECK = "allow-not-resource"
SECRET = "arn:aws:s3:::payroll/*"


def all_but(resources: object, action: object = "s3:GetObject", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "NotResource": resources, **more}


def findings(*statements: dict[str, Any]) -> list[dict[str, Any]]:
    return found(analysed(a_role(inline=document(*statements))), CHECK)


def test_fires_with_policy_statement_and_what_is_spared() -> None:
    (finding,) = findings(all_but(SECRET))
    assert finding["evidence"] == f"Statement 1 of inline allows s3:GetObject on every resource but {SECRET}."
    assert (finding["detail"], finding["severity"]) == ("inline statement 1", "medium")


def test_says_so_when_actions_are_a_list_of_exclusions_too() -> None:
    (finding,) = findings({"Effect": "Allow", "NotAction": "iam:*", "NotResource": SECRET})
    assert finding["evidence"] == f"Statement 1 of inline allows everything but iam:* on every resource but {SECRET}."


def test_quiet_for_a_deny_and_for_named_resources() -> None:
    assert not findings(statement("s3:*", SECRET), {**all_but(SECRET), "Effect": "Deny"})


def test_quiet_when_every_resource_is_spared() -> None:
    assert not findings(all_but("*"))


def test_held_back_by_a_deny_of_the_action() -> None:
    (finding,) = findings(all_but(SECRET), statement("s3:*", effect="Deny"))
    assert finding["held_back_by"] == "deny"


def test_a_condition_that_was_not_evaluated_is_said() -> None:
    (finding,) = findings(all_but(SECRET, Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}))
    assert (finding["held_back_by"], finding["confidence"]) == ("not-evaluated: aws:sourceip", "possible")


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(), CHECK)
