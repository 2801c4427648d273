"""activity.json, and CloudTrail files that somebody put beside it."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

from hygiene.activity import to_json
from hygiene.analyse.coverage import read_row
from hygiene.model import Account
from hygiene.snapshot import open_snapshot
from tests.activity.events import HUB, a_change, an_assumption
from tests.activity.test_tally import read as activity_of
from tests.builders import ACCOUNT, AS_OF, a_role, details

if TYPE_CHECKING:
    from pathlib import Path

    from hygiene.model import AccountDocuments


def documents(folder: Path, activity: Any = None, **trail: bytes) -> AccountDocuments:
    account = folder / "accounts" / ACCOUNT
    (account / "cloudtrail").mkdir(parents=True)
    (account / "authorization-details.json").write_text(json.dumps(details(a_role())))
    if activity is not None:
        (account / "activity.json").write_text(json.dumps(activity))
    for name, content in trail.items():
        (account / "cloudtrail" / name.replace("__", ".")).write_bytes(content)
    return open_snapshot(str(folder)).documents(ACCOUNT)


def a_file(*records: Any) -> bytes:
    return json.dumps({"Records": list(records)}).encode()


def coverage(held: AccountDocuments) -> dict[str, Any]:
    return read_row(Account(ACCOUNT), held, None)


def test_activity_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    activity = activity_of(an_assumption(), a_change("CreateRole"))
    held = documents(tmp_path, to_json(activity))
    assert held.activity == activity
    row = coverage(held)
    assert (row["status"], row["events_from"], row["events_to"]) == ("read", activity.begins, activity.ends)


def test_without_cloudtrail_there_is_no_activity_and_no_gap(tmp_path: Path) -> None:
    held = documents(tmp_path)
    assert (held.activity, held.gaps) == (None, ())
    assert (coverage(held)["status"], coverage(held)["events_from"]) == ("read", None)


def test_files_put_there_by_hand_are_added_up(tmp_path: Path) -> None:
    first, second = an_assumption(days_ago=9), an_assumption(days_ago=2)
    held = documents(tmp_path, one__json=a_file(first), two__json__gz=gzip.compress(a_file(second, dict(first))))
    assert held.activity is not None
    (row,) = held.activity.assumptions
    assert (row.count, held.activity.source, held.gaps) == (2, "files", ())
    assert ((AS_OF - held.activity.begins).days, (AS_OF - held.activity.ends).days) == (9, 2)


def test_a_damaged_file_is_a_gap_and_the_others_are_read(tmp_path: Path) -> None:
    cut = gzip.compress(a_file(an_assumption()))[:-9]
    held = documents(tmp_path, good__json=a_file(an_assumption()), cut__json__gz=cut, digest__json=b'{"digest": 1}')
    assert held.activity is not None
    assert sorted(gap.message.split()[0] for gap in held.gaps) == ["cloudtrail/cut.json.gz", "cloudtrail/digest.json"]
    assert coverage(held)["status"] == "partial"


def test_other_logs_of_the_same_bucket_are_counted_and_make_nothing_incomplete(tmp_path: Path) -> None:
    """As where the folder of the account was copied whole: digests, Insights, what AWS Config writes."""
    account = tmp_path / "accounts" / ACCOUNT / "cloudtrail"
    account.mkdir(parents=True)
    for kind in ("CloudTrail-Digest", "CloudTrail-Insight", "Config"):
        (account / f"{ACCOUNT}_{kind}_us-east-1_20261230T0000Z.json.gz").write_bytes(b"whatever it is")
    (account / "digest.json").write_text(
        json.dumps({"awsAccountId": ACCOUNT, "digestStartTime": "2026-12-30T00:00:00Z"})
    )
    (account / "one.json").write_bytes(a_file(an_assumption()))
    (account.parent / "authorization-details.json").write_text(json.dumps(details(a_role())))
    held = open_snapshot(str(tmp_path)).documents(ACCOUNT)
    assert held.gaps == ()
    row = coverage(held)
    assert (row["status"], row["reason"]) == ("read", "4 other files among the CloudTrail logs, passed by")


def test_an_insight_is_no_damaged_record(tmp_path: Path) -> None:
    insight = an_assumption(
        eventSource=None, eventName=None, eventType="AwsCloudTrailInsight", insightDetails={"state": "Start"}
    )
    assert coverage(documents(tmp_path, one__json=a_file(an_assumption(), insight)))["status"] == "read"


def test_damaged_records_make_the_account_partial(tmp_path: Path) -> None:
    row = coverage(documents(tmp_path, one__json=a_file(an_assumption(), "nonsense")))
    assert (row["status"], row["reason"]) == (
        "partial",
        "1 CloudTrail record was left out: damaged, or of a time that cannot be right",
    )


def test_files_of_another_account_are_a_gap(tmp_path: Path) -> None:
    held = documents(tmp_path, one__json=a_file(an_assumption(account=HUB)))
    assert held.activity is None
    assert "other accounts" in held.gaps[0].message


def test_a_damaged_activity_is_a_gap_of_its_account(tmp_path: Path) -> None:
    held = documents(tmp_path, {"schema_version": 9})
    assert held.activity is None
    assert "newer" in held.gaps[0].message


def test_activity_of_another_account_is_a_gap(tmp_path: Path) -> None:
    held = documents(tmp_path, {**to_json(activity_of(an_assumption())), "account_id": HUB})
    assert held.activity is None
    assert HUB in held.gaps[0].message


def test_holes_are_named_and_days_before_the_first_are_not(tmp_path: Path) -> None:
    activity = to_json(activity_of(an_assumption(days_ago=9), an_assumption(days_ago=1)))
    held = documents(tmp_path, {**activity, "missing_days": ["2026-12-01", "2026-12-24", "2026-12-25"]})
    assert coverage(held)["reason"] == "CloudTrail events are missing for 2026-12-24 to 2026-12-25"
