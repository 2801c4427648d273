"""The earlier quarters of the trend: the summaries of sealed reports below OUT, of this population alone."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

from hygiene.model import SCHEMA_VERSION
from hygiene.pipeline.previous import read_object
from hygiene.report import trend_point
from hygiene.report.trend import QUARTERS
from hygiene.snapshot import layout

if TYPE_CHECKING:
    from hygiene.pipeline.places import Places

logger = logging.getLogger(__name__)


def earlier_points(places: Places, subject: str, quarter: str) -> tuple[dict[str, Any], ...]:
    """Return the points of up to seven earlier quarters, oldest first; `subject` is the organization or account."""
    found: list[dict[str, Any]] = []
    for name in reversed([name for name in places.quarters() if name < quarter]):
        summary = _sealed_summary(places, name)
        if summary.get("review_id") == f"{subject}-{name}":
            found.append(trend_point(summary))
        if len(found) == QUARTERS - 1:
            break
    return tuple(reversed(found))


def _sealed_summary(places: Places, quarter: str) -> dict[str, Any]:
    """Return the summary if it is as its manifest sealed it; empty otherwise: an edited number is no history."""
    manifest = read_object(places.out, f"{quarter}/{layout.MANIFEST}")
    content = places.out.read(f"{quarter}/summary.json")
    if not manifest or content is None:
        return {}
    digests = {entry.get("path"): entry.get("sha256") for entry in manifest.get("files") or ()}
    if digests.get("summary.json") != hashlib.sha256(content).hexdigest():
        logger.warning("the summary of %s is not as it was sealed; the trend leaves that quarter out", quarter)
        return {}
    summary = json.loads(content)
    is_newer = int(summary.get("schema_version", 0)) > SCHEMA_VERSION
    return {} if is_newer else summary
