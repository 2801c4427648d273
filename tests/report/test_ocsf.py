"""Findings as OCSF: every one of `findings.csv`, valid by the public model, nothing broken by strangers' text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from py_ocsf_models.events.findings.detection_finding import DetectionFinding

from hygiene.cli import main
from hygiene.errors import ConfigError
from hygiene.report import EVERY_FORMAT, FORMATS, write_report
from hygiene.report.ocsf import FILE
from tests.builders import a_role as a_simulated_role
from tests.builders import details
from tests.report.review_sample import (
    a_big_review,
    a_finding,
    a_review,
    a_role,
    big_facts,
    the_facts,
    the_provenance,
    unused,
)

if TYPE_CHECKING:
    from pathlib import Path

    from hygiene.frames import ReviewTables
    from hygiene.model import ReviewFacts


def events_of(folder: Path, tables: ReviewTables, facts: ReviewFacts) -> list[dict[str, Any]]:
    folder.mkdir(exist_ok=True)
    write_report(tables, facts, the_provenance(), folder, ("csv", "ocsf"))
    return [json.loads(line) for line in (folder / FILE).read_bytes().splitlines()]


def test_every_finding_is_one_valid_event_under_its_own_id(tmp_path: Path) -> None:
    tables, facts = a_big_review(), big_facts()
    events = events_of(tmp_path, tables, facts)
    assert sorted(event["finding_info"]["uid"] for event in events) == sorted(tables.findings["finding_id"])
    for event in events:
        DetectionFinding.model_validate(event)
        assert (event["class_uid"], event["category_uid"], event["metadata"]["version"]) == (2004, 2, "1.5.0")
        assert event["type_uid"] == 200400 + event["activity_id"]


def test_an_event_says_what_the_table_says(tmp_path: Path) -> None:
    role = a_role("app", **unused(), owner="ana@example.com")
    found = a_finding(role, "full-admin", "critical", detail="iam:*;s3:*", first_seen_quarter="2026-Q4")
    (event,) = events_of(tmp_path, a_review([role], [found]), the_facts())
    assert (event["severity"], event["severity_id"], event["confidence_score"]) == ("Critical", 5, 100)
    assert (event["activity_name"], event["status"]) == ("Create", "New")
    assert event["finding_info"]["analytic"]["uid"] == event["metadata"]["event_code"] == "full-admin"
    (resource,) = event["resources"]
    assert (resource["uid"], resource["type"]) == (role["role_arn"], "AwsIamRole")
    assert resource["data"] == {"role_id": role["role_id"], "owner": "ana@example.com"}
    assert event["cloud"]["account"] == {
        "uid": role["account_id"],
        "name": "shop-prod",
        "type": "AWS Account",
        "type_id": 10,
    }
    assert event["unmapped"]["detail"] == ["iam:*", "s3:*"]
    assert event["time"] == int(the_facts().as_of.timestamp() * 1000)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"held_back_by": "scp"}, ("Held back", 99, "By scp")),
        ({"exception": "1"}, ("Suppressed", 3, "Accepted by an exception")),
    ],
)
def test_what_is_held_back_or_accepted_does_not_look_open(tmp_path: Path, given: Any, status: Any) -> None:
    role = a_role("app")
    (event,) = events_of(tmp_path, a_review([role], [a_finding(role, "full-admin", **given)]), the_facts())
    assert (event["status"], event["status_id"], event["status_detail"]) == status
    assert event["activity_name"] == "Update"


def test_a_finding_of_an_account_has_the_account_for_a_resource(tmp_path: Path) -> None:
    role = a_role("app")
    found = a_finding(None, "role-quota", account_id=role["account_id"], evidence="900 of 1,000 roles.")
    (event,) = events_of(tmp_path, a_review([role], [found]), the_facts())
    assert event["resources"] == [{"uid": role["account_id"], "name": role["account_id"], "type": "AwsAccount"}]


def test_hostile_text_stays_one_line_of_json(tmp_path: Path) -> None:
    role = a_role("=cmd|' /C calc'!A0", owner="</script>\ud800")
    found = a_finding(role, "full-admin", evidence="a\r\nb\u2028\x00\u202e{{7*7}}", policies="p\ud800")
    (event,) = events_of(tmp_path, a_review([role], [found]), the_facts())
    assert len((tmp_path / FILE).read_text(encoding="ascii").splitlines()) == 1
    assert event["message"] == "a\nb\u2028\N{REPLACEMENT CHARACTER}\u202e{{7*7}}"
    assert event["unmapped"]["policies"] == ["p\N{REPLACEMENT CHARACTER}"]
    assert event["resources"][0]["name"] == "=cmd|' /C calc'!A0"


def test_it_is_written_on_request_alone_and_the_same_review_gives_the_same_bytes(tmp_path: Path) -> None:
    assert set(EVERY_FORMAT) - set(FORMATS) == {"ocsf"}
    tables, facts = a_big_review(), big_facts()
    assert events_of(tmp_path / "one", tables, facts) == events_of(tmp_path / "two", tables, facts)
    assert (tmp_path / "one" / FILE).read_bytes() == (tmp_path / "two" / FILE).read_bytes()
    manifest = json.loads((tmp_path / "one" / "manifest.json").read_text())
    assert FILE in {entry["path"] for entry in manifest["files"]}


def test_no_findings_give_an_empty_file(tmp_path: Path) -> None:
    assert events_of(tmp_path, a_review([a_role("app")]), the_facts()) == []
    assert (tmp_path / FILE).exists()


def ends(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def test_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = tmp_path / "account.json"
    source.write_text(json.dumps(details(a_simulated_role("app", last_used=200))))
    asked = ("--snapshot", str(source), "--out", "out", "--as-of", "2027-01-31", "--format", "ocsf,html")
    assert ends("report", *asked) == 0
    (written,) = tmp_path.glob("out/*/findings.ocsf.jsonl")
    assert written.read_bytes()
    assert "findings.ocsf.jsonl" in (written.parent / "index.html").read_text()
    assert ends("evidence", "verify", str(written.parent)) == 0


def test_without_the_package_it_is_a_sentence_with_the_command_and_nothing_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("hygiene.report.ocsf.find_spec", lambda _: None)
    assert ends("report", "--snapshot", "account.json", "--format", "ocsf") == 2
    assert "pip install 'role-hygiene[ocsf]'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ConfigError, match=r"role-hygiene\[ocsf\]"):
        events_of(tmp_path / "report", a_review([a_role("app")]), the_facts())
