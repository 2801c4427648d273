"""Accounts that other processes read: none is lost, no error is lost, and no process stays behind."""

from __future__ import annotations

import logging
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.collect.context import Previous
from hygiene.collect.deadline import StoppedError
from hygiene.collect.progress import Silent
from hygiene.collect.reading_processes import NoProcessError, ReadingProcesses
from hygiene.collect.refusal import RefusedError
from hygiene.errors import CollectionError, CredentialsError
from hygiene.model import AccountDocuments, GapKind
from tests.collect.reading_world import (
    BROKEN,
    DEADLY,
    LINGERING,
    ONCE_DEADLY,
    ONCE_STILL,
    SLOW,
    TOO_MUCH,
    make_nothing,
    make_reader,
)
from tests.faults.processes import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ONE, TWO, THREE, FOUR = (f"{number:012d}" for number in range(1, 5))


class Counting(Silent):
    def __init__(self) -> None:
        self.calls = 0

    def called(self) -> None:
        self.calls += 1


@contextmanager
def processes(
    tmp_path: Path,
    make: Any = make_reader,
    assume: Callable[[str], dict[str, str]] | None = None,
    stop: threading.Event | None = None,
    progress: Silent | None = None,
    patience: float | None = None,
) -> Iterator[ReadingProcesses]:
    keys = {"AccessKeyId": "a", "SecretAccessKey": str(tmp_path / "was-there"), "SessionToken": "t"}
    give = assume or (lambda _: keys)
    with ReadingProcesses(2, make, give, progress or Silent(), stop or threading.Event(), patience) as reading:
        yield reading


def test_several_processes_read_and_none_of_them_is_this_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    progress = Counting()
    caplog.set_level(logging.INFO, "hygiene")
    with processes(tmp_path, progress=progress) as reading, ThreadPoolExecutor(4) as pool:
        found = list(pool.map(reading.read, (ONE, TWO, THREE, FOUR)))
    assert [one.account_id for one in found] == [ONE, TWO, THREE, FOUR]
    pids = {one.documents["pid"] for one in found}
    assert len(pids) == 2
    assert os.getpid() not in pids
    assert progress.calls == 4
    assert "read 000000000001" in caplog.messages
    assert until(lambda: not any(is_alive(pid) for pid in pids), seconds=5)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def test_what_an_earlier_snapshot_knows_goes_along(tmp_path: Path) -> None:
    with processes(tmp_path) as reading:
        assert reading.read(ONE, Previous("run-1", AccountDocuments(ONE))).documents["previous"] == "run-1"


def test_an_account_whose_process_is_killed_is_read_by_another(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with processes(tmp_path) as reading:
        assert reading.read(ONCE_DEADLY).documents["pid"]
        assert reading.read(ONE).documents["pid"]
    assert "account 000000000067: the process that read it has ended; it is read again" in caplog.messages


def test_a_process_that_stands_still_is_ended_and_its_account_read_by_another(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with processes(tmp_path, patience=5) as reading:
        pid = reading.read(ONCE_STILL).documents["pid"]
        assert is_alive(pid)
    assert "a process that reads accounts has not answered for 5 s, so it is ended" in caplog.messages


def test_an_account_that_ends_every_process_becomes_a_gap_and_the_others_are_read(tmp_path: Path) -> None:
    with processes(tmp_path) as reading:
        (gap,) = reading.read(DEADLY).gaps
        assert (gap.account_id, gap.collector, gap.kind) == (DEADLY, "process", GapKind.FAILED)
        assert "again and again" in gap.message
        assert reading.read(ONE).was_entered


def test_an_account_that_ends_every_process_takes_no_other_along(tmp_path: Path) -> None:
    with processes(tmp_path) as reading, ThreadPoolExecutor(1 + len(LINGERING)) as pool:
        deadly, *others = pool.map(reading.read, (DEADLY, *LINGERING))
    assert [gap.collector for gap in deadly.gaps] == ["process"]
    assert [(one.account_id, one.was_entered) for one in others] == [(number, True) for number in LINGERING]


def test_what_cannot_be_handed_over_is_a_gap_and_nobody_waits_for_ever(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool, processes(tmp_path) as reading:
        (gap,) = pool.submit(reading.read, TOO_MUCH).result(timeout=30).gaps
        assert (gap.account_id, gap.kind) == (TOO_MUCH, GapKind.FAILED)
        assert reading.read(ONE).was_entered


def test_an_error_there_is_an_error_here(tmp_path: Path) -> None:
    with processes(tmp_path) as reading:
        with pytest.raises(CollectionError, match="UnsendableError: our bug"):
            reading.read(BROKEN)
        assert reading.read(ONE).was_entered


@pytest.mark.parametrize(
    "error",
    [RefusedError("sts:AssumeRole", GapKind.DENIED, "AccessDenied", "no"), CredentialsError("log in again")],
    ids=["refused", "credentials"],
)
def test_a_role_that_cannot_be_assumed_is_told_where_it_was_wanted(tmp_path: Path, error: Exception) -> None:
    def refuse(_: str) -> dict[str, str]:
        raise error

    with processes(tmp_path, assume=refuse) as reading, pytest.raises(type(error), match=str(error)):
        reading.read(ONE)


def test_a_reader_that_cannot_be_made_is_an_error_and_no_gap(tmp_path: Path) -> None:
    with processes(tmp_path, make_nothing) as reading, pytest.raises(CollectionError, match="no reader can be made"):
        reading.read(ONE)


def test_processes_that_do_not_come_up_are_told_once_so_that_accounts_are_read_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("multiprocessing.spawn.get_executable", lambda: b"/bin/false")
    with processes(tmp_path) as reading:
        for account_id in (ONE, TWO):
            with pytest.raises(NoProcessError):
                reading.read(account_id)
    assert len([line for line in caplog.messages if "no process can be started" in line]) == 1


def test_processes_that_end_before_they_have_come_up_again_are_no_end_of_processes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with processes(tmp_path) as reading:
        assert reading.read(ONE).was_entered
        with monkeypatch.context() as patch:
            # As those look that the kernel kills for want of memory while they start.
            patch.setattr("multiprocessing.spawn.get_executable", lambda: b"/bin/false")
            # What ended a process is not read in this one.
            assert [gap.collector for gap in reading.read(DEADLY).gaps] == ["process"]
            with pytest.raises(NoProcessError):
                reading.read(TWO)
        assert reading.read(THREE).documents["pid"] != os.getpid()
    assert not any("no process can be started" in line for line in caplog.messages)


def test_told_to_end_nobody_waits(tmp_path: Path) -> None:
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        with processes(tmp_path, stop=stop) as reading:
            assert reading.read(ONE).was_entered
            waiting = pool.submit(reading.read, SLOW)
            time.sleep(0.3)
            stop.set()
            began = time.monotonic()
        with pytest.raises(StoppedError):
            waiting.result(timeout=5)
    assert time.monotonic() - began < 5
