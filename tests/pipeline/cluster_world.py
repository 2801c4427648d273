"""A real Dask scheduler and workers on loopback, each a process of its own, that know each other by certificates."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.processes import until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ROOT = str(Path(__file__).parents[2])


@dataclass
class DaskCluster:
    """A scheduler at `url`, and its workers."""

    url: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)


@contextmanager
def dask_cluster(
    folder: Path, environment: Mapping[str, str], *, tls: tuple[Path, Path] | None, workers: int = 2
) -> Iterator[DaskCluster]:
    """Run a cluster; `tls`: a certificate that is its own authority, and its key. The workers get the environment."""
    folder.mkdir(parents=True, exist_ok=True)
    everything = {**os.environ, **environment, "PYTHONPATH": _ROOT}
    certificates = _certificates(tls)
    place = folder / "scheduler.json"
    place.unlink(missing_ok=True)
    started = [
        _dask(folder, everything, "dask_scheduler", "--host", f"{'tls' if tls else 'tcp'}://127.0.0.1", "--port", "0",
              "--no-dashboard", "--no-show", "--scheduler-file", str(place), *certificates)
    ]  # fmt: skip
    try:
        assert until(lambda: _is_written(place)), (folder / "dask_scheduler.log").read_text()
        cluster = DaskCluster(_address(place), started[0])
        for number in range(workers):
            cluster.workers.append(
                _dask(folder, everything, "dask_worker", cluster.url, "--nthreads", "4", "--no-nanny",
                      "--no-dashboard", "--name", f"worker-{number}", "--local-directory", str(folder), *certificates)
            )  # fmt: skip
        started += cluster.workers
        yield cluster
    finally:
        for process in started:
            process.kill()
            process.wait()


def files_of_report(out: Path, quarter: str) -> dict[str, bytes]:
    """Return every file of a report but the manifest, which tells of the run itself."""
    folder = out / quarter
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name != "manifest.json"}


def _dask(folder: Path, environment: Mapping[str, str], program: str, *arguments: str) -> subprocess.Popen[bytes]:
    with (folder / f"{program}.log").open("ab") as log:
        command = [sys.executable, "-m", f"distributed.cli.{program}", *arguments]
        return subprocess.Popen(command, env=dict(environment), stdout=log, stderr=log)


def _certificates(tls: tuple[Path, Path] | None) -> tuple[str, ...]:
    if tls is None:
        return ()
    pem, key = (str(path) for path in tls)
    return ("--tls-ca-file", pem, "--tls-cert", pem, "--tls-key", key)


def _is_written(place: Path) -> bool:
    """Whether the scheduler's file is there and no longer empty: it is opened first and filled then."""
    return place.exists() and place.read_text().endswith("}")


def _address(place: Path) -> str:
    import json

    address: str = json.loads(place.read_text())["address"]
    return address
