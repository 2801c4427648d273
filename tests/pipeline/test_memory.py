from __future__ import annotations

import gc
import json
from typing import TYPE_CHECKING

import pytest

from hygiene.config import Settings
from hygiene.pipeline.memory import without_cycle_search
from hygiene.pipeline.story import ReportRequest, report
from tests.builders import a_role, details, document, statement

if TYPE_CHECKING:
    from pathlib import Path


def _cycles_of_a_report(roles: int, folder: Path) -> int:
    """Return how many objects of a report nothing but a search for cycles frees."""
    listed = [
        a_role(f"role-{number}", inline=document(statement(["s3:Put*", "iam:PassRole", f"sqs:{number}"])))
        for number in range(roles)
    ]
    folder.mkdir()
    file = folder / "details.json"
    file.write_text(json.dumps(details(*listed), default=str), encoding="utf-8")
    gc.collect()
    gc.freeze()  # What other tests left is not searched: in a long session that takes half a minute.
    try:
        with without_cycle_search():
            report(Settings(), str(file), ReportRequest(out=str(folder / "out")))
            return gc.collect()
    finally:
        gc.unfreeze()


def test_a_report_leaves_no_cycles_that_grow_with_the_number_of_roles(tmp_path: Path) -> None:
    _cycles_of_a_report(1, tmp_path / "first")  # Modules, templates and caches are made once.
    few, many = (_cycles_of_a_report(roles, tmp_path / str(roles)) for roles in (5, 60))
    assert many - few < 60


def test_the_search_goes_on_after_the_block_and_in_it_for_a_bucket() -> None:
    with without_cycle_search("here"):
        assert not gc.isenabled()
    with without_cycle_search("here", "s3://bucket/reports"):
        assert gc.isenabled()
    with pytest.raises(OSError, match="full"), without_cycle_search("here"):
        raise OSError("full")
    assert gc.isenabled()


def test_what_was_made_in_the_block_is_not_searched_as_new_afterwards() -> None:
    looked_at: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and info["generation"] == 0:
            looked_at.append(len(gc.get_objects(generation=0)))

    often = gc.get_threshold()
    gc.set_threshold(1_000)
    gc.callbacks.append(note)
    try:
        with without_cycle_search():
            kept = [[number] for number in range(100_000)]
        assert len([[number] for number in kept[:5_000]]) == 5_000
    finally:
        gc.callbacks.remove(note)
        gc.set_threshold(*often)
    assert looked_at
    assert max(looked_at) < 10_000
