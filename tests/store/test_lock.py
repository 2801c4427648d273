"""The lock of a place, on disk and in S3, with real processes where it is about processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.errors import LockHeldError, LockLostError, StoreError
from hygiene.store import Lock, Store, open_store
from tests.faults.processes import until

if TYPE_CHECKING:
    from pathlib import Path

NAME = "ledger/lock.json"
BEAT = 0.05

HOLD = """
import sys, time
from hygiene.store import Lock, open_store
with Lock(open_store(sys.argv[1]), "ledger/lock.json", "the other", 0.05):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(params=["disk", "s3"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "s3":
        request.getfixturevalue("s3")
        return f"s3://reviews/{uuid.uuid4().hex}"
    return str(tmp_path / "out")


@pytest.fixture
def store(location: str) -> Store:
    return open_store(location)


def a_lock(store: Store, beat: float = BEAT, **changed: Any) -> Lock:
    lock = Lock(store, NAME, "run-1", beat)
    lock._about |= changed
    return lock


def holder(store: Store) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(store.read(NAME) or b"{}")
    return found


def test_a_lock_is_given_back_and_leaves_nothing(store: Store) -> None:
    with a_lock(store):
        assert holder(store)["run_id"] == "run-1"
        assert holder(store)["pid"] == os.getpid()
    assert store.names() == []


def test_a_lock_is_given_back_when_the_work_fails(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), a_lock(store):
        raise ZeroDivisionError
    with a_lock(store):
        pass


def test_a_second_one_leaves_politely_and_names_the_first(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    with a_lock(store):
        with pytest.raises(LockHeldError, match="run-1") as caught, a_lock(store):
            pass
        # The owner runs on this machine: no need to watch it.
        assert "whether that is still at work" not in caplog.text
        assert caught.value.exit_code == 0
        assert holder(store)["run_id"] == "run-1"


def test_an_owner_elsewhere_that_beats_is_alive_whatever_its_clock_says(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    # Six heartbeats are watched: time enough for a thread of a busy machine to make one of them.
    with a_lock(store, beat=10 * BEAT, machine="another", since="1970-01-01T00:00:00+00:00"):
        with pytest.raises(LockHeldError), a_lock(store):
            pass
        # A minute and a half in which nothing is said looks like a program that hangs.
        assert "looking for at most 3 s whether that is still at work" in caplog.text
        assert holder(store)["machine"] == "another"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b'{"pid": "x"}',
        json.dumps(
            {
                "host": "h",
                "machine": "another",
                "pid": 1,
                "started": "1",
                "run_id": "r",
                "since": "2099-01-01",
                "heartbeat_seconds": 1e-9,
            }
        ).encode(),
    ],
)
def test_a_file_that_nobody_renews_is_taken_over_even_if_it_comes_from_the_future(
    store: Store, content: bytes
) -> None:
    store.write(NAME, content)
    started = time.monotonic()
    with a_lock(store):
        assert time.monotonic() - started >= 5 * BEAT
        assert holder(store)["run_id"] == "run-1"


def test_of_many_who_come_at_once_one_gets_it(store: Store) -> None:
    store.write(NAME, b"left by a dead one")

    def attempt(_: int) -> bool:
        try:
            with a_lock(store):
                time.sleep(20 * BEAT)
        except LockHeldError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(6))) == 1


def test_who_was_taken_over_notices_before_it_publishes(store: Store) -> None:
    with a_lock(store) as sleeper:
        sleeper.confirm()
        # As if this process had been stopped and its machine given up for dead.
        store.write(NAME, json.dumps({**holder(store), "run_id": "the next one"}).encode())
        aside = store.make_aside("2026-Q4")
        (aside / "index.html").write_text("too late")
        with pytest.raises(LockLostError, match="took over"):
            store.publish_folder(aside, "2026-Q4", sleeper.confirm)
        store.discard_aside(aside)
    assert store.read("2026-Q4/index.html") is None
    assert holder(store)["run_id"] == "the next one"


def test_a_heartbeat_that_cannot_be_written_is_no_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: Any) -> None:
        raise StoreError("disk full")

    with a_lock(store) as lock:
        with monkeypatch.context() as patched:
            patched.setattr(store, "write_if", refuses)
            time.sleep(4 * BEAT)
            with pytest.raises(StoreError, match="disk full"):
                lock.confirm()
        lock.confirm()
        before = holder(store)["beat"]
        assert until(lambda: holder(store)["beat"] > before)


def held_by_another(location: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, location], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_killed_owner_on_this_machine_is_taken_over_at_once(location: str, store: Store) -> None:
    process = held_by_another(location)
    try:
        with pytest.raises(LockHeldError, match=str(process.pid)), a_lock(store):
            pass
    finally:
        process.kill()
    # Not waited for yet: a process that waits to be buried counts as ended.
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            with a_lock(store):
                break
        except LockHeldError:
            time.sleep(0.01)
    else:
        pytest.fail("the lock of a killed process was not taken over")
    process.wait()
    assert store.names() == []


def test_another_process_with_the_same_number_is_not_the_owner(store: Store) -> None:
    with a_lock(store) as lock:
        mine = dict(lock._about)
    store.write(NAME, json.dumps({**mine, "started": "1", "run_id": "before the number came round"}).encode())
    with a_lock(store):
        assert holder(store)["run_id"] == "run-1"


def test_a_stopped_owner_on_this_machine_keeps_its_lock(location: str, store: Store) -> None:
    process = held_by_another(location)
    try:
        process.send_signal(signal.SIGSTOP)
        time.sleep(10 * BEAT)
        with pytest.raises(LockHeldError), a_lock(store):
            pass
    finally:
        process.kill()
        process.wait()
