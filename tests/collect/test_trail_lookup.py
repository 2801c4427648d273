"""LookupEvents over HTTP, with AWS's two calls a second switched off where a test is about something else."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hygiene import pipeline
from hygiene.activity import Activity, from_json
from hygiene.activity.period import review_window
from hygiene.collect.progress import Silent
from hygiene.collect.trail import lookup
from hygiene.collect.trail.source import DaysRead
from hygiene.simulate.cloudtrail import actors, events
from tests.builders import AS_OF
from tests.collect.trail_world import ONE, settings, world
from tests.worlds import HUB_ACCOUNT, simulated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hygiene.simulate import SimulatedAws

ROLE = f"arn:aws:iam::{ONE}:role/app"
BY = actors.session_of(f"arn:aws:iam::{ONE}:role/deployer", "session")

HAPPENED = (
    *(event for days_ago in (1, 5, 60) for event in events.assumed(ROLE, BY, days_ago, region="eu-west-1")),
    *(event for number in range(60) for event in events.assumed(ROLE, BY, 7 + number / 100, region="us-east-1")),
    events.assume_refused(ROLE, BY, 3, region="us-east-1"),
    events.iam_change(ONE, "TagRole", BY, 2, {"roleName": "app", "tags": [{"key": "owner", "value": "x"}]}),
)


@pytest.fixture
def collected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Activity | None, list[Any]]]:
    monkeypatch.setattr(lookup, "CALLS_PER_SECOND", 1000)
    monkeypatch.setattr("hygiene.collect.account_sessions.CALLS_PER_SECOND", 1000)

    def collect(
        prepare: Callable[[SimulatedAws], None] = lambda _: None, days_ago: float = 0
    ) -> tuple[Activity | None, list[Any]]:
        moment = AS_OF - timedelta(days=days_ago)
        destination = tmp_path / f"snap-{days_ago}"
        with simulated(world(events=HAPPENED), monkeypatch) as running:
            running.faults.throttle("cloudtrail", "LookupEvents", rate=1000, burst=1000)
            prepare(running)
            pipeline.collect(settings("lookup"), str(destination), None, Silent(), lambda: moment, str(tmp_path))
        account = destination / "accounts" / ONE
        gaps = json.loads((account / "gaps.json").read_text())["gaps"]
        written = account / "activity.json"
        return from_json(json.loads(written.read_text())) if written.exists() else None, gaps

    return collect


def the(activity: Activity | None) -> Activity:
    assert activity is not None
    return activity


def test_every_region_is_asked_and_no_page_is_lost(collected: Callable[..., Any]) -> None:
    activity, gaps = collected()
    assert gaps == []
    (row,) = (row for row in the(activity).assumptions if row.role_arn == ROLE)
    assert (row.count, row.failed, row.principal) == (63, 1, f"arn:aws:iam::{ONE}:role/deployer")
    assert [change.action for change in the(activity).changes] == ["TagRole"]
    assert {"eu-west-1", "us-east-1"} < set(the(activity).regions)


def test_the_day_beyond_reach_is_missing_and_the_others_are_not(collected: Callable[..., Any]) -> None:
    activity, _ = collected()
    first = (AS_OF - timedelta(days=90)).date()
    assert the(activity).missing_days == (first,)
    assert the(activity).begins.date() == first + timedelta(days=1)


def test_a_denied_account_is_a_gap(collected: Callable[..., Any]) -> None:
    activity, gaps = collected(lambda aws: aws.faults.deny(ONE, "cloudtrail:LookupEvents"))
    assert activity is None
    assert {(gap["collector"], gap["operation"]) for gap in gaps} == {("activity", "cloudtrail:LookupEvents")}


def test_where_the_regions_may_not_be_listed_all_known_ones_are_asked(collected: Callable[..., Any]) -> None:
    activity, gaps = collected(lambda aws: aws.faults.deny(ONE, "ec2:DescribeRegions"))
    assert gaps == []
    assert sum(row.count for row in the(activity).assumptions if row.role_arn == ROLE) == 63


def test_a_region_that_fails_makes_every_day_incomplete(collected: Callable[..., Any]) -> None:
    def fail(aws: SimulatedAws) -> None:
        aws.faults.fail(ONE, "cloudtrail", "LookupEvents", code="InvalidTimeRangeException", status=400, times=1)

    activity, gaps = collected(fail)
    assert len(gaps) == 1
    assert len(the(activity).missing_days) == 91


def test_an_account_that_only_the_light_run_saw_keeps_its_early_days(
    collected: Callable[..., Any], tmp_path: Path
) -> None:
    collected(days_ago=30)
    activity, _ = collected()
    assert the(activity).missing_days == ()
    assert len(list((tmp_path / "events" / HUB_ACCOUNT).iterdir())) > 90


def test_a_day_that_was_read_in_part_is_missing_until_its_rest_is_read(collected: Callable[..., Any]) -> None:
    collected(days_ago=30.5)
    activity, _ = collected(lambda aws: aws.faults.deny(ONE, "cloudtrail:LookupEvents"))
    evening_unread = (AS_OF - timedelta(days=30.5)).date()
    assert evening_unread in the(activity).missing_days
    assert evening_unread - timedelta(days=1) not in the(activity).missing_days


def test_a_window_that_ended_long_ago_is_not_called_quiet() -> None:
    window = review_window(AS_OF, None)
    nobody: Any = None
    assert lookup.LookupSource(AS_OF + timedelta(days=200)).read(ONE, nobody, window, window.days()) == DaysRead()


def test_a_review_of_a_moment_that_is_past_reaches_no_further_back_than_aws_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "CALLS_PER_SECOND", 1000)
    monkeypatch.setattr("hygiene.collect.account_sessions.CALLS_PER_SECOND", 1000)
    late = timedelta(days=3)
    with simulated(world(events=HAPPENED), monkeypatch) as running:
        running.faults.throttle("cloudtrail", "LookupEvents", rate=1000, burst=1000)
        request = pipeline.ReportRequest(out=str(tmp_path), as_of=AS_OF - late, formats=("json",))
        pipeline.run(settings("lookup"), pipeline.RunRequest(request), Silent(), lambda: AS_OF)
    (written,) = tmp_path.glob(f"snapshots/*/accounts/{ONE}/activity.json")
    missing = from_json(json.loads(written.read_text())).missing_days
    assert [day.isoformat() for day in missing] == ["2026-09-29", "2026-09-30", "2026-10-01", "2026-10-02"]
