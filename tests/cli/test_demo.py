"""The demo as a stranger runs it: in a process of its own, with no AWS settings."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import boto3
import pytest

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE_MOMENT = "2026-12-31T06:00:00Z"
REAL_SETTINGS = {"AWS_PROFILE": "production", "AWS_ENDPOINT_URL_IAM": "http://127.0.0.1:9"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """The demo, run where settings lead to a real account: it would not get far with them."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "hygiene", "demo", "--as-of", EXAMPLE_MOMENT]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **REAL_SETTINGS}, capture_output=True, text=True, check=False
    )
    return done, folder / "reports" / "demo"


def table(place: Path, name: str) -> list[dict[str, str]]:
    with (place / "2026-Q4" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_demo_succeeds_whatever_real_settings_there_are_and_says_where_the_report_lies(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    done, place = demo
    assert done.returncode == 0, done.stderr
    assert "reports/demo/2026-Q4/index.html" in done.stdout
    assert (place / "2026-Q4" / "index.html").is_file()
    assert len({row["account_id"] for row in table(place, "coverage")}) >= 6
    assert len(table(place, "roles")) >= 300


def test_the_textbook_roles_come_out_well_and_their_twins_do_not(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    roles = {row["role_name"]: row for row in table(demo[1], "roles") if row["account_name"] == "nwa-production"}
    reader, agent = roles["production-data-reader"], roles["monitoring-agent"]
    assert (reader["suggestion"], reader["checks"]) == ("keep", "trust-account-root")
    assert agent["suggestion"] == "keep"
    assert set(agent["checks"].split(";")) == {"trust-account-root", "trust-external-account", "trust-no-external-id"}
    assert roles["production-data-reader-wide"]["suggestion"] == "reduce"
    assert "data-exfiltration" in roles["production-data-reader-wide"]["checks"]
    assert roles["monitoring-agent-wide"]["suggestion"] == "reduce"
    assert "service-wildcard" in roles["monitoring-agent-wide"]["checks"]


def test_every_usage_status_but_unknown_and_every_kind_is_in_the_story(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    roles = table(demo[1], "roles")
    assert {row["usage_status"] for row in roles} == {"in_use", "unused", "too_new", "excluded"}
    assert {row["usage_reason"] for row in roles} >= {"stale", "never_used", "not_used_in_tracking_period"}
    kinds = {kind for row in roles for kind in row["kinds"].split(";") if kind}
    assert len(kinds) == 8


def test_what_a_boundary_or_scp_holds_back_says_so(demo: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    held = {row["held_back_by"] for row in table(demo[1], "findings")}
    assert {"", "boundary", "scp", "deny"} <= held


def test_serve_prints_only_export_lines_and_answers_until_it_is_stopped(tmp_path: Path) -> None:
    file = tmp_path / "demo.env"
    command = [sys.executable, "-m", "hygiene", "demo", "--serve", "--env-file", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        deadline = time.monotonic() + 30
        while not (file.exists() and file.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert file.stat().st_mode & 0o777 == 0o600
        lines = file.read_text().splitlines()
        assert all(line.startswith("export AWS_") for line in lines)
        settings = dict(line.removeprefix("export ").split("=", 1) for line in lines)
        client = boto3.client(
            "organizations",
            endpoint_url=settings["AWS_ENDPOINT_URL"],
            region_name=settings["AWS_REGION"],
            aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
        )
        assert len(client.list_accounts()["Accounts"]) == 11
        server.send_signal(signal.SIGTERM)
        out, _ = server.communicate(timeout=10)
    assert out == ""
    assert server.returncode == 0
