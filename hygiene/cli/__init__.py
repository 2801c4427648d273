"""The command line: arguments → one call of the pipeline; every error a sentence, every end an exit code."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED, TERMINATED = 130, 143

_COLLECT_EVERY = (200_000, 50, 50)
"""Allocations between two searches for cycles: a report makes millions of values and no cycle among them."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 complete, 1 failed, 2 usage or configuration, 3 finished with gaps."""
    from hygiene.cli import logs
    from hygiene.cli.app import app
    from hygiene.errors import HygieneError

    _suit_interpreter()
    _end_properly_when_terminated()
    try:
        app(args=list(arguments) if arguments is not None else None, prog_name="hygiene")
    except HygieneError as error:
        if logs.wants_tracebacks():
            raise
        logs.complain(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        logs.complain("Interrupted. What was collected is kept; the same command goes on with it.")
        sys.exit(INTERRUPTED)
    except Exception as error:  # a person never gets a traceback unless asked for
        if logs.wants_tracebacks():
            raise
        logs.complain(f"Internal error: {type(error).__name__}: {error}. Please report it with the -vv output.")
        sys.exit(1)


def _suit_interpreter() -> None:
    """Spare work that a batch job without linear algebra never needs: a sixth of the CPU of a large report.

    Has to come before numpy is imported; what the user's environment says stands.
    """
    gc.set_threshold(*_COLLECT_EVERY)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _end_properly_when_terminated() -> None:
    """Let SIGTERM unwind the program, so that locks are given back and nothing half-written stays."""
    import signal
    import threading

    def end(*_: object) -> None:
        # A second one must not break the clearing up of the first.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.exit(TERMINATED)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, end)
