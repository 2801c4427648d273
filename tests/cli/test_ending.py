"""Told to end, the program ends, whatever its main thread waits for just then. Each in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

PROGRAM = """
import signal, sys, threading, time
from hygiene.cli import ending

ending.PATIENCE_SECONDS = 2.0

def tell():
    time.sleep(0.3)
    {tell}

threading.Thread(target=tell, daemon=True).start()
try:
    with ending.ended_by_signals():
        {wait}
except ending.Ended as ended:
    print("unwound", flush=True)
    ending.leave(ended)
print("still here", threading.active_count())
"""


def ended(tell: str, wait: str) -> tuple[float, subprocess.CompletedProcess[str]]:
    began = time.monotonic()
    program = PROGRAM.format(tell=tell, wait=wait)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=20)
    return time.monotonic() - began, done


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_came_just_before_a_wait_ends_the_wait(number: int) -> None:
    # A signal that another thread receives leaves the main thread waiting, as one does that comes a moment too early.
    seconds, done = ended(f"signal.raise_signal({number})", "threading.Event().wait()")
    assert (done.returncode, done.stdout) == (128 + number, "unwound\n"), done.stderr
    assert done.stderr.endswith("the same command goes on with it.\n")
    assert seconds < 2


def test_what_cannot_be_unwound_is_left_behind() -> None:
    _, done = ended(
        "signal.raise_signal(signal.SIGTERM)",
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGURG}); threading.Event().wait()",
    )
    assert (done.returncode, done.stdout) == (143, ""), done.stderr
    assert done.stderr.startswith("hygiene: Told to end.")


def test_a_program_that_was_not_told_to_end_goes_on_and_leaves_no_thread_behind() -> None:
    _, done = ended("signal.raise_signal(signal.SIGURG)", "time.sleep(0.6)")
    assert (done.returncode, done.stdout) == (0, "still here 1\n"), done.stderr
