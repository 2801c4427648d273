"""What people left in a report's folder, such as a sheet they filled in there, is kept before it is replaced."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import TYPE_CHECKING

from hygiene.pipeline.places import LEDGER
from hygiene.review.ledger import original_name
from hygiene.snapshot import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hygiene.pipeline.places import Places
    from hygiene.store import Store

logger = logging.getLogger(__name__)

FOUND = "found"
_FILLED_IN = ("decisions.csv", "decisions.xlsx")


def keep_what_people_left(places: Places, quarter: str, review_id: str, manifest: bytes) -> tuple[str, ...]:
    """Copy to the ledger every file of the report that its manifest does not know, and sheets that were filled in.

    Returns the names in the report. `manifest`: the one that sealed it; where that is damaged, only sheets are kept.
    """
    sealed = _sealed(manifest)
    kept = []
    for folder in places.out.child(quarter).copies():
        for name in _candidates(folder, sealed):
            content = folder.read(name)
            digest = hashlib.sha256(content or b"").hexdigest()
            if content is None or (sealed or {}).get(name) == digest:
                continue
            place = f"{LEDGER}/{review_id}/{FOUND}/{original_name(name, digest)}"
            places.out.write(place, content)
            logger.warning("%s/%s is not as it was sealed: kept as %s before it is replaced", quarter, name, place)
            kept.append(name)
    return tuple(kept)


def _candidates(folder: Store, sealed: Mapping[str, str] | None) -> list[str]:
    if sealed is None:
        return list(_FILLED_IN)
    strays = [name for name in folder.names() if name not in sealed and name != layout.MANIFEST]
    return [*_FILLED_IN, *strays]


def _sealed(manifest: bytes) -> dict[str, str] | None:
    """Return path → digest; None where the manifest does not say."""
    try:
        return {str(entry["path"]): str(entry["sha256"]) for entry in json.loads(manifest)["files"]}
    except (ValueError, KeyError, TypeError):
        return None
