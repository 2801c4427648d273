"""Roles of one account, callers of another: what stands in whose log, over HTTP and with every source of events."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from hygiene import pipeline
from hygiene.collect.progress import Silent
from hygiene.config import CloudTrail
from hygiene.simulate import SimulatedAws
from hygiene.simulate.cloudtrail import actors, events
from tests.simulate.eventful_world import ADMINISTRATOR
from tests.simulate.queries import queried_world
from tests.simulate.small_world import AS_OF, HUB, WORKLOAD
from tests.worlds import point_at, quick_settings

if TYPE_CHECKING:
    from pathlib import Path

CALLER = f"arn:aws:iam::{HUB}:role/release-robot"
SOURCES = ("lookup", "s3", "athena")
SUCCESSES, REFUSALS = 7, 6

Row = dict[str, str]


def history() -> tuple[events.Event, ...]:
    """Return a robot of the hub's account that enters a role of the workload's each day, and was refused before."""
    robot = actors.session_of(CALLER, "release")
    entered = [
        event
        for number in range(SUCCESSES)
        for event in events.assumed(ADMINISTRATOR, robot, 1 + number, region="eu-west-1", session="release")
    ]
    refused = [
        events.assume_refused(ADMINISTRATOR, robot, 20 + number, region="eu-west-1", tells_role=number % 2 == 0)
        for number in range(REFUSALS)
    ]
    return (*entered, *refused)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[Row]]]:
    """Every source's report of the same history: table → rows."""
    out, world = tmp_path_factory.mktemp("out"), replace(queried_world(), events=history())
    with SimulatedAws(world, clock=lambda: AS_OF) as aws, pytest.MonkeyPatch.context() as patch:
        point_at(aws.environment(), patch)
        return {source: report(out / source, source) for source in SOURCES}


def report(out: Path, source: str) -> dict[str, list[Row]]:
    place = {"bucket": "organization-trail", "database": "audit", "table": "cloudtrail_logs", "workgroup": "review"}
    settings: Any = quick_settings(
        aws={"cloudtrail": source, "last_accessed": "off"},
        accounts={"include": (HUB, WORKLOAD)},
        cloudtrail=CloudTrail(**place),
    )
    request = pipeline.ReportRequest(out=str(out), as_of=AS_OF, formats=("csv",))
    pipeline.run(settings, pipeline.RunRequest(request), Silent(), lambda: AS_OF)
    return {table: rows(out / "2026-Q4" / f"{table}.csv") for table in ("assumptions", "findings")}


def rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.mark.parametrize("source", SOURCES)
def test_a_refusal_in_the_callers_log_is_a_finding_of_the_role(reports: Any, source: str) -> None:
    (finding,) = [row for row in reports[source]["findings"] if row["check"] == "failed-assume"]
    assert (finding["account_id"], finding["role_arn"], finding["detail"]) == (WORKLOAD, ADMINISTRATOR, CALLER)
    assert f"{CALLER} was refused {REFUSALS} times (AccessDenied)" in finding["evidence"]
    assert finding["evidence"].endswith(f"Look in the log of account {HUB}.")


@pytest.mark.parametrize("source", SOURCES)
def test_what_both_accounts_logged_counts_once(reports: Any, source: str) -> None:
    found = [row for row in reports[source]["assumptions"] if row["role_arn"] == ADMINISTRATOR]
    counts = {row["principal"]: (row["assumed"], row["refused"]) for row in found}
    assert counts == {CALLER: (str(SUCCESSES), str(REFUSALS))}


def test_every_source_says_the_same(reports: Any) -> None:
    assert reports["lookup"] == reports["s3"] == reports["athena"]
