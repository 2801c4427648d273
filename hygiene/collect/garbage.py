"""How often a process that reads what AWS says looks for reference cycles."""

from __future__ import annotations

import gc

_AFTER = 200_000
"""Objects made before Python looks for unreachable ones: a few sockets' worth, no record's and no answer's."""


def collect_garbage_rarely() -> None:
    """Let this process look for unreachable cycles now and then only, and not among what is there already.

    AWS's answers, records and their totals hold none: looking for some every few records would take a seventh of the
    time.
    """
    gc.freeze()
    gc.set_threshold(_AFTER)
