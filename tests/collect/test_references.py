from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hygiene import pipeline
from hygiene.collect.progress import Silent
from hygiene.collect.references import QUERY, RESOURCE_TYPES, read_references
from hygiene.collect.refusal import RefusedError
from hygiene.snapshot import open_snapshot
from tests.collect.aws_stub import answering
from tests.worlds import quick_settings, simulated, twelve_accounts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Json = dict[str, Any]
ROLE = "arn:aws:iam::111122223333:role/service/app"
WHOLE = {
    "ConfigurationAggregatorName": "organization",
    "OrganizationAggregationSource": {"RoleArn": ROLE, "AllAwsRegions": True},
}
SOME = {"ConfigurationAggregatorName": "a-few", "AccountAggregationSources": [{"AccountIds": ["111122223333"]}]}


def resource(arn: str, configuration: Any) -> str:
    return json.dumps({"arn": arn, "resourceType": "AWS::Lambda::Function", "configuration": configuration})


def config(
    results: list[str], aggregators: tuple[Json, ...] = (SOME, WHOLE), seen: list[Json] | None = None
) -> Callable[[str, Json], tuple[int, Json]]:
    """Answer as AWS Config does, one result a page."""

    def respond(operation: str, parameters: Json) -> tuple[int, Json]:
        if seen is not None:
            seen.append({"operation": operation, **parameters})
        if operation == "DescribeConfigurationAggregators":
            return 200, {"ConfigurationAggregators": list(aggregators)}
        at = int(parameters.get("NextToken", "0"))
        more = {"NextToken": str(at + 1)} if at + 1 < len(results) else {}
        return 200, {"Results": results[at : at + 1], **more}

    return respond


def test_every_page_is_read_and_roles_are_found_at_any_depth() -> None:
    results = [
        resource("arn:aws:lambda:b", {"role": ROLE}),
        resource("arn:aws:ecs:a", {"taskRoleArn": ROLE, "containers": [{"executionRoleArn": f"{ROLE}-2"}]}),
        resource("arn:aws:states:c", json.dumps({"roleArn": ROLE})),
        resource("arn:aws:lambda:d", None),
    ]
    with answering(config(results)) as client:
        assert read_references(client) == {
            ROLE: ["arn:aws:ecs:a", "arn:aws:lambda:b", "arn:aws:states:c"],
            f"{ROLE}-2": ["arn:aws:ecs:a"],
        }


def test_the_organizations_aggregator_is_asked_before_one_of_single_accounts() -> None:
    seen: list[Json] = []
    with answering(config([], seen=seen)) as client:
        read_references(client)
    assert seen[-1]["ConfigurationAggregatorName"] == "organization"
    assert seen[-1]["Expression"] == QUERY
    assert len(QUERY) <= 4096
    assert len(set(RESOURCE_TYPES)) == len(RESOURCE_TYPES)


def test_a_result_that_is_no_json_is_left_out() -> None:
    with answering(config(["{", resource("arn:x", {"role": ROLE})])) as client:
        assert read_references(client) == {ROLE: ["arn:x"]}


def test_without_an_aggregator_it_says_what_to_do() -> None:
    with answering(config([], aggregators=())) as client, pytest.raises(RefusedError, match="AWS_REGION"):
        read_references(client)


def test_a_refusal_on_a_later_page_is_no_answer() -> None:
    def respond(operation: str, parameters: Json) -> tuple[int, Json]:
        if "NextToken" in parameters:
            return 400, {"__type": "AccessDeniedException", "message": "no"}
        return config([resource("arn:x", {"role": ROLE})] * 2)(operation, parameters)

    with answering(respond) as client, pytest.raises(RefusedError, match="AccessDenied"):
        read_references(client)


def test_a_refusal_is_a_gap_of_the_snapshot_and_no_reference_is_claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = quick_settings(aws={"references": "config"}, accounts={"include": ("000000000004",)})
    with simulated(twelve_accounts(1), monkeypatch) as aws:
        aws.faults.fail(
            None, "config", "DescribeConfigurationAggregators", code="AccessDeniedException", status=400, times=9
        )
        collected = pipeline.collect(settings, str(tmp_path / "snap"), None, Silent())
    assert collected.exit_code == 3
    snapshot = open_snapshot(str(tmp_path / "snap"))
    assert snapshot.references is None
    (problem,) = snapshot.problems
    assert "AWS Config could not be asked" in problem


def test_references_are_not_asked_for_unless_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with simulated(twelve_accounts(1), monkeypatch) as aws:
        settings = quick_settings(accounts={"include": ("000000000004",)})
        pipeline.collect(settings, str(tmp_path / "snap"), None, Silent())
        assert not [call for call in aws.calls if call.service == "config"]
    assert open_snapshot(str(tmp_path / "snap")).references is None
