from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

from hygiene.config import Settings
from hygiene.pipeline.story import ReportRequest, report
from tests.activity.events import a_refusal, an_account, an_assumption
from tests.builders import AS_OF, STRANGER, a_role, details, trusts

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT = "111122223333"


def a_snapshot(folder: Path, *records: object) -> Path:
    account = folder / "snapshot" / "accounts" / ACCOUNT
    (account / "cloudtrail").mkdir(parents=True)
    role = a_role("deployer", trust=trusts({"AWS": STRANGER}))
    (account / "authorization-details.json").write_text(json.dumps(details(role)))
    (account / "cloudtrail" / "day.json").write_text(json.dumps({"Records": records}))
    return folder / "snapshot"


def test_a_role_card_says_who_assumed_it_and_that_a_stranger_did(tmp_path: Path) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/deployer"
    records = (
        an_assumption(role, eventID="one", userIdentity=an_account(STRANGER)),
        a_refusal(role, eventID="two"),
    )
    source = a_snapshot(tmp_path, *records)
    report(Settings(), str(source), ReportRequest(out=str(tmp_path / "out"), as_of=AS_OF), lambda: AS_OF)
    (folder,) = (tmp_path / "out").glob("20*")
    card = (folder / "accounts" / f"{ACCOUNT}.html").read_text()
    assert "<h3>Who did</h3>" in card
    assert f'<li class="out"><code>{STRANGER}</code>' in card
    with (folder / "assumptions.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["principal"]: row["is_outside"] for row in rows}[STRANGER].lower() == "true"


def test_a_role_card_says_when_no_events_were_read(tmp_path: Path) -> None:
    source = a_snapshot(tmp_path)
    for file in (source / "accounts" / ACCOUNT / "cloudtrail").iterdir():
        file.unlink()
    report(Settings(), str(source), ReportRequest(out=str(tmp_path / "out"), as_of=AS_OF), lambda: AS_OF)
    (folder,) = (tmp_path / "out").glob("20*")
    card = (folder / "accounts" / f"{ACCOUNT}.html").read_text()
    assert "Not collected: no CloudTrail events of this account were read." in card
