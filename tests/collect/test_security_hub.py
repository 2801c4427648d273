"""GetFindings over HTTP: what lies in the snapshot, what a card says, and that a refusal is nothing at all."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from hygiene import pipeline
from hygiene.analyse.security_hub import said_of_roles
from hygiene.collect.progress import Silent
from hygiene.simulate import Account, Hub, World
from hygiene.simulate.evidence import SecurityHub
from tests.builders import AS_OF
from tests.worlds import HUB_ACCOUNT, a_simulated_role, quick_settings, simulated

if TYPE_CHECKING:
    from pathlib import Path

ONE = "000000000001"
ROLE = f"arn:aws:iam::{ONE}:role/app"

Json = dict[str, Any]


def a_finding(number: int, title: str = "Roles should be tagged", **more: Any) -> Json:
    return {
        "Id": f"finding-{number}",
        "ProductName": "Security Hub",
        "GeneratorId": "security-control/IAM.24",
        "AwsAccountId": ONE,
        "Title": title,
        "Severity": {"Label": "LOW", "Normalized": 1},
        "Workflow": {"Status": "NEW"},
        "RecordState": "ACTIVE",
        "UpdatedAt": "2026-12-01T00:00:00Z",
        "Resources": [{"Type": "AwsIamRole", "Id": ROLE, "Details": {"big": "x"}}],
        **more,
    }


SEVERE = {"Label": "HIGH", "Normalized": 70}
FINDINGS = (
    a_finding(1),
    a_finding(2, "<b>Open</b> to; everybody", ProductName="IAM Access Analyzer", Severity=SEVERE),
    a_finding(3, "Suppressed", Workflow={"Status": "SUPPRESSED"}),
    a_finding(4, "Gone", RecordState="ARCHIVED"),
    a_finding(5, "Of a bucket", Resources=[{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::x"}]),
    a_finding(6, "Of another product", ProductName="GuardDuty"),
)


def world(*findings: Json) -> World:
    one = Account(id=ONE, name="one", roles=(a_simulated_role("app"),))
    hubs = (SecurityHub(HUB_ACCOUNT, findings=findings),) if findings else ()
    return World(
        (Account(id=HUB_ACCOUNT, name="hub", roles=()), one),
        Hub(HUB_ACCOUNT),
        organization_id="o-1",
        management_account=HUB_ACCOUNT,
        security_hubs=hubs,
    )


def run(out: Path) -> pipeline.Reported:
    request = pipeline.RunRequest(pipeline.ReportRequest(out=str(out), as_of=AS_OF))
    settings = quick_settings(aws={"last_accessed": "off"}, accounts={"include": (ONE,)})
    return pipeline.run(settings, request, Silent(), lambda: AS_OF)


def held(out: Path) -> Any:
    (folder,) = (out / "snapshots").glob(f"*/accounts/{ONE}")
    file = folder / "security-hub.json"
    return json.loads(file.read_text()) if file.exists() else None


def test_open_findings_about_roles_lie_in_the_snapshot_and_stand_on_the_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with simulated(world(*FINDINGS), monkeypatch) as aws:
        aws.faults.short_pages("securityhub", "GetFindings", size=1)
        assert run(tmp_path).exit_code == 0
    kept = held(tmp_path)["findings"]
    assert [finding["Id"] for finding in kept] == ["finding-1", "finding-2"]
    assert kept[0]["Resources"] == [{"Type": "AwsIamRole", "Id": ROLE}]
    card = (tmp_path / "2026-Q4" / "accounts" / f"{ONE}.html").read_text()
    (shown,) = re.findall("<dt>Security Hub</dt><dd>(.*?)</dd>", card)
    assert shown == (
        "IAM Access Analyzer, 2026-12-01: &lt;b&gt;Open&lt;/b&gt; to, everybody (high)"
        " · Security Hub, 2026-12-01: Roles should be tagged (low)"
    )
    with (tmp_path / "2026-Q4" / "roles.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["role_arn"]: row for row in csv.DictReader(file)}
    assert rows[ROLE]["security_hub"].count(";") == 1


@pytest.mark.parametrize("is_denied", [False, True])
def test_without_security_hub_there_is_no_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_denied: bool
) -> None:
    with simulated(world(*FINDINGS) if is_denied else world(), monkeypatch) as aws:
        if is_denied:
            aws.faults.deny(HUB_ACCOUNT, "securityhub:GetFindings")
        assert run(tmp_path).exit_code == 0
    assert held(tmp_path) is None
    assert "Security Hub" not in (tmp_path / "2026-Q4" / "accounts" / f"{ONE}.html").read_text()


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        {"findings": "none"},
        {"findings": [None, {"Resources": None}, {"Resources": [{"Type": "AwsS3Bucket", "Id": "x"}]}]},
    ],
)
def test_odd_documents_say_nothing(document: Json | None) -> None:
    assert said_of_roles(document) == {}


def test_of_very_many_findings_the_worst_are_named() -> None:
    findings = [a_finding(number, f"Finding {number}") for number in range(9)]
    findings.append(a_finding(9, "Worst", Severity={"Label": "CRITICAL", "Normalized": 90}, UpdatedAt=None))
    said = said_of_roles({"findings": findings})[ROLE].split(";")
    assert said[0] == "Security Hub: Worst (critical)"
    assert said[-1] == "and 5 more"
