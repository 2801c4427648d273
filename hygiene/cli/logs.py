"""Logging for people and for machines: results go to stdout, everything else to stderr."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import TextIO

_EXTRA = ("run_id", "account_id", "collector", "job", "duration_seconds", "accounts", "roles", "gaps", "exit_code")
_VERY_VERBOSE = 2
_state = {"tracebacks": False, "json": False}


class LogFormat(StrEnum):
    """How log lines look."""

    TEXT = "text"
    JSON = "json"


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{name: getattr(record, name) for name in _EXTRA if hasattr(record, name)},
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to whatever stderr is now: a progress bar puts itself in its place to keep lines above the bar."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def set_up(log_format: LogFormat, verbosity: int, *, is_quiet: bool) -> None:
    """Send the package's log to stderr. The root logger is left alone: other libraries keep their own voice."""
    _state["json"] = log_format is LogFormat.JSON
    _state["tracebacks"] = verbosity >= _VERY_VERBOSE
    handler = _Stderr()
    text = logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S")
    handler.setFormatter(_JsonLines() if log_format is LogFormat.JSON else text)
    package = logging.getLogger("hygiene")
    package.handlers = [handler]
    package.propagate = False
    package.setLevel(_level(log_format, verbosity, is_quiet=is_quiet))


def _level(log_format: LogFormat, verbosity: int, *, is_quiet: bool) -> int:
    if is_quiet:
        return logging.ERROR
    if verbosity >= _VERY_VERBOSE:
        return logging.DEBUG
    # On a terminal the progress bar tells the story; elsewhere one line per account does.
    speaks = verbosity == 1 or log_format is LogFormat.JSON or not sys.stderr.isatty()
    return logging.INFO if speaks else logging.WARNING


def forget() -> None:
    """Begin as a new program does: without what an earlier command line of this process asked for."""
    _state.update(tracebacks=False, json=False)


def wants_tracebacks() -> bool:
    """Whether the user asked for tracebacks with -vv."""
    return _state["tracebacks"]


def complain(text: str) -> None:
    """Tell the person at the other end, one or two lines; a machine that reads the log gets a line of the log."""
    words = f"hygiene: {text}"
    if _state["json"]:
        record = logging.LogRecord("hygiene", logging.WARNING, "", 0, text, None, None)
        words = _JsonLines().format(record)
    print(words, file=sys.stderr)  # noqa: T201 (the last word goes to stderr whatever the log level)
