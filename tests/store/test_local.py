from __future__ import annotations

import errno
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.errors import ConfigError, StoreError
from hygiene.store import LocalStore, open_store

if TYPE_CHECKING:
    from collections.abc import Callable


def test_what_is_missing_is_none_not_an_error(tmp_path: Path) -> None:
    assert LocalStore(tmp_path).read("nothing/there.json") is None
    assert LocalStore(tmp_path / "no").folders("x") == []


def test_a_folder_replaces_an_earlier_one_whole(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.write_folder("a", {"old.json": b"1", "both.json": b"1"})
    store.write_folder("a", {"both.json": b"2", "in/side.json": b"3"})
    assert store.names() == ["a/both.json", "a/in/side.json"]
    assert store.read("a/both.json") == b"2"


def test_what_is_being_written_is_invisible(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    aside = store.make_aside("report")
    (aside / "index.html").write_text("half")
    assert store.names() == []
    assert store.folders() == []
    store.publish_folder(aside, "report")
    assert store.names() == ["report/index.html"]


def test_a_place_that_refuses_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be written"):
        LocalStore(tmp_path / "file").write("a.json", b"")


def test_another_scheme_is_refused_before_anything_happens() -> None:
    with pytest.raises(ConfigError, match="s3://bucket/prefix"):
        open_store("gs://bucket/prefix")


def test_a_name_no_system_takes_is_a_sentence_whatever_is_asked(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / ("x" * 300))
    asked: tuple[Callable[[], object], ...] = (
        partial(store.exists, "a"),
        partial(store.read, "a"),
        partial(store.names, "a"),
        partial(store.folders, "a"),
    )
    for ask in asked:
        with pytest.raises(StoreError, match="cannot be read"):
            ask()


def test_a_folder_that_cannot_be_looked_into_is_not_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, closed = LocalStore(tmp_path), tmp_path / "accounts" / "cloudtrail"
    store.write("accounts/cloudtrail/events.json", b"{}")
    scan: Any = os.scandir

    def refuse(path: Any) -> Any:
        # As root reads everything, a mode alone would close nothing.
        if os.fspath(path) == os.fspath(closed):
            raise PermissionError(errno.EACCES, "Permission denied", os.fspath(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(StoreError, match=r"cloudtrail: cannot be read \(Permission denied\)"):
        store.names("accounts")


def test_a_place_that_cannot_be_made_is_another_place_s_affair_not_a_full_disk_s() -> None:
    with pytest.raises(StoreError, match="Name a writable place"):
        LocalStore(Path("/proc/nowhere")).write("a.json", b"")
