"""Reviews through storms: which faults come, what a run leaves behind, and AWS clients with little patience."""

from __future__ import annotations

import csv
import os
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from hygiene import pipeline
from hygiene.collect import account_sessions, pacing, sessions
from hygiene.collect import client as collecting
from hygiene.collect.progress import Silent
from hygiene.pipeline.reading_elsewhere import _Errand
from hygiene.simulate.storm import Fault
from tests.builders import AS_OF
from tests.worlds import a_simulated_role, quick_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hygiene.collect.account import AccountRead, ReadAccount
    from hygiene.collect.account_session import Credentials
    from hygiene.collect.context import Previous
    from hygiene.collect.progress import Progress

CHANCES = {
    Fault.THROTTLED: 0.08,
    Fault.SERVER_ERROR: 0.08,
    Fault.EXPIRED: 0.04,
    Fault.RESET: 0.06,
    Fault.CUT_OFF: 0.06,
    Fault.EMPTY: 0.05,
    Fault.SLOW: 0.01,
}
PATIENCE_SECONDS, TOO_LATE_SECONDS = 1.0, 1.5
QUARTER = "2026-Q4"
DEADLY = "TEST_ENDS_WHO_READS"
"""Names the account that ends the process that reads it."""
ROLES = (
    a_simulated_role("busy"),
    a_simulated_role("idle", last_used_days_ago=200, used_services={"s3": 200}),
    a_simulated_role("never", last_used_days_ago=None, used_services={}),
)
"""In use, idle for long and never used: something missing could make each look like another."""


def be_impatient(replace: Callable[[object, str, object], None] = setattr) -> None:
    """Pause for a tenth, and wait a second for an answer, so that a test waits for no AWS."""
    replace(collecting, "_FIRST_PAUSE", 0.05)
    replace(collecting, "_LONGEST_PAUSE", 0.2)
    replace(pacing, "_SLOWEST", 20.0)
    made, patience = collecting.client_config, Config(read_timeout=PATIENCE_SECONDS)

    def config(version: str) -> Config:
        return made(version).merge(patience)

    for makes_clients in (sessions, account_sessions):
        replace(makes_clients, "client_config", config)


class ImpatientErrand(_Errand):
    """What a reading process is told, and that it is to be impatient, too."""

    def __call__(self, assume: Callable[[str], Credentials], progress: Progress) -> ReadAccount:  # type: ignore[override]
        """Return who reads in that process, where `DEADLY` ends it."""
        be_impatient()
        reader = super().__call__(assume, progress)

        def read(account_id: str, previous: Previous | None) -> AccountRead:
            if account_id == os.environ.get(DEADLY):
                os._exit(9)
            return reader(account_id, previous)

        return read


def review(out: Path, **aws: Any) -> pipeline.Reported:
    request = pipeline.ReportRequest(out=str(out), as_of=AS_OF, quarter=QUARTER)
    return pipeline.run(quick_settings(aws=aws), pipeline.RunRequest(request), Silent(), clock=lambda: AS_OF)


def files(out: Path) -> dict[str, bytes]:
    """Return every file of the report but the manifest, which tells of the run itself."""
    report = out / QUARTER
    found = {path.relative_to(report).as_posix(): path for path in report.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != "manifest.json"}


def table(out: Path, name: str) -> list[dict[str, str]]:
    with (out / QUARTER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def usage_of(out: Path) -> dict[str, str]:
    """Return role ARN → usage status."""
    return {row["role_arn"]: row["usage_status"] for row in table(out, "roles")}
