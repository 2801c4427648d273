from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene import pipeline
from hygiene.collect.access_analyzer import read_unused_access
from hygiene.collect.progress import Silent
from hygiene.snapshot import open_snapshot
from tests.collect.aws_stub import answering
from tests.worlds import quick_settings, simulated, twelve_accounts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

Json = dict[str, Any]
ANALYZER = {
    "arn": "arn:aws:access-analyzer:eu-west-1:000011112222:analyzer/org",
    "name": "org",
    "type": "ORGANIZATION_UNUSED_ACCESS",
    "status": "ACTIVE",
    "createdAt": "2026-01-01T00:00:00Z",
    "configuration": {"unusedAccess": {"unusedAccessAge": 90}},
}
DENIED = 403, {"__type": "AccessDeniedException", "message": "no"}


def finding(number: int, kind: str, account: str = "111122223333") -> Json:
    return {
        "id": f"f-{number}",
        "findingType": kind,
        "resource": f"arn:aws:iam::{account}:role/app-{number}",
        "resourceType": "AWS::IAM::Role",
        "resourceOwnerAccount": account,
        "status": "ACTIVE",
        "analyzedAt": "2026-12-01T00:00:00Z",
        "createdAt": "2026-11-01T00:00:00Z",
        "updatedAt": "2026-11-01T00:00:00Z",
    }


def analyzer(
    findings: list[Json], kind: str = "ORGANIZATION_UNUSED_ACCESS", asked: list[str] | None = None
) -> Callable[[str, Json], tuple[int, Json]]:
    """Answer as IAM Access Analyzer does, one finding a page."""

    def respond(path: str, parameters: Json) -> tuple[int, Json]:
        if asked is not None:
            asked.append(path)
        if path.startswith("/analyzer?"):
            return 200, {"analyzers": [{**ANALYZER, "type": kind}] if kind in path else []}
        if path.startswith("/findingv2/"):
            used = {"unusedPermissionDetails": {"serviceNamespace": "sqs", "actions": []}}
            return 200, {"findingDetails": [used], **_stamps()}
        at = int(parameters.get("nextToken", "0"))
        more = {"nextToken": str(at + 1)} if at + 1 < len(findings) else {}
        return 200, {"findings": findings[at : at + 1], **more}

    return respond


def _stamps() -> Json:
    return {"id": "f", "status": "ACTIVE", "resourceType": "AWS::IAM::Role", "resourceOwnerAccount": "1"}


def test_every_page_is_read_and_findings_lie_with_their_accounts() -> None:
    found = [finding(1, "UnusedIAMRole"), finding(2, "UnusedPermission", "444455556666")]
    with answering(analyzer(found)) as client:
        by_account = read_unused_access(client)
    assert sorted(by_account) == ["111122223333", "444455556666"]
    (unused_role,) = by_account["111122223333"]["findings"]
    assert (unused_role["id"], unused_role["findingDetails"]) == ("f-1", [])
    (unused_permission,) = by_account["444455556666"]["findings"]
    assert unused_permission["findingDetails"][0]["unusedPermissionDetails"]["serviceNamespace"] == "sqs"
    assert by_account["111122223333"]["analyzer"]["configuration"]["unusedAccess"]["unusedAccessAge"] == 90


def test_an_analyzer_of_the_account_serves_where_the_organization_has_none() -> None:
    with answering(analyzer([finding(1, "UnusedIAMRole")], kind="ACCOUNT_UNUSED_ACCESS")) as client:
        assert list(read_unused_access(client)) == ["111122223333"]


def test_without_an_analyzer_nothing_is_asked_further() -> None:
    asked: list[str] = []
    with answering(analyzer([], kind="NONE", asked=asked)) as client:
        assert read_unused_access(client) == {}
    assert len(asked) == 2


def test_other_kinds_of_findings_are_left_out() -> None:
    with answering(analyzer([finding(1, "ExternalAccess")])) as client:
        assert read_unused_access(client) == {}


def test_a_refusal_is_no_finding_and_no_gap() -> None:
    with answering(lambda path, parameters: DENIED) as client:  # noqa: ARG005 (every call is refused)
        assert read_unused_access(client) == {}


def test_a_refusal_in_the_middle_of_the_list_gives_no_half_of_it() -> None:
    whole = analyzer([finding(1, "UnusedIAMRole"), finding(2, "UnusedIAMRole")])
    with answering(lambda path, given: DENIED if "nextToken" in given else whole(path, given)) as client:
        assert read_unused_access(client) == {}


def test_findings_lie_in_the_snapshot_beside_what_the_account_gave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = "000000000004"
    with answering(analyzer([finding(1, "UnusedIAMRole", account)])) as client:
        found = read_unused_access(client)
    monkeypatch.setattr("hygiene.collect.access_analyzer.read_unused_access", lambda _: found)
    with simulated(twelve_accounts(1), monkeypatch):
        settings = quick_settings(accounts={"include": (account, "000000000005")})
        pipeline.collect(settings, str(tmp_path / "snap"), None, Silent())
    snapshot = open_snapshot(str(tmp_path / "snap"))
    read = snapshot.documents(account)
    assert read.authorization_details is not None
    assert read.access_analyzer is not None
    assert [one["id"] for one in read.access_analyzer["findings"]] == ["f-1"]
    assert snapshot.documents("000000000005").access_analyzer is None


def test_an_organization_without_an_analyzer_costs_no_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with simulated(twelve_accounts(1), monkeypatch):
        settings = quick_settings(accounts={"include": ("000000000004",)})
        assert pipeline.collect(settings, str(tmp_path / "snap"), None, Silent()).exit_code == 0
    assert open_snapshot(str(tmp_path / "snap")).documents("000000000004").access_analyzer is None


def test_a_finding_whose_details_are_refused_still_counts() -> None:
    whole = analyzer([finding(1, "UnusedPermission")])
    with answering(lambda path, given: DENIED if path.startswith("/findingv2/") else whole(path, given)) as client:
        (found,) = read_unused_access(client)["111122223333"]["findings"]
    assert found["findingDetails"] == []
