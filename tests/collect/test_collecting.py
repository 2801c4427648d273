"""Collectors over HTTP: pages, refusals, throttles, slow and failed jobs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hygiene import pipeline
from hygiene.collect.progress import Silent
from hygiene.simulate import Account, Hub, SimulatedAws, World
from tests.worlds import HUB_ACCOUNT, a_simulated_role, quick_settings, simulated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ONE = "000000000001"


def world(*roles: Any, **account: Any) -> World:
    hub = Account(id=HUB_ACCOUNT, name="hub", roles=())
    one = Account(id=ONE, name="one", roles=roles or tuple(a_simulated_role(f"app-{n}") for n in range(4)), **account)
    return World((hub, one), Hub(HUB_ACCOUNT), organization_id="o-1", management_account=HUB_ACCOUNT)


@pytest.fixture
def collected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Collect a world, with faults prepared by a function, and return a reader of account ONE's files."""

    def collect(
        prepare: Callable[[SimulatedAws], None] = lambda _: None, what: World | None = None, **aws: Any
    ) -> Any:
        with simulated(what or world(), monkeypatch) as running:
            prepare(running)
            pipeline.collect(quick_settings(aws=aws), str(tmp_path / "snap"), None, Silent())
            calls = running.calls
        folder = tmp_path / "snap" / "accounts" / ONE
        return (lambda name: json.loads((folder / f"{name}.json").read_text())), calls

    return collect


def gaps(read: Any) -> list[tuple[str, str]]:
    return [(gap["collector"], gap["operation"]) for gap in read("gaps")["gaps"]]


def test_short_pages_lose_no_role(collected: Callable[..., Any]) -> None:
    def shorten(aws: SimulatedAws) -> None:
        aws.faults.short_pages("iam", "GetAccountAuthorizationDetails", size=2)
        aws.faults.short_pages("iam", "ListRoles", size=1)
        aws.faults.empty_pages("organizations", "ListAccounts")

    read, _ = collected(shorten)
    names = {role["RoleName"] for role in read("authorization-details")["RoleDetailList"]}
    assert {"app-0", "app-1", "app-2", "app-3", "role-hygiene-reader"} <= names
    assert {role["RoleName"] for role in read("roles")["Roles"]} == names


def test_every_document_of_the_layout_is_there(collected: Callable[..., Any]) -> None:
    read, _ = collected()
    assert read("account-summary")["SummaryMap"]["Roles"] == len(read("roles")["Roles"])
    assert set(read("identity-providers")) == {"oidc", "saml"}
    assert read("credential-report")[0]["user"]
    assert len(read("last-accessed")) == 5
    assert gaps(read) == []


def test_a_failed_job_is_tried_once_more(collected: Callable[..., Any]) -> None:
    arn = f"arn:aws:iam::{ONE}:role/app-1"
    read, _ = collected(lambda aws: aws.faults.fail_job(arn, times=1))
    assert arn in read("last-accessed")


def test_a_job_that_fails_twice_is_a_gap_of_its_role(collected: Callable[..., Any]) -> None:
    arn = f"arn:aws:iam::{ONE}:role/app-1"
    read, _ = collected(lambda aws: aws.faults.fail_job(arn, times=9))
    assert arn not in read("last-accessed")
    assert [gap["subject"] for gap in read("gaps")["gaps"]] == [arn]
    assert len(read("last-accessed")) == 4


def test_slow_jobs_are_waited_for(collected: Callable[..., Any]) -> None:
    read, calls = collected(lambda aws: aws.faults.slow_jobs(0.5))
    assert len(read("last-accessed")) == 5
    assert sum(call.operation == "GetServiceLastAccessedDetails" for call in calls) > 5


def test_a_job_that_never_ends_is_a_gap_in_the_end(collected: Callable[..., Any]) -> None:
    slow = world(a_simulated_role("app"))
    read, _ = collected(lambda aws: aws.faults.slow_jobs(3), slow, last_accessed_give_up_seconds=1)
    assert "did not finish in time" in read("gaps")["gaps"][0]["message"]


def test_jobs_are_not_asked_for_where_they_can_add_nothing(collected: Callable[..., Any]) -> None:
    roles = (
        a_simulated_role("used"),
        a_simulated_role("idle", last_used_days_ago=None, used_services={}),
        a_simulated_role("bare", inline={}),
        a_simulated_role("AWSServiceRoleForX", path="/aws-service-role/x.amazonaws.com/"),
    )
    read, _ = collected(what=world(*roles))
    assert {arn.rsplit("/", 1)[-1] for arn in read("last-accessed")} == {"used", "role-hygiene-reader"}


def test_last_accessed_can_be_switched_off(collected: Callable[..., Any]) -> None:
    _, calls = collected(last_accessed="off")
    assert not any("LastAccessed" in call.operation for call in calls)


def test_action_level_is_asked_for_by_name(collected: Callable[..., Any]) -> None:
    read, _ = collected(last_accessed="action")
    assert {answer["JobType"] for answer in read("last-accessed").values()} == {"ACTION_LEVEL"}


def test_a_missing_permission_is_asked_for_twice_not_once_per_role(collected: Callable[..., Any]) -> None:
    read, calls = collected(lambda aws: aws.faults.deny(ONE, "iam:GenerateServiceLastAccessedDetails"))
    asked = [
        call for call in calls if call.operation == "GenerateServiceLastAccessedDetails" and call.account_id == ONE
    ]
    assert len(asked) == 2
    assert gaps(read) == [("last-accessed", "iam:GenerateServiceLastAccessedDetails")]


@pytest.mark.parametrize(
    ("denied", "gap"),
    [
        ("iam:ListRoles", ("roles", "iam:ListRoles")),
        ("iam:GetAccountSummary", ("account-summary", "iam:GetAccountSummary")),
        ("iam:ListSAMLProviders", ("identity-providers", "iam:ListSAMLProviders")),
        ("iam:GenerateCredentialReport", ("credential-report", "iam:GenerateCredentialReport")),
        ("iam:GetCredentialReport", ("credential-report", "iam:GetCredentialReport")),
    ],
)
def test_a_denied_call_is_a_gap_and_the_rest_goes_on(
    collected: Callable[..., Any], denied: str, gap: tuple[str, str]
) -> None:
    read, _ = collected(lambda aws: aws.faults.deny(ONE, denied))
    assert gaps(read) == [gap]
    assert read("authorization-details")["RoleDetailList"]


def test_throttles_are_waited_out(collected: Callable[..., Any]) -> None:
    read, _ = collected(lambda aws: aws.faults.throttle("iam", "GenerateServiceLastAccessedDetails", rate=4, burst=1))
    assert len(read("last-accessed")) == 5
    assert gaps(read) == []


def test_a_server_error_is_tried_again(collected: Callable[..., Any]) -> None:
    read, _ = collected(
        lambda aws: aws.faults.fail(ONE, "iam", "ListRoles", code="ServiceFailure", status=500, times=2, message="x")
    )
    assert gaps(read) == []


def test_a_later_page_that_is_refused_leaves_a_document_marked_as_cut(collected: Callable[..., Any]) -> None:
    def cut(aws: SimulatedAws) -> None:
        aws.faults.short_pages("iam", "GetAccountAuthorizationDetails", size=3)

    read, _ = collected(cut)
    assert "IsTruncated" not in read("authorization-details")


def test_an_external_id_is_brought_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with simulated(world(), monkeypatch) as aws:
        settings = quick_settings(aws={"external_id": "review-42"})
        pipeline.collect(settings, str(tmp_path / "snap"), None, Silent())
        assert any(call.operation == "AssumeRole" and call.status == 200 for call in aws.calls)


def test_the_partition_comes_from_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Account(id=HUB_ACCOUNT, name="hub", roles=())
    one = Account(id=ONE, name="one", roles=(a_simulated_role("app"),))
    gov = World((hub, one), Hub(HUB_ACCOUNT), "o-1", HUB_ACCOUNT, partition="aws-us-gov")
    with simulated(gov, monkeypatch):
        collected = pipeline.collect(quick_settings(), str(tmp_path / "snap"), None, Silent())
    details = json.loads((tmp_path / "snap" / "accounts" / ONE / "authorization-details.json").read_text())
    assert collected.exit_code == 0
    assert details["RoleDetailList"][0]["Arn"].startswith("arn:aws-us-gov:iam::")
