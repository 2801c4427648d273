"""The main job with the trail's Athena table, over HTTP: real SQL over the same objects that `s3` reads."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hygiene import pipeline
from hygiene.collect.progress import Silent
from hygiene.config import CloudTrail
from hygiene.simulate import SimulatedAws
from hygiene.simulate.cloudtrail import actors, events
from tests.simulate.eventful_world import HUB_ROLE, WORKER, history
from tests.simulate.queries import queried_world
from tests.simulate.small_world import AS_OF, HUB, WORKLOAD
from tests.worlds import point_at, quick_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hygiene.config import Settings
    from hygiene.simulate import World

MEMBER = "333344445555"
DAMAGED_DAY = (AS_OF - timedelta(days=10)).date()
LIMIT = 1_000_000_000
QUERIES_OF_A_QUARTER = 3
NO_LIMIT: dict[str, Any] = {"workgroup": "primary", "output": "s3://query-results/x/"}


def world() -> World:
    """Return the eventful world, with something in every account every day: nobody has to guess about quiet days."""
    accounts = {HUB: HUB_ROLE, WORKLOAD: WORKER, MEMBER: f"arn:aws:iam::{MEMBER}:role/looker"}
    daily = [
        event
        for role in accounts.values()
        for day in range(92)
        for event in events.assumed(role, actors.service("config"), day + 0.1, region="us-east-1")
    ]
    return replace(queried_world(), events=(*history(), *daily))


@pytest.fixture(scope="module")
def simulated_aws() -> Iterator[SimulatedAws]:
    with SimulatedAws(world(), clock=lambda: AS_OF) as running:
        running.damage_trail("broken-gzip", MEMBER, DAMAGED_DAY)
        yield running


@pytest.fixture
def aws(simulated_aws: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> SimulatedAws:
    point_at(simulated_aws.environment(), monkeypatch)
    simulated_aws.faults.clear()
    return simulated_aws


def settings(source: str = "athena", accounts: tuple[str, ...] = (WORKLOAD,), **trail: Any) -> Settings:
    place: dict[str, Any] = {"bucket": "organization-trail", "database": "audit", "table": "cloudtrail_logs"}
    return quick_settings(
        aws={"cloudtrail": source, "last_accessed": "off"},
        accounts={"include": accounts},
        cloudtrail=CloudTrail(**{**place, "workgroup": "review", "max_scan_bytes": LIMIT, **trail}),
    )


def run(out: Path, wanted: Settings) -> pipeline.Reported:
    request = pipeline.RunRequest(pipeline.ReportRequest(out=str(out), as_of=AS_OF, formats=("csv",)))
    return pipeline.run(wanted, request, Silent(), lambda: AS_OF)


def collected(place: Path, wanted: Settings, account: str = WORKLOAD) -> tuple[Any, list[str]]:
    """Return the activity of an account, None without one, and what was refused."""
    pipeline.collect(wanted, str(place), None, Silent(), lambda: AS_OF)
    folder = place / "accounts" / account
    assert (folder / "authorization-details.json").exists()
    activity = folder / "activity.json"
    gaps = json.loads((folder / "gaps.json").read_text())["gaps"]
    assert {gap["collector"] for gap in gaps} <= {"activity"}
    return json.loads(activity.read_text()) if activity.exists() else None, [gap["message"] for gap in gaps]


def assumed(activity: Any) -> int:
    return sum(row["count"] for row in activity["assumptions"])


def rows(out: Path, table: str) -> list[dict[str, str]]:
    with (out / "2026-Q4" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def both(simulated_aws: SimulatedAws, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SimulatedAws]:
    """A run with each source."""
    out = tmp_path_factory.mktemp("both")
    with pytest.MonkeyPatch.context() as patch:
        point_at(simulated_aws.environment(), patch)
        for source in ("athena", "s3"):
            assert run(out / source, settings(source, (HUB, WORKLOAD))).exit_code == 0
    return out, simulated_aws


def activity_of(out: Path) -> Any:
    (found,) = (out / "snapshots").glob(f"*/accounts/{WORKLOAD}/activity.json")
    return json.loads(found.read_text())


def test_athena_and_s3_give_the_same_report_of_the_same_objects(both: tuple[Path, SimulatedAws]) -> None:
    out, aws = both
    asked = sum(call.operation == "StartQueryExecution" for call in aws.calls)
    assert asked == 2 * QUERIES_OF_A_QUARTER
    found, expected = activity_of(out / "athena"), activity_of(out / "s3")
    assert (found.pop("source"), expected.pop("source")) == ("athena", "s3")
    assert found == expected
    assert assumed(found) > 100
    for table in ("assumptions", "role_events", "findings", "coverage"):
        there = rows(out / "athena", table)
        assert there
        assert there == rows(out / "s3", table)


def test_pages_of_rows_throttles_and_a_slow_queue_change_nothing(
    aws: SimulatedAws, both: tuple[Path, SimulatedAws], tmp_path: Path
) -> None:
    aws.faults.short_pages("athena", "GetQueryResults", size=7)
    aws.faults.throttle("athena", "StartQueryExecution", rate=5, burst=1)
    aws.faults.slow_jobs(0.5)
    activity, gaps = collected(tmp_path, settings())
    assert gaps == []
    assert activity == activity_of(both[0] / "athena")


def test_a_run_stops_before_its_limit_and_names_the_days_it_left_out(aws: SimulatedAws, tmp_path: Path) -> None:
    aws.faults.inflate_scans(500)  # About 54 MB a quarter, so that the smallest limit allows a part of it.
    activity, (sentence,) = collected(tmp_path, settings(max_scan_bytes=10_000_000, **NO_LIMIT))
    scanned = int(re.findall(r"has scanned ([\d,]+) bytes", sentence)[0].replace(",", ""))
    assert 0 < scanned <= 10_000_000
    first_read = (datetime.fromisoformat(activity["begins"]) - timedelta(days=1)).date()
    assert sentence.endswith(f"2026-10-02 to {first_read} of this account would go beyond it")
    assert 0 < assumed(activity) < 200


def test_a_query_that_scans_more_than_expected_is_stopped(aws: SimulatedAws, tmp_path: Path) -> None:
    aws.faults.inflate_scans(50_000)  # Even the first days are too much.
    aws.faults.slow_jobs(1.5)
    activity, (sentence,) = collected(tmp_path, settings(max_scan_bytes=10_000_000, **NO_LIMIT))
    assert activity is None
    assert "max_scan_bytes" in sentence
    assert "StopQueryExecution" in {call.operation for call in aws.calls}


def test_the_workgroups_own_limit_costs_no_day_where_smaller_queries_do(aws: SimulatedAws, tmp_path: Path) -> None:
    before = sum(call.operation == "StartQueryExecution" for call in aws.calls)
    aws.faults.inflate_scans(150)  # Its limit is 10 MB a query: the last part of the quarter is beyond it.
    activity, gaps = collected(tmp_path, settings())
    assert (gaps, activity.get("missing_days", [])) == ([], [])
    queries = sum(call.operation == "StartQueryExecution" for call in aws.calls)
    assert queries > before + QUERIES_OF_A_QUARTER


def test_a_damaged_file_costs_its_day_and_is_named(aws: SimulatedAws, tmp_path: Path) -> None:
    assert aws.endpoint_url
    activity, gaps = collected(tmp_path, settings(accounts=(MEMBER,)), MEMBER)
    # Its file may hold the last events of the day before.
    assert activity["missing_days"] == [str(DAMAGED_DAY - timedelta(days=1)), str(DAMAGED_DAY)]
    assert len(gaps) == 2
    assert all(f"{MEMBER}/CloudTrail" in sentence for sentence in gaps)


@pytest.mark.parametrize(
    ("change", "denied", "said"),
    [
        ({"table": "nothing"}, "", "[cloudtrail] database and table must name the trail's table"),
        ({"database": "nothing"}, "", "[cloudtrail] database must name a database"),
        ({"workgroup": "nothing"}, "", "[cloudtrail] workgroup must name one"),
        ({"workgroup": "primary"}, "", "set [cloudtrail] output"),
        ({}, "glue:GetTable", "config/deploy/hub-role.yaml"),
        ({}, "s3:GetObject", "grant the hub role to read the trail's bucket"),
        ({}, "s3:PutObject", "grant the hub role to write where the workgroup puts its results"),
        ({}, "athena:StartQueryExecution", "config/deploy/hub-role.yaml"),
        ({}, "athena:GetQueryResults", "GetQueryResults"),
    ],
)
def test_what_athena_refuses_is_a_gap_that_says_what_to_do(
    aws: SimulatedAws, tmp_path: Path, change: dict[str, Any], denied: str, said: str
) -> None:
    if denied:
        aws.faults.deny(HUB, denied)
    activity, (sentence,) = collected(tmp_path, settings(**change))
    assert activity is None
    assert said in sentence
