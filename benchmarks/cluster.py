"""From which size on a cluster pays: one process against Dask workers, at several numbers of accounts.

    python -m benchmarks.cluster [--accounts 10 50 200] [--roles 100] [--workers 2] [--snapshot DIR]

Collecting waits for AWS wherever it runs, so what is measured is the rest: `hygiene run --reuse-snapshot` of a
generated organization, by one process, then with a scheduler and workers on loopback. Wall times of one machine say
little, as all share its processors; so the table shows CPU, and what the run would last were every process given a
processor of its own: the driver's CPU, and the workers' CPU divided among them. Starting the workers counts, because
a cluster that is started for one review has to do it.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.accounts import NOW
from benchmarks.organization import write_snapshot
from hygiene.review.period import quarter_of
from tests.pipeline.cluster_world import dask_cluster

_HEADS = (
    "Accounts", "Roles", "Workers",
    "One process", "Driver", "Workers and scheduler", "With processors for all", "Gain",
)  # fmt: skip
_ALONE = {"HYGIENE_AWS__VALIDATE_PROPOSALS": "off"}


@dataclass(frozen=True)
class Cost:
    """CPU seconds of the driver and of all workers together, and wall seconds."""

    driver: float
    workers: float
    wall: float

    def lasts(self, workers: int) -> float:
        """Return the seconds it would take with a processor for each process."""
        return self.driver + self.workers / max(1, workers)


def review(snapshot: Path, out: Path, *more: str) -> tuple[float, float]:
    """Return CPU and wall seconds of a review in an empty OUT that holds the snapshot already."""
    quarter = quarter_of(NOW, 1)
    shutil.rmtree(out, ignore_errors=True)
    (out / "snapshots").mkdir(parents=True)
    (out / "snapshots" / f"{quarter}-benchmark").symlink_to(snapshot.absolute(), target_is_directory=True)
    command = [sys.executable, "-m", "hygiene", "run", "--reuse-snapshot", "--quarter", quarter, "--out", str(out)]
    begun = time.perf_counter()
    child = os.posix_spawn(command[0], [*command, "--quiet", *more], {**os.environ, **_ALONE})
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begun
    if code := os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    return usage.ru_utime + usage.ru_stime, wall


def by_one(snapshot: Path, place: Path) -> Cost:
    """Return what one process takes."""
    cpu, wall = review(snapshot, place / "alone")
    return Cost(cpu, 0, wall)


def by_cluster(snapshot: Path, place: Path, workers: int) -> Cost:
    """Return what a cluster takes, its start and its scheduler with it."""
    before = _children()
    with dask_cluster(place / "dask", _ALONE, tls=None, workers=workers) as dask:
        cpu, wall = review(snapshot, place / "cluster", "--cluster", dask.url)
    return Cost(cpu, _children() - before - cpu, wall)


def _children() -> float:
    """Return the CPU seconds of all processes that were started here and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Generate, measure and print a row per size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, nargs="+", default=[10, 50, 200])
    parser.add_argument("--roles", type=int, default=100, help="of each account")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--snapshot", type=Path, help="parent folder of the snapshots; default: a temporary one")
    wanted = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {wanted.workers} workers\n")
    print(f"| {' | '.join(_HEADS)} |")
    print("|---" * len(_HEADS) + "|")
    with tempfile.TemporaryDirectory() as temporary:
        for accounts in wanted.accounts:
            place = Path(temporary)
            snapshot = (wanted.snapshot or place) / f"organization-{accounts}x{wanted.roles}"
            if not (snapshot / "manifest.json").exists():
                write_snapshot(snapshot, accounts, wanted.roles)
            alone, together = by_one(snapshot, place), by_cluster(snapshot, place, wanted.workers)
            lasts = together.lasts(wanted.workers)
            cells = (
                f"{accounts:,}", f"{accounts * wanted.roles:,}", f"{wanted.workers}",
                f"{alone.driver:.1f} s", f"{together.driver:.1f} s", f"{together.workers:.1f} s",
                f"{lasts:.1f} s", f"{alone.driver / lasts:.2f}",
            )  # fmt: skip
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
