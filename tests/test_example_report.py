"""The report in git is the demo's, byte for byte: `make sample-report` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hygiene import pipeline
from hygiene.cli.demo import demo_settings
from hygiene.collect.progress import Silent
from hygiene.simulate import DEMO_AS_OF, SimulatedAws, demo_world
from tests.worlds import point_at

if TYPE_CHECKING:
    import pytest

EXAMPLE = Path(__file__).parents[1] / "reports" / "example"


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def content(folder: Path, name: str) -> bytes:
    """A file's bytes, but for the snapshot's digest: every collection has its own."""
    digest = json.loads((folder / "manifest.json").read_text())["snapshot"]["manifest_sha256"]
    return (folder / name).read_bytes().replace(digest.encode(), b"the snapshot's digest")


def test_the_example_is_what_the_demo_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = pipeline.ReportRequest(out=str(tmp_path), as_of=DEMO_AS_OF)
    options: dict[str, Any] = {"clock": lambda: DEMO_AS_OF}
    with SimulatedAws(demo_world(), clock=lambda: DEMO_AS_OF) as aws:
        point_at(aws.environment(), monkeypatch)
        pipeline.run(demo_settings(), pipeline.RunRequest(request), Silent(), **options)
    made = tmp_path / "2026-Q4"
    assert files(made) == files(EXAMPLE)
    different = [
        name
        for name in sorted(files(made))
        if name != "manifest.json" and content(made, name) != content(EXAMPLE, name)
    ]
    assert different == [], "run `make sample-report`, look at the difference, and commit it"
