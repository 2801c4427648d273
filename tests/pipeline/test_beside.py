"""What the hub reads of the whole organization, while accounts are read."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.collect.progress import Silent
from hygiene.pipeline import collecting
from hygiene.pipeline.collecting import Collected, collect_into, read_whole
from hygiene.store import open_store
from tests.builders import AS_OF
from tests.worlds import quick_settings, simulated, twelve_accounts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with simulated(twelve_accounts(), monkeypatch):
        yield


def collect(folder: Path, read: Callable[..., int]) -> Collected:
    return collect_into(open_store(folder), quick_settings(), Silent(), None, lambda: AS_OF, lambda: None, read=read)


def test_accounts_do_not_wait_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts_are_read = threading.Event()
    waited = list[bool]()

    def afterwards(*arguments: Any) -> Any:
        waited.append(accounts_are_read.wait(timeout=5))
        return read_whole(*arguments)

    def read(*_: Any) -> int:
        assert (tmp_path / "organization.json").exists()
        accounts_are_read.set()
        return 0

    monkeypatch.setattr(collecting, "read_whole", afterwards)
    collect(tmp_path, read)
    assert waited == [True]
    assert (tmp_path / "manifest.json").exists()


def test_it_ends_when_the_run_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    has_ended = threading.Event()

    def slowly(sessions: Any, *_: Any) -> None:
        try:
            sessions.hub.pause(60)
        finally:
            has_ended.set()

    def read(*_: Any) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(collecting, "read_whole", slowly)
    with pytest.raises(ZeroDivisionError):
        collect(tmp_path, read)
    assert has_ended.wait(timeout=5)
