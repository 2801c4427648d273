"""One run at a time, real processes killed at random moments, and `--if-due`."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hygiene.cli import main
from hygiene.pipeline.evidence import verify
from hygiene.pipeline.places import LOCK
from hygiene.store import LocalStore, Lock
from tests.builders import a_role, details
from tests.worlds import simulated, twelve_accounts

if TYPE_CHECKING:
    from collections.abc import Sequence

PUBLISH = """
import sys, pathlib
from hygiene.store import Lock, open_store
out = open_store(sys.argv[1])
print("ready", flush=True)
number = 0
while True:
    with Lock(out, "ledger/lock.json", "run") as lock:
        out.recover()
        number += 1
        aside = out.make_aside("2026-Q4")
        for name in range(20):
            (aside / f"{name}.html").write_text(str(number))
        out.publish_folder(aside, "2026-Q4", lock.confirm)
"""


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("account.json").write_text(json.dumps(details(a_role())))
    return "account.json"


def ends(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def command(arguments: Sequence[str]) -> subprocess.Popen[str]:
    program = [sys.executable, "-m", "hygiene", *arguments]
    return subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("without_exchange", [False, True])
def test_killed_at_random_moments_a_report_is_the_old_one_or_the_new_one(
    tmp_path: Path, without_exchange: bool
) -> None:
    program = PUBLISH
    if without_exchange:
        program = "import hygiene.store.local as local\nlocal.exchange = lambda *_: False\n" + PUBLISH
    dice = random.Random(6)  # noqa: S311 (moments to kill at, no secret)
    published: set[bytes | None] = set()
    for _ in range(12):
        process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(dice.uniform(0.01, 0.2))
        process.kill()
        process.wait()
        store = LocalStore(tmp_path)
        if not without_exchange and published:
            assert store.folders() in (["2026-Q4"], ["2026-Q4", "ledger"])
        with Lock(store, LOCK, "after"):
            store.recover()
            names = store.names("2026-Q4")
            if names:
                assert len(names) == 20
                assert len({store.read(name) for name in names}) == 1
                published.add(store.read(names[0]))
            assert not [path for path in tmp_path.iterdir() if path.name not in {"2026-Q4", "ledger"}]
        if published:
            assert names, "a report that stood is gone"
    assert published


def test_a_second_report_leaves_the_first_alone(export: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Lock(LocalStore(Path("out")), LOCK, "first"):
        assert ends("report", "--snapshot", export, "--out", "out") == 0
    assert "Another review is at work in out" in capsys.readouterr().err
    assert not Path("out", "2026-Q4").exists()
    assert ends("report", "--snapshot", export, "--out", "out") == 0
    assert verify("out/2026-Q4").problems == ()


def test_a_failure_leaves_no_lock_and_no_folder(export: str) -> None:
    assert ends("report", "--snapshot", "nowhere", "--out", "out") == 2
    assert not Path("out").exists()
    assert ends("report", "--snapshot", export, "--out", "out") == 0


def test_terminated_it_gives_the_lock_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with simulated(twelve_accounts(), monkeypatch) as aws:
        aws.faults.latency(0.2)
        process = command(("run", "--out", str(tmp_path / "out")))
        lock, deadline = tmp_path / "out" / LOCK, time.monotonic() + 30
        while not lock.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 143
    assert "Traceback" not in said
    assert not lock.exists()


def test_if_due_does_nothing_when_the_report_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ("run", "--out", "out", "--if-due", "--quarter", "2026-Q4", "--format", "csv")
    monkeypatch.setenv("HYGIENE_AWS__LAST_ACCESSED", "off")
    with simulated(twelve_accounts(), monkeypatch) as aws:
        assert ends(*arguments) == 3
        aws.forget_calls()
        assert ends(*arguments) == 0
        assert aws.calls == []
    assert "The review of 2026-Q4 is finished: out/2026-Q4. Nothing is due." in capsys.readouterr().err
