"""Two quarters of the demo: the report in git byte for byte, what became of every answer, and evidence that holds."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from hygiene import pipeline
from hygiene.cli import demo
from hygiene.cli.app import app
from hygiene.simulate import DEMO_AS_OF

EXAMPLE = Path(__file__).parents[1] / "reports" / "example"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    with (folder / "said.txt").open("w", encoding="utf-8") as said, redirect_stdout(said):
        demo.review(pipeline.ReportRequest(out=str(folder), as_of=DEMO_AS_OF), quarters=2, is_quiet=False)
    return folder


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_example_is_what_the_demo_writes(out: Path) -> None:
    made = out / "2026-Q4"
    assert files(made) == files(EXAMPLE)
    different = [
        name
        for name in sorted(files(made))
        if name != "manifest.json" and (made / name).read_bytes() != (EXAMPLE / name).read_bytes()
    ]
    assert different == [], "run `make sample-report`, look at the difference, and commit it"


def test_every_fate_of_an_answer_is_in_the_story(out: Path) -> None:
    followups = pd.read_csv(out / "2026-Q4" / "followups.csv", dtype=str)
    fates = {
        row["role_arn"].rpartition("/")[2]: (row["decision"], row["state"]) for row in followups.to_dict("records")
    }
    assert fates == {
        "bucket-housekeeper": ("reduce", "verified"),
        "catalogue-open-data": ("keep", "stale-decision"),
        "dr-failover-operator": ("keep", "verified"),
        "fax-gateway": ("remove", "overdue"),
        "gift-card-issuer": ("remove", "re-opened"),
        "gift-wrap-pilot": ("remove", "verified"),
        "voucher-prototype": ("remove", "answered"),
    }
    summary: dict[str, Any] = json.loads((out / "2026-Q4" / "summary.json").read_text())
    states = summary["decisions"]["by_state"]
    assert states["waived"] == 1
    assert states["no-response"] > 100
    assert summary["exceptions"] == {"total": 3, "live": 1, "expiring": 0, "expired": 1, "unused": 1, "not-yet": 0}


def test_the_printer_is_new_to_the_nightly_role_and_its_usual_caller_is_not(out: Path) -> None:
    findings = pd.read_csv(out / "2026-Q4" / "findings.csv", dtype=str)
    new = findings[(findings["check"] == "new-assumer") & (findings["role_name"] == "nightly-maintenance-admin")]
    assert [detail.rpartition("/")[2] for detail in new["detail"]] == ["prod-label-printer"]


def test_the_first_quarters_report_shows_the_answers_it_got(out: Path) -> None:
    summary: dict[str, Any] = json.loads((out / "2026-Q3" / "summary.json").read_text())
    assert summary["decisions"]["by_decision"] == {"keep": 2, "reduce": 1, "remove": 4, "not-mine": 1}
    roles = pd.read_csv(out / "2026-Q3" / "roles.csv", dtype=str).set_index("role_name")
    passed_on = roles.loc["peak-season-scaler"]
    assert (passed_on["owner"], passed_on["decision_state"]) == ("checkout@northwind-atlas.example", "open")


def test_the_mails_of_the_second_quarter_can_be_looked_at(out: Path) -> None:
    assert len(list((out / "mails").glob("*.eml"))) > 5


def test_the_chain_of_both_quarters_holds_and_one_flipped_byte_is_found(out: Path) -> None:
    report = str(out / "2026-Q4")
    assert CliRunner().invoke(app, ["evidence", "verify", report]).exit_code == 0
    page = out / "2026-Q3" / "roles.csv"
    content = page.read_bytes()
    page.chmod(0o600)
    page.write_bytes(content.replace(b"fax-gateway", b"fax-gatewax", 1))
    try:
        ran = CliRunner().invoke(app, ["evidence", "verify", str(out / "2026-Q3")])
        assert ran.exit_code == 1
        assert "roles.csv" in ran.output
    finally:
        page.write_bytes(content)


def test_people_answered_by_workbook_by_csv_and_in_a_page_and_each_file_is_kept(out: Path) -> None:
    asked = {"logistics.xlsx", "security.csv", "decisions-o-northwind1-2026-Q3-111122223333.csv"}
    assert {path.name for path in (out / "answers").iterdir()} == asked
    kept = (out / "ledger" / "o-northwind1-2026-Q3" / "originals").iterdir()
    assert {path.name.partition("-")[2] for path in kept} == asked


def test_the_demo_says_that_the_evidence_holds_and_that_a_flipped_byte_is_found(out: Path) -> None:
    said = (out / "said.txt").read_text(encoding="utf-8")
    assert "files as they were sealed, and 2 manifests before" in said
    assert "With one byte flipped in a copy: 'coverage.csv' was changed\n" in said
