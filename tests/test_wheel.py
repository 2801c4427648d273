"""The wheel holds all that the program reads beside its code: it has to run where no checkout is."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_wheel_holds_every_file_of_the_package_and_its_licence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        entry_points = archive.read(next(name for name in held if name.endswith("/entry_points.txt"))).decode()
    package = [path for path in (ROOT / "hygiene").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert {path.relative_to(ROOT).as_posix() for path in package} == {
        name for name in held if name.startswith("hygiene/")
    }
    assert {"hygiene/py.typed", "hygiene/report/templates/report.css"} <= held
    assert {Path(name).name for name in held if "/licenses/" in name} == {"LICENSE", "NOTICE"}
    assert "hygiene = hygiene.cli:program" in entry_points
