from __future__ import annotations

import csv
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.activity import Activity, to_json
from hygiene.config import Settings
from hygiene.pipeline.story import ReportRequest, report
from tests.activity.events import a_refusal, a_session, a_user, an_account, an_assumption
from tests.activity_builders import an_assumption as an_assumption_row
from tests.builders import AS_OF, STRANGER, a_role, details, trusts

if TYPE_CHECKING:
    from datetime import datetime

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


def reported(source: Path, out: Path, as_of: datetime | None) -> tuple[Any, dict[str, list[dict[str, str]]]]:
    """Return what came of a report, and its tables by name."""
    done = report(Settings(), str(source), ReportRequest(out=str(out), as_of=as_of), lambda: AS_OF)
    tables = {}
    for name in ("coverage", "assumptions", "findings"):
        with (Path(done.location) / f"{name}.csv").open() as file:
            tables[name] = list(csv.DictReader(file))
    return done, tables


def test_the_window_of_a_trail_that_goes_on_begins_with_the_review_before(tmp_path: Path) -> None:
    role, then = f"arn:aws:iam::{ACCOUNT}:role/deployer", AS_OF - timedelta(days=92)
    source = a_snapshot(tmp_path, *(an_assumption(role, days_ago=days) for days in (1, 91, 93, 200)))
    _, earlier = reported(source, tmp_path / "out", then)
    done, tables = reported(source, tmp_path / "out", AS_OF)
    assert [row["assumed"] for row in earlier["assumptions"]] == ["1"]
    assert [row["assumed"] for row in tables["assumptions"]] == ["2"]
    assert tables["coverage"][0]["events_from"] == f"{then:%Y-%m-%dT%H:%M:%SZ}"
    assert (tables["coverage"][0]["status"], done.exit_code) == ("read", 0)


def test_a_second_run_of_a_quarter_still_knows_who_was_new_to_the_quarter(tmp_path: Path) -> None:
    """The first run of the quarter saw them already; the review before did not."""
    role, old = f"arn:aws:iam::{ACCOUNT}:role/deployer", an_account(STRANGER)
    came = an_assumption(role, days_ago=100, userIdentity=old), an_assumption(role, days_ago=20, userIdentity=old)
    source = a_snapshot(tmp_path, *came, an_assumption(role, days_ago=9))
    reported(source, tmp_path / "out", AS_OF - timedelta(days=92))
    for moment in (AS_OF - timedelta(days=5), AS_OF):
        _, tables = reported(source, tmp_path / "out", moment)
        found = [row["detail"] for row in tables["findings"] if row["check"] == "new-assumer"]
        assert found == [f"arn:aws:iam::{ACCOUNT}:user/ana"]
        assert {row["principal"]: row["is_new"] for row in tables["assumptions"]}[STRANGER] == "no"


def test_a_trail_without_an_event_of_the_window_is_a_gap(tmp_path: Path) -> None:
    source = a_snapshot(tmp_path, an_assumption(f"arn:aws:iam::{ACCOUNT}:role/deployer", days_ago=200))
    done, tables = reported(source, tmp_path / "out", AS_OF)
    assert (tables["coverage"][0]["events_from"], done.exit_code) == ("", 3)
    assert "no event of the time since the review before" in tables["coverage"][0]["reason"]


def test_one_event_with_a_wrong_clock_makes_no_live_role_look_unused(tmp_path: Path) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/deployer"
    records = (an_assumption(role), an_assumption(role, eventTime="2096-01-01T00:00:00Z"))
    done, tables = reported(a_snapshot(tmp_path, *records), tmp_path / "out", None)
    assert (done.summary["as_of"][:10], done.summary["roles"]["unused"]) == ("2026-12-30", 0)
    assert "1 CloudTrail record was left out" in tables["coverage"][0]["reason"]
    assert tables["coverage"][0]["events_to"] < "2027"


@pytest.mark.parametrize(
    ("last_used", "said"),
    [
        (20, "by the events that were read; yet it was used on 2026-12-11: by an older session, or"),
        (70, "by the events that were read; see coverage for days that were not."),
    ],
)
def test_a_card_says_where_the_log_and_the_last_use_contradict_each_other(
    tmp_path: Path, last_used: int, said: str
) -> None:
    others = (an_assumption(f"arn:aws:iam::{ACCOUNT}:role/other", days_ago=days) for days in (1, 29))
    source = a_snapshot(tmp_path, *others)
    role = a_role("deployer", last_used=last_used)
    (source / "accounts" / ACCOUNT / "authorization-details.json").write_text(json.dumps(details(role)))
    done = report(Settings(), str(source), ReportRequest(out=str(tmp_path / "out"), as_of=AS_OF), lambda: AS_OF)
    card = (Path(done.location) / "accounts" / f"{ACCOUNT}.html").read_text()
    assert f"Nobody from 2026-12-02 to 2026-12-30, {said}" in card


def test_the_card_says_that_days_are_missing_from_what_was_read(tmp_path: Path) -> None:
    source = a_snapshot(tmp_path)
    account = source / "accounts" / ACCOUNT
    (account / "cloudtrail" / "day.json").unlink()
    came = an_assumption_row(role_arn=f"arn:aws:iam::{ACCOUNT}:role/deployer")
    hole = (AS_OF - timedelta(days=5)).date()
    activity = Activity(
        ACCOUNT, "lookup", AS_OF - timedelta(days=20), AS_OF, assumptions=(came,), missing_days=(hole,)
    )
    (account / "activity.json").write_text(json.dumps(to_json(activity)))
    done, _ = reported(source, tmp_path / "out", AS_OF)
    card = (Path(done.location) / "accounts" / f"{ACCOUNT}.html").read_text()
    assert "By CloudTrail, 2026-12-11 to 2026-12-31, less the days that coverage names:" in card


def test_the_session_of_a_role_is_not_blamed_for_having_no_mfa(tmp_path: Path) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/deployer"
    records = (
        an_assumption(role, eventID="one", userIdentity=a_session("machine", mfa="false")),
        an_assumption(role, eventID="two", userIdentity={**a_session(mfa="false"), **a_user("ana")}),
        an_assumption(role, eventID="three", userIdentity=a_session("person", mfa="true")),
    )
    done, _ = reported(a_snapshot(tmp_path, *records), tmp_path / "out", AS_OF)
    card = (Path(done.location) / "accounts" / f"{ACCOUNT}.html").read_text()
    notes = dict(re.findall(r"<code>arn:aws:iam::\d+:\w+/([\w/]+)</code> <i>([^<]*)</i>", card))
    assert {name: "MFA" in note for name, note in notes.items()} == {
        "teams/machine": False,
        "ana": True,
        "teams/person": True,
    }
    assert "without MFA" in notes["ana"]
