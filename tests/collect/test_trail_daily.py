"""Kept days that somebody else may have written: what is damaged, or holds too much, is read anew."""

from __future__ import annotations

import gzip
from datetime import date
from typing import TYPE_CHECKING

import pytest

from hygiene.collect.trail import daily
from hygiene.collect.trail.daily import DailyEvents
from hygiene.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT, DAY = "111122223333", date(2026, 12, 1)


@pytest.mark.parametrize(
    "content",
    [b"", b"no gzip", gzip.compress(b"{}")[:-4], gzip.compress(b" " * (2 << 20))],
    # A time of writing is in what gzip writes, so the bytes would name another test in each process.
    ids=["empty", "no gzip", "cut off", "too large"],
)
def test_a_day_that_cannot_be_read_is_not_kept(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(daily, "MAX_EXPANDED_BYTES", 1 << 20)
    folder = tmp_path / ACCOUNT
    folder.mkdir()
    (folder / f"{DAY}.json.gz").write_bytes(content)
    assert DailyEvents(open_store(str(tmp_path))).kept(ACCOUNT, DAY) is None
    assert "read anew" in caplog.text
