"""Measures `hygiene report` on a generated organization: CPU per role, peak memory, bytes written.

    python -m benchmarks.organization --accounts 100 --roles 500 [--snapshot DIR] [--out DIR] [--keep]

Every account is made, written and forgotten before the next. Three roles in ten are the same in all accounts, as a
landing zone rolls them out; the others and their policies are the account's own. The report runs as a whole process;
CPU is user plus system time, memory the peak resident set, as the kernel counted them (`wait4`). Several sizes after
`--accounts` show how the figures grow. A snapshot that lies in DIR already is used again.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.accounts import NOW, account_export

Json = dict[str, Any]

_SHARED = 0.3
"""The share of an account's roles that every account has."""

_UNITS = ("Production", "Staging", "Sandbox")
_ROOT = "r-ab12"


@dataclass(frozen=True)
class Cost:
    """What one report took: CPU and wall seconds, peak memory in MiB; and what it wrote."""

    cpu: float
    wall: float
    memory: float
    written: int
    files: int
    index: int


def account_ids(number: int) -> list[str]:
    """Return the ids of the organization's accounts."""
    return [f"{100_000_000_000 + 7919 * at:012d}" for at in range(1, number + 1)]


def write_snapshot(folder: Path, accounts: int, roles: int) -> None:
    """Write the snapshot of an organization, the manifest last."""
    ids = account_ids(accounts)
    _write(folder / "organization.json", _organization(ids))
    shared = round(roles * _SHARED)
    for seed, account_id in enumerate(ids, start=1):
        parts = [
            account_export(shared, 0, account_id),
            account_export(roles - shared, seed, account_id, first=shared + 1),
        ]
        document = {key: [entry for part in parts for entry in part[key]] for key in parts[0]}
        document["Policies"] = list({policy["Arn"]: policy for policy in document["Policies"]}.values())
        for role in document["RoleDetailList"]:
            role["RoleId"] = _identifier(role["Arn"])
        _write(folder / "accounts" / account_id / "authorization-details.json", document)
    _write(
        folder / "manifest.json",
        {"schema_version": 1, "run_id": "benchmark", "started_at": _at(5), "finished_at": _at(0)},
    )


def _organization(ids: list[str]) -> Json:
    units = {f"ou-ab12-{at:08d}": name for at, name in enumerate(_UNITS)}
    names = list(units)
    return {
        "organization": {"Id": "o-benchmark1", "MasterAccountId": ids[0]},
        "accounts": [
            {"Id": account_id, "Name": f"workload-{at:04d}", "State": "ACTIVE", "Email": f"{account_id}@example.com"}
            for at, account_id in enumerate(ids)
        ],
        "parents": dict.fromkeys(units, _ROOT) | {one: names[at % len(names)] for at, one in enumerate(ids)},
        "names": {_ROOT: "Root", **units},
        "policies": [],
    }


def _identifier(arn: str) -> str:
    """Return a role id of its own: what all accounts share was made with the same dice."""
    return f"AROA{base64.b32encode(hashlib.sha256(arn.encode()).digest()).decode()[:17]}"


def _at(hours_ago: int) -> str:
    moment: datetime = NOW - timedelta(hours=hours_ago)
    return moment.isoformat()


def _write(path: Path, document: Json) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")


def measure(snapshot: Path, out: Path) -> Cost:
    """Return what `hygiene report` took, as users start it; the folder `out` is emptied before."""
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "hygiene", "report", "--snapshot", str(snapshot), "--out", str(out), "--quiet"]
    begun = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begun
    if code := os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    written = [path for path in out.rglob("*") if path.is_file()]
    # The kernel counts KiB on Linux, bytes on macOS.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Cost(
        cpu=usage.ru_utime + usage.ru_stime,
        wall=wall,
        memory=usage.ru_maxrss / unit,
        written=sum(path.stat().st_size for path in written),
        files=len(written),
        index=next(path.stat().st_size for path in written if path.name == "index.html"),
    )


def main() -> None:
    """Generate, measure and print one row per size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, nargs="+", default=[100])
    parser.add_argument("--roles", type=int, default=500, help="of each account")
    parser.add_argument("--snapshot", type=Path, help="parent folder of the snapshots; default: a temporary one")
    parser.add_argument("--out", type=Path, help="where the report goes; default: a temporary folder")
    parser.add_argument("--keep", action="store_true", help="leave the report for a look at it")
    wanted = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}\n")
    print("| Accounts | Roles | CPU | per role | Wall | Peak memory | Files | Written | index.html |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        for accounts in wanted.accounts:
            snapshot = (wanted.snapshot or Path(place)) / f"organization-{accounts}x{wanted.roles}"
            out = wanted.out or Path(place) / "out"
            if not (snapshot / "manifest.json").exists():
                write_snapshot(snapshot, accounts, wanted.roles)
            cost = measure(snapshot, out)
            _print_row(accounts, accounts * wanted.roles, cost)
            if not wanted.keep:
                shutil.rmtree(out)


def _print_row(accounts: int, roles: int, cost: Cost) -> None:
    cells = (
        f"{accounts:,}", f"{roles:,}", f"{cost.cpu:.0f} s", f"{cost.cpu / roles * 1000:.2f} ms", f"{cost.wall:.0f} s",
        f"{cost.memory:,.0f} MiB", f"{cost.files:,}", f"{cost.written / 1e6:,.0f} MB", f"{cost.index / 1000:.0f} KB",
    )  # fmt: skip
    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
