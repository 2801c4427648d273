from __future__ import annotations

from typing import Any

import pytest

from tests.builders import ACCOUNT, ADMIN, SISTER, STRANGER, a_role, analysed, found, trusts

CHECK = "trust-confused-deputy"


def findings(service: Any = "scheduler.amazonaws.com", condition: Any = None, **more: Any) -> list[dict[str, Any]]:
    extra = {"Condition": condition} if condition else {}
    return found(analysed(a_role(trust=trusts({"Service": service}, **extra), **more)), CHECK)


def test_fires_for_a_service_that_names_its_source_where_nobody_asks_for_it() -> None:
    (finding,) = findings()
    assert (finding["severity"], finding["confidence"]) == ("low", "likely")
    assert finding["detail"] == "scheduler.amazonaws.com"


def test_weighs_more_on_a_powerful_role() -> None:
    assert findings(inline=ADMIN)[0]["severity"] == "medium"


@pytest.mark.parametrize("service", ["ec2.amazonaws.com", "lambda.amazonaws.com", "ec2.amazonaws.com.cn"])
def test_quiet_for_services_that_send_no_source(service: str) -> None:
    assert not findings(service)


def test_only_a_hint_for_services_of_which_we_do_not_know() -> None:
    (finding,) = findings("brand-new.amazonaws.com")
    assert (finding["severity"], finding["confidence"]) == ("info", "possible")
    assert "guide" in finding["remedy"]


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"StringLike": {"AWS:sourceaccount": [ACCOUNT]}},
        {"StringEquals": {"aws:SourceOrgID": "o-test"}},
        {"ForAnyValue:StringLike": {"aws:SourceOrgPaths": "o-test/r-1/*"}},
        {"ArnLike": {"aws:SourceArn": f"arn:aws:scheduler:*:{ACCOUNT}:schedule-group/*"}},
        {"StringEquals": {"aws:SourceAccount": "${aws:ResourceAccount}"}},
    ],
)
def test_quiet_where_the_source_is_asked_for(condition: dict[str, Any]) -> None:
    assert not findings(condition=condition)


@pytest.mark.parametrize(
    "condition",
    [
        {"ArnLike": {"aws:SourceArn": "*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:scheduler:*:*:schedule/mine/*"}},
        {"StringLike": {"aws:SourceAccount": "????????????"}},
        {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}},
        {"StringNotEquals": {"aws:SourceAccount": STRANGER}},
        {"ForAllValues:StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"Null": {"aws:SourceAccount": "false"}},
        {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
    ],
)
def test_fires_where_the_condition_asks_for_nothing(condition: dict[str, Any]) -> None:
    assert findings(condition=condition)


def test_an_outside_account_as_the_source_is_said() -> None:
    (finding,) = findings(condition={"StringEquals": {"aws:SourceAccount": STRANGER}})
    assert STRANGER in finding["evidence"]
    assert not findings(condition={"StringEquals": {"aws:SourceAccount": [ACCOUNT, SISTER]}})


def test_every_service_at_once_is_worse_than_one_of_which_we_do_not_know() -> None:
    assert findings("*")[0]["severity"] == "low"


def test_a_deny_without_the_source_is_as_good() -> None:
    trust = trusts({"Service": "scheduler.amazonaws.com"})
    condition = {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Condition": condition}
    trust["Statement"].append(deny)
    assert not found(analysed(a_role(trust=trust)), CHECK)


def test_a_condition_in_another_statement_does_not_count() -> None:
    safe = trusts({"Service": "scheduler.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}})
    open_door = trusts({"Service": ["events.amazonaws.com", "states.eu-west-1.amazonaws.com"]})
    trust = {"Statement": safe["Statement"] + open_door["Statement"]}
    (finding,) = found(analysed(a_role(trust=trust)), CHECK)
    assert finding["detail"] == "events.amazonaws.com;states.eu-west-1.amazonaws.com"


def test_quiet_for_service_linked_roles_which_nobody_can_change() -> None:
    assert not findings(path="/aws-service-role/scheduler.amazonaws.com/")


def test_quiet_without_roles() -> None:
    assert not found(analysed(), CHECK)
