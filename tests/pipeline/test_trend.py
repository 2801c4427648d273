"""The trend over the quarters, from what earlier reports sealed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.pipeline.places import Places
from hygiene.pipeline.trend import earlier_points
from hygiene.report import trend_point
from hygiene.store import open_store
from tests.builders import ACCOUNT, AS_OF, a_role, document, statement
from tests.pipeline.test_quarters import report, snapshot

if TYPE_CHECKING:
    from pathlib import Path

QUARTERS = ("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4")
WILD = document(statement("s3:*"))


def a_quarter(place: Path, number: int) -> dict[str, Any]:
    """Report a quarter in which one more role than in the one before lies unused."""
    moment = AS_OF - timedelta(days=91 * (len(QUARTERS) - 1 - number))
    idle = [a_role(f"idle-{index}", last_used=900, created=2000) for index in range(number)]
    linked = a_role("linked", path="/aws-service-role/x.amazonaws.com/")
    roles = [*idle, a_role("wild", inline=WILD, last_used=400), a_role("fine", last_used=400), linked]
    source = snapshot(place / f"s{number}", *roles, finished=moment)
    return report(source, place / "out", quarter=QUARTERS[number]).summary


@pytest.fixture(scope="module")
def quarters(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    place = tmp_path_factory.mktemp("trend")
    summaries = [a_quarter(place, number) for number in range(len(QUARTERS))]
    return place / "out", summaries[-1]


def test_the_trend_ends_with_this_quarter_and_its_kinds_add_up(quarters: tuple[Path, dict[str, Any]]) -> None:
    trend = quarters[1]["trend"]
    assert [point["quarter"] for point in trend] == list(QUARTERS)
    for point in trend:
        kinds = ("unused", "over_permissive", "ok", "unknown", "excluded")
        assert sum(point[kind] for kind in kinds) == point["roles"]
    assert [point["roles"] for point in trend] == [3, 4, 5, 6]
    assert [point["verified_removals"] for point in trend] == [0, 0, 0, 0]


def test_each_point_is_what_that_quarters_own_report_said(quarters: tuple[Path, dict[str, Any]]) -> None:
    out, now = quarters
    for point in now["trend"]:
        own = json.loads((out / point["quarter"] / "summary.json").read_text())
        assert own["trend"][-1] == point


def points(out: Path, quarter: str = "2027-Q1", subject: str = ACCOUNT) -> list[str]:
    return [point["quarter"] for point in earlier_points(Places(open_store(out)), subject, quarter)]


def test_only_sealed_and_unedited_reports_of_the_population_count(tmp_path: Path) -> None:
    for number in range(3):
        a_quarter(tmp_path, number)
    out = tmp_path / "out"
    assert points(out) == list(QUARTERS[:3])
    assert points(out, subject="o-other") == []
    (out / "2026-Q1" / "manifest.json").unlink()
    summary = out / "2026-Q2" / "summary.json"
    summary.write_text(summary.read_text().replace('"total": 4', '"total": 40'))
    assert points(out) == ["2026-Q3"]


def test_the_trend_goes_back_eight_quarters_with_this_one(tmp_path: Path) -> None:
    source = snapshot(tmp_path / "s", a_role(), finished=AS_OF)
    names = [f"{year}-Q{number}" for year in (2024, 2025, 2026) for number in range(1, 5)]
    for name in names[:-1]:
        report(source, tmp_path / "out", quarter=name, formats=("json",))
    trend = report(source, tmp_path / "out", quarter=names[-1], formats=("json",)).summary["trend"]
    assert [point["quarter"] for point in trend] == names[-8:]


def test_what_an_older_summary_does_not_hold_is_unknown_and_not_zero() -> None:
    point = trend_point({"quarter": "2025-Q1", "roles": {"total": 7, "unused": 2}})
    assert (point["roles"], point["unused"]) == (7, 2)
    assert [point[name] for name in ("over_permissive", "ok", "verified_removals", "needs_decision")] == [None] * 4
