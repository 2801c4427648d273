"""What holds for every place, on disk and in S3."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.errors import StoreError
from hygiene.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from hygiene.store import Store


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "s3":
        request.getfixturevalue("s3")
        return open_store(f"s3://reviews/{uuid.uuid4().hex}/out")
    return open_store(tmp_path / "out")


def publish(store: Store, name: str, files: dict[str, str], **more: Any) -> None:
    aside = store.make_aside(name)
    for file_name, content in files.items():
        (aside / file_name).parent.mkdir(parents=True, exist_ok=True)
        (aside / file_name).write_text(content)
    store.publish_folder(aside, name, **more)


def test_what_is_missing_is_none(store: Store) -> None:
    assert store.read("nothing/there.json") is None
    assert store.chunks("nothing.json") is None
    assert store.read_tagged("nothing.json") is None
    assert not store.exists("nothing")
    assert store.names() == []
    assert store.folders("no") == []
    store.remove("nothing")


def test_what_was_written_is_read(store: Store) -> None:
    store.write("a/b.json", b"one")
    store.write("a/b.json", b"two")
    assert store.read("a/b.json") == b"two"
    assert store.exists("a/b.json")
    assert store.exists("a")
    assert not store.exists("a/b")
    assert store.child("a").read("b.json") == b"two"
    assert store.names() == ["a/b.json"]
    assert store.names("a") == ["a/b.json"]
    assert store.folders() == ["a"]
    store.remove("a")
    assert store.names() == []


def test_a_large_file_is_written_and_read_in_pieces(store: Store) -> None:
    content = bytes(range(256)) * (72 << 10)
    store.write("large.bin", content)
    chunks = store.chunks("large.bin")
    assert chunks is not None
    pieces = list(chunks)
    assert len(pieces) > 10
    assert b"".join(pieces) == content


def test_a_folder_is_replaced_whole(store: Store) -> None:
    store.write_folder("a", {"old.json": b"1", "both.json": b"1", "seal.json": b"1"})
    store.write_folder("a", {"both.json": b"2", "in/side.json": b"3", "seal.json": b"2"})
    assert store.names() == ["a/both.json", "a/in/side.json", "a/seal.json"]
    assert store.read("a/both.json") == b"2"


@pytest.mark.parametrize("name", ["a b+c%20&d?.json", "é-日本-\u202e.json", "'quoted' \"twice\" <b>.json", "x#y;z=1"])
def test_names_with_odd_characters_come_back_as_they_were(store: Store, name: str) -> None:
    store.write(f"folder/{name}", b"x")
    publish(store, "2026-Q4", {name: "y", "manifest.json": "{}"})
    assert store.names("folder") == [f"folder/{name}"]
    assert store.read(f"folder/{name}") == b"x"
    assert store.read(f"2026-Q4/{name}") == b"y"


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "a//b", ".", "", "a/", "a\0b", "..\\x", "x" * 901])
def test_a_name_that_leads_out_is_refused(store: Store, name: str) -> None:
    for work in (store.read, store.exists, store.remove, store.child, store.make_aside, store.chunks):
        with pytest.raises(StoreError, match="is no name"):
            work(name)
    with pytest.raises(StoreError, match="is no name"):
        store.write(name, b"")
    with pytest.raises(StoreError, match="is no name"):
        store.write_folder("a", {name: b""})


def test_a_listing_of_several_pages_is_whole(store: Store) -> None:
    store.write_folder("many", {f"{number:04d}.json": b"" for number in range(1100)})
    assert len(store.names("many")) == 1100
    store.remove("many")
    assert store.names("many") == []


def test_a_published_folder_replaces_the_earlier_one_for_readers(store: Store) -> None:
    publish(store, "2026-Q4", {"index.html": "first", "old.csv": "1", "manifest.json": "{1}"})
    publish(store, "2026-Q4", {"index.html": "second", "accounts/1.html": "2", "manifest.json": "{2}"})
    assert store.read("2026-Q4/index.html") == b"second"
    assert store.names("2026-Q4") == ["2026-Q4/accounts/1.html", "2026-Q4/index.html", "2026-Q4/manifest.json"]
    assert store.child("2026-Q4").names() == ["accounts/1.html", "index.html", "manifest.json"]
    assert store.child("2026-Q4").read("accounts/1.html") == b"2"
    assert store.read("2026-Q4/old.csv") is None
    assert store.folders() == ["2026-Q4"]
    assert store.folders("2026-Q4") == ["accounts"]
    assert store.exists("2026-Q4/accounts")


def test_every_copy_of_a_published_folder_is_the_same(store: Store) -> None:
    publish(store, "2026-Q4", {"index.html": "first", "old.csv": "1", "manifest.json": "{1}"})
    publish(store, "2026-Q4", {"index.html": "second", "accounts/1.html": "2", "manifest.json": "{2}"})
    for copy in store.child("2026-Q4").copies():
        assert {name: copy.read(name) for name in copy.names()} == {
            "accounts/1.html": b"2",
            "index.html": b"second",
            "manifest.json": b"{2}",
        }


def test_a_fence_that_falls_keeps_the_earlier_folder(store: Store) -> None:
    def falls() -> None:
        raise StoreError("taken over")

    publish(store, "2026-Q4", {"index.html": "first"})
    with pytest.raises(StoreError, match="taken over"):
        publish(store, "2026-Q4", {"index.html": "second"}, fence=falls)
    store.recover()
    assert store.names() == ["2026-Q4/index.html"]
    assert store.read("2026-Q4/index.html") == b"first"


def test_a_condition_that_holds_no_more_writes_nothing(store: Store) -> None:
    first = store.write_if("ledger/lock.json", b"one", None)
    assert first
    assert store.write_if("ledger/lock.json", b"other", None) is None
    second = store.write_if("ledger/lock.json", b"two", first)
    assert second
    assert store.write_if("ledger/lock.json", b"three", first) is None
    assert store.write_if("gone.json", b"x", first) is None
    assert not store.remove_if("ledger/lock.json", first)
    assert store.read("ledger/lock.json") == b"two"
    found = store.read_tagged("ledger/lock.json")
    assert found is not None
    assert found.tag == second
    assert store.remove_if("ledger/lock.json", second)
    assert not store.remove_if("ledger/lock.json", second)
    assert store.names() == []


def test_of_many_who_want_to_be_first_one_is(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        tags = list(pool.map(lambda n: store.write_if("lock.json", f"{n}".encode(), None), range(16)))
    assert sum(tag is not None for tag in tags) == 1
    held = next(tag for tag in tags if tag)
    with ThreadPoolExecutor(8) as pool:
        tags = list(pool.map(lambda n: store.write_if("lock.json", f"again {n}".encode(), held), range(16)))
    assert sum(tag is not None for tag in tags) == 1
