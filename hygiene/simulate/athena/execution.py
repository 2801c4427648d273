"""One query of Athena and how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hygiene.simulate.athena.engine import Engine, Plan, Result

if TYPE_CHECKING:
    from datetime import datetime

    from hygiene.simulate.cloudtrail.trail import Workgroup
    from hygiene.simulate.credentials import Caller

QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED = "QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"


@dataclass
class Execution:
    """One query. It is done `job_seconds` after its start, but never at the first look, as at AWS."""

    id: str
    sql: str
    caller: Caller
    region: str
    workgroup: Workgroup
    output: str
    submitted: datetime
    ready_at: float
    engine: Engine
    plan: Plan | None
    failure: str = ""
    state: str = QUEUED
    looks: int = 0
    scanned: int = 0
    completed: datetime | None = None
    result: Result = field(default_factory=lambda: Result((), ()))

    @property
    def is_done(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in (SUCCEEDED, FAILED, CANCELLED)

    @property
    def reason(self) -> str:
        """Why it ended as it did."""
        return self.failure if self.state in (FAILED, CANCELLED) else ""
