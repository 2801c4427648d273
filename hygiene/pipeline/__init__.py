"""Joins the stages; alone knows every one of them, and alone reads the clock. `story` tells a run in a page.

Names are imported on use: `hygiene can` needs no table, and pandas takes half a second to load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hygiene.pipeline.collect_only import collect, collect_events
    from hygiene.pipeline.collecting import Collected
    from hygiene.pipeline.reporting import Reported, ReportRequest
    from hygiene.pipeline.story import RunRequest, report, run

__all__ = ["Collected", "ReportRequest", "Reported", "RunRequest", "collect", "collect_events", "report", "run"]


def __getattr__(name: str) -> Any:
    """Import what somebody asks for: the story, or the part of it that needs no table."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in ("Collected", "collect", "collect_events"):
        from hygiene.pipeline import collect_only

        return getattr(collect_only, name)
    from hygiene.pipeline import story

    return getattr(story, name)
