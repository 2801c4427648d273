"""The review to compare with: an earlier snapshot that the user names, or the earlier quarter's report below OUT."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

    from hygiene.analyse.organization import Analysis
    from hygiene.pipeline.places import Places

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Previous:
    """The earlier review's quarter and its Roles and Findings tables."""

    quarter: str
    roles: pd.DataFrame
    findings: pd.DataFrame


def previous_review(
    places: Places, quarter: str, named: str | None, analyse: Callable[[str], tuple[str, Analysis]]
) -> Previous | None:
    """Return the earlier review, None when there is none. A snapshot that is named is judged by today's rules."""
    if named is not None:
        earlier_quarter, analysis = analyse(named)
        return Previous(earlier_quarter, analysis.roles, analysis.findings)
    earlier = places.previous_quarter(quarter)
    return _from_report(places, earlier) if earlier else None


def _from_report(places: Places, quarter: str) -> Previous | None:
    tables = [places.out.read(f"{quarter}/{name}.parquet") for name in ("roles", "findings")]
    if any(content is None for content in tables):
        logger.warning("the report of %s has no Parquet tables, so nothing can be compared with it", quarter)
        return None
    roles, findings = (pd.read_parquet(io.BytesIO(content)) for content in tables if content is not None)
    return Previous(quarter, roles, findings)
