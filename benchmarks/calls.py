"""Counts the AWS calls of a collection against the floor: the fewest calls that could read the same.

    python benchmarks/calls.py [--accounts 12] [--roles 200]

The floor is the sum of ceil(items / page) over every operation the snapshot needs, one AssumeRole per account, and
two calls per role that is worth a last-accessed job. The simulated AWS counts every call that reaches it, refused
and throttled ones too.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from importlib import metadata

from hygiene import pipeline
from hygiene.collect.progress import Silent
from hygiene.config import Aws, Settings
from hygiene.simulate import SimulatedAws, World, demo_world, floor_calls, generated_world

MOMENT = datetime(2026, 12, 31, 6, 0, tzinfo=UTC)
ALLOWED_FACTOR = 1.1


def measure(name: str, world: World) -> bool:
    """Collect the world, print calls against the floor per operation; return whether the target is met."""
    settings = Settings(aws=Aws(last_accessed_first_poll_seconds=0.5, last_accessed_calls_per_second=100))
    with SimulatedAws(world, clock=lambda: MOMENT) as aws, tempfile.TemporaryDirectory() as folder:
        os.environ.update(aws.environment())
        begun = time.perf_counter()
        pipeline.collect(settings, f"{folder}/snapshot", None, Silent())
        seconds = time.perf_counter() - begun
        made = Counter(call.operation for call in aws.calls)
    floor = Counter(floor_calls(world))
    print(f"\n{name}: {len(world.accounts)} accounts, {seconds:.1f} s\n  {'operation':<40}{'calls':>8}{'floor':>8}")
    for operation in sorted(made | floor):
        print(f"  {operation:<40}{made[operation]:>8}{floor[operation]:>8}")
    factor = made.total() / floor.total()
    print(f"  {'together':<40}{made.total():>8}{floor.total():>8}   {factor:.3f} times the floor")
    return factor <= ALLOWED_FACTOR


def main() -> None:
    """Measure the demo's organization and a generated one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=12)
    parser.add_argument("--roles", type=int, default=200, help="per account")
    wanted = parser.parse_args()
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("boto3", "moto"))
    print(f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {versions}")
    good = measure("demo", demo_world())
    good &= measure("generated", generated_world(accounts=wanted.accounts, roles_per_account=wanted.roles))
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
