"""Where examined accounts wait for the second pass: nowhere but in memory where there is one, and gone at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hygiene.analyse.part import Part
from hygiene.errors import PartError
from hygiene.pipeline.parts import SpilledParts
from hygiene.store import open_store

if TYPE_CHECKING:
    from pathlib import Path


def a_part(account_id: str) -> Part:
    return Part(account_id, {"account_id": account_id, "status": "failed", "reason": "not in the snapshot"})


def test_one_account_never_touches_the_disk(tmp_path: Path) -> None:
    with SpilledParts(open_store(tmp_path)) as parts:
        parts.put(a_part("111122223333"))
        assert parts.get("111122223333") == a_part("111122223333")
        assert list(tmp_path.iterdir()) == []


def test_several_accounts_lie_where_no_reader_looks_until_the_end(tmp_path: Path) -> None:
    ids = ("111122223333", "222233334444", "333344445555")
    with SpilledParts(open_store(tmp_path)) as parts:
        for account_id in ids:
            parts.put(a_part(account_id))
        assert [parts.get(account_id).account_id for account_id in ids] == list(ids)
        (folder,) = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
        assert len(list(folder.iterdir())) == 2
        assert open_store(tmp_path).folders() == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("end", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_whatever_ends_the_review(end: type[BaseException], tmp_path: Path) -> None:
    def review() -> None:
        with SpilledParts(open_store(tmp_path)) as parts:
            parts.put(a_part("111122223333"))
            parts.put(a_part("222233334444"))
            raise end

    with pytest.raises(end):
        review()
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_somebody_removed_is_told_in_a_sentence(tmp_path: Path) -> None:
    with SpilledParts(open_store(tmp_path)) as parts:
        parts.put(a_part("111122223333"))
        parts.put(a_part("222233334444"))
        for path in tmp_path.rglob("*.part"):
            path.unlink()
        with pytest.raises(PartError, match="account 111122223333 is not there any more"):
            parts.get("111122223333")
