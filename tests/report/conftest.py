"""What several tests of the report share: the realistic review, written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hygiene.report import write_report
from tests.report.review_sample import a_big_review, big_facts, the_provenance

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def big_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the realistic review's report."""
    folder = tmp_path_factory.mktemp("report")
    write_report(a_big_review(), big_facts(), the_provenance(), folder)
    return folder
