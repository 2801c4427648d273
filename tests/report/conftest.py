"""What several tests of the report share: the realistic review, written once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hygiene.report import write_report
from tests.report.review_sample import a_big_review, big_facts, the_provenance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium; without one the test is skipped, and fails on CI."""
    if not CHROMIUM.exists():
        # On CI a skipped browser test proves nothing, so it fails there.
        assert not os.environ.get("REQUIRE_BROWSER"), f"no browser at {CHROMIUM}"
        pytest.skip(f"no browser at {CHROMIUM}; set CHROMIUM to one")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def big_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the realistic review's report."""
    folder = tmp_path_factory.mktemp("report")
    write_report(a_big_review(), big_facts(), the_provenance(), folder)
    return folder
