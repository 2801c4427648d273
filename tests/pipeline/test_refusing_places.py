"""Full disks, read-only folders and closed buckets: a sentence, the right exit code, and earlier reports unharmed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

from hygiene.pipeline.evidence import verify
from tests.builders import a_role, details
from tests.worlds import HUB_ACCOUNT, simulated, twelve_accounts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.simulate import SimulatedAws

MAX_FILE = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
from hygiene.cli import main
main(sys.argv[1:])
"""
PLAIN = "import sys\nfrom hygiene.cli import main\nmain(sys.argv[1:])"


def ended(program: str, *arguments: str) -> tuple[int, str]:
    # Coverage writes a file of its own at the end, for which there is no room either.
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=quiet,
    )
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") <= 2, done.stderr
    return done.returncode, done.stderr


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("export") / "account.json"
    file.write_text(json.dumps(details(a_role(), *(a_role(f"role-{number}") for number in range(60)))))
    return str(file)


def report(program: str, export: str, out: str) -> tuple[int, str]:
    return ended(program, "report", "--snapshot", export, "--out", out, "--quiet")


@pytest.fixture(scope="module")
def finished(export: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An OUT with a finished report; tests work on copies."""
    out = tmp_path_factory.mktemp("finished") / "out"
    assert report(PLAIN, export, str(out))[0] == 0
    return out


@pytest.mark.parametrize("limit", [100, 20_000, 60_000])
def test_a_disk_that_is_full_leaves_the_earlier_report_as_it_was(
    export: str, finished: Path, tmp_path: Path, limit: int
) -> None:
    out = tmp_path / "out"
    shutil.copytree(finished, out)
    before = (out / "2026-Q4" / "manifest.json").read_bytes()
    code, said = report(MAX_FILE.format(limit=limit), export, str(out))
    assert code == 1
    assert "File too large" in said
    assert (out / "2026-Q4" / "manifest.json").read_bytes() == before
    assert verify(str(out / "2026-Q4")).problems == ()
    # Nothing half-written stays to fill the disk further.
    assert {path.name for path in out.iterdir()} <= {"2026-Q4", "ledger"}
    assert report(PLAIN, export, str(out))[0] == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    try:
        done = subprocess.run(mounted, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("no mount here")
    if done.returncode:
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)  # noqa: S607 (the system's own)


def test_a_small_disk_that_fills_up_says_so(export: str, finished: Path, small_disk: Path) -> None:
    out = small_disk / "out"
    shutil.copytree(finished, out)
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    (small_disk / "ballast").write_bytes(bytes(max(free - 100_000, 0)))
    code, said = report(PLAIN, export, str(out))
    assert code == 1
    assert "No space left" in said
    assert verify(str(out / "2026-Q4")).problems == ()
    (small_disk / "ballast").unlink()
    assert report(PLAIN, export, str(out))[0] == 0


def test_a_place_that_is_read_only_says_so(export: str, finished: Path, small_disk: Path) -> None:
    out = small_disk / "out"
    shutil.copytree(finished, out)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)  # noqa: S607 (the system's own)
    code, said = report(PLAIN, export, str(out))
    assert code == 1
    assert "cannot be written (Read-only file system). Name a writable place" in said
    assert verify(str(out / "2026-Q4")).problems == ()


def test_out_that_is_a_file_says_so(export: str, tmp_path: Path) -> None:
    code, said = report(PLAIN, export, export)
    assert code == 1
    assert "cannot be written" in said
    assert Path(export).is_file()
    assert tmp_path.exists()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedAws]:
    with simulated(twelve_accounts(), monkeypatch) as running:
        boto3.client("s3").create_bucket(Bucket="reviews")
        yield running


@pytest.mark.usefixtures("aws")
def test_a_bucket_that_is_not_there_says_so(export: str) -> None:
    code, said = report(PLAIN, export, "s3://no-such-bucket/out")
    assert code == 2
    assert "there is no such bucket" in said


def test_a_bucket_that_may_not_be_written_names_the_permissions(aws: SimulatedAws, export: str) -> None:
    aws.faults.deny(HUB_ACCOUNT, "s3:PutObject")
    code, said = report(PLAIN, export, "s3://reviews/out")
    assert code == 2
    assert "PutObject was refused" in said
    assert "s3:DeleteObject" in said
