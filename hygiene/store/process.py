"""Which process holds something, and whether it still runs, told by more than a number that is soon given again."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_PID_NAMESPACE = Path("/proc/self/ns/pid")
_STATE, _START = 0, 19  # fields of /proc/<pid>/stat, counted after the name: proc_pid_stat(5)
_DEAD = {"Z", "X"}


@dataclass(frozen=True, slots=True)
class Process:
    """A process: `machine` is this boot and container, empty where the system does not tell; `started` in ticks."""

    host: str
    machine: str
    pid: int
    started: str


def this_process() -> Process:
    """Return the process we are."""
    return Process(socket.gethostname(), _machine(), os.getpid(), _started(os.getpid()) or "")


def has_ended(process: Process) -> bool | None:
    """Whether the process is gone; None when it cannot be told from here, as with one of another machine."""
    machine = _machine()
    if not machine or process.machine != machine or not process.started:
        return None
    # Another process may have been given the same number since.
    return _started(process.pid) != process.started


def _machine() -> str:
    try:
        return f"{_BOOT.read_text().strip()} {_PID_NAMESPACE.readlink()}"
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """Return when a process began, None for one that has ended or waits to be buried."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[_STATE] in _DEAD else fields[_START]
