"""How many accounts at once, and in how many processes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from hygiene.collect import processors
from hygiene.collect.workers import Concurrency, concurrency

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("wanted", "accounts", "processes", "chosen"),
    [
        (0, 0, 8, Concurrency(1, 1)),
        (0, 16, 8, Concurrency(1, 16)),
        (0, 17, 8, Concurrency(2, 17)),
        (0, 1000, 1, Concurrency(1, 16)),
        (0, 1000, 2, Concurrency(2, 32)),
        (0, 1000, 8, Concurrency(2, 32)),
        (3, 1000, 8, Concurrency(1, 3)),
        (64, 1000, 8, Concurrency(4, 64)),
        (64, 1000, 1, Concurrency(1, 64)),
        (64, 20, 8, Concurrency(2, 20)),
    ],
)
def test_as_many_as_are_of_use(wanted: int, accounts: int, processes: int, chosen: Concurrency) -> None:
    assert concurrency(wanted, accounts, processes) == chosen


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system does not tell")
@pytest.mark.parametrize(
    ("limit", "found"),
    [("max 100000", 8), ("200000 100000", 2), ("50000 100000", 1), ("9900000 100000", 8), ("nonsense", 8), (None, 8)],
)
def test_a_container_s_quota_counts(
    limit: str | None, found: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    monkeypatch.setattr(processors, "_CGROUP_LIMIT", tmp_path / "cpu.max")
    if limit is not None:
        (tmp_path / "cpu.max").write_text(limit)
    assert processors.processors() == found
    assert concurrency(64, 1000).processes == min(found, 4)
