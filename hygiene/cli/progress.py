"""Progress on a terminal: accounts done, roles read, calls made, time left. Elsewhere the log's lines do."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hygiene.collect.progress import Progress, Silent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_REDRAW_EVERY_CALLS = 10


class _Terminal:
    """Draws the bar; called from several threads."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._task: TaskID = bar.add_task("finding the accounts", total=None, roles=0, calls=0)
        self._lock = threading.Lock()
        self._roles = 0
        self._calls = 0

    def accounts_found(self, number: int) -> None:
        self._bar.update(self._task, total=number, description="reading accounts")

    def called(self) -> None:
        with self._lock:
            self._calls += 1
            calls = self._calls
        if calls % _REDRAW_EVERY_CALLS == 0:
            self._bar.update(self._task, calls=calls)

    def account_done(self, account_id: str, roles: int, gaps: int) -> None:  # noqa: ARG002 (the log says these)
        with self._lock:
            self._roles += roles
        self._bar.update(self._task, advance=1, roles=self._roles, calls=self._calls)


@contextmanager
def shown_progress(*, is_quiet: bool) -> Iterator[Progress]:
    """Give a progress that draws on a terminal, and says nothing elsewhere."""
    if is_quiet or not sys.stderr.isatty():
        yield Silent()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("· {task.fields[roles]:,} roles · {task.fields[calls]:,} calls ·"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _Terminal(bar)
