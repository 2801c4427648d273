"""The command line: arguments → one call of the pipeline; every error a sentence, every end an exit code."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLLECT_EVERY = (200_000, 50, 50)
"""Allocations between two searches for cycles: a report makes millions of values and no cycle among them."""


def program() -> None:
    """Be the command `hygiene`: `main`, and then an end that does not take a whole report's values apart."""
    try:
        main()
    except SystemExit as ended:
        from hygiene.cli.ending import end_at_once

        end_at_once(ended)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 complete, 1 failed, 2 usage or configuration, 3 finished with gaps."""
    _suit_interpreter()
    from hygiene.cli import logs
    from hygiene.cli.app import app
    from hygiene.cli.ending import Ended, ended_by_signals, leave
    from hygiene.cli.misuse import UsageError, in_one_line
    from hygiene.errors import HygieneError

    logs.forget()
    try:
        with ended_by_signals():
            # Else typer would say usage errors itself: in a box of six lines, which no log keeps in one piece.
            code = app(
                args=list(arguments) if arguments is not None else None, prog_name="hygiene", standalone_mode=False
            )
        sys.exit(code or 0)
    except Ended as ended:
        leave(ended)
    except UsageError as error:
        if sentence := in_one_line(error):
            logs.complain(sentence)
        sys.exit(2)
    except HygieneError as error:
        if logs.wants_tracebacks():
            raise
        logs.complain(str(error))
        sys.exit(error.exit_code)
    except Exception as error:  # a person never gets a traceback unless asked for
        if logs.wants_tracebacks():
            raise
        logs.complain(f"Internal error: {type(error).__name__}: {error}. Please report it with the -vv output.")
        sys.exit(1)


def _suit_interpreter() -> None:
    """Spare work that a batch job without linear algebra never needs: a sixth of the CPU of a large report.

    Has to come before pydantic and numpy are imported; what the user's environment says stands.
    """
    gc.set_threshold(*_COLLECT_EVERY)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # pydantic would look for plugins of its own in every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
