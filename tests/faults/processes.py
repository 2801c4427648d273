"""Runs the real program in a process of its own, to be told to end, or to be killed."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def hygiene(*arguments: str) -> subprocess.Popen[str]:
    """Start the program."""
    program = [sys.executable, "-m", "hygiene", *arguments]
    return subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(is_so: Callable[[], object], seconds: float = 60) -> bool:
    """Wait until something is so; False when it did not happen in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.01)
    return False
