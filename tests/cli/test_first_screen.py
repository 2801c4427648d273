"""The first screen and summary.json say the same numbers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hygiene.cli import main
from tests.builders import a_role, details

if TYPE_CHECKING:
    from pathlib import Path


def test_the_numbers_of_findings_in_the_summary_stand_on_the_first_screen(tmp_path: Path) -> None:
    (tmp_path / "account.json").write_text(json.dumps(details(a_role(), a_role("old", last_used=200))))
    with pytest.raises(SystemExit):
        main(["report", "--snapshot", str(tmp_path / "account.json"), "--out", str(tmp_path / "out"), "--quiet"])
    (index,) = (tmp_path / "out").glob("*/index.html")
    found = json.loads((index.parent / "summary.json").read_text())["findings"]
    assert found["total"]
    severities = ", ".join(f"{number} {severity}" for severity, number in found["by_severity"].items())
    sentence = f"{found['total']} in all: {found['effective']} in effect ({severities}) and {found['held_back']} held"
    assert sentence in index.read_text()
