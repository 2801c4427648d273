"""Write the pages of a report: the index, every account, every owner, and the work lists."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from hygiene.report import attestation
from hygiene.report.attestation import attestation_view
from hygiene.report.index_view import index_view
from hygiene.report.lists_view import Lists
from hygiene.report.render import Renderer
from hygiene.report.role_rows import RoleRows
from hygiene.report.roster import roster_of
from hygiene.report.visible import rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from hygiene.frames import ReviewTables
    from hygiene.model import Provenance, ReviewFacts


def write_pages(
    tables: ReviewTables,
    policies: pd.DataFrame,
    facts: ReviewFacts,
    provenance: Provenance,
    summary: Mapping[str, Any],
    folder: Path,
) -> None:
    """Write every page below the folder; `policies` as `policies_of` has them. One page is in memory at a time."""
    renderer = Renderer(facts.review_id)
    roster = roster_of(tables, policies, facts)
    with_removal = frozenset(path.stem for path in (folder / "removal").glob("*.sh"))
    lists = Lists(roster, facts, summary, with_removal)
    _write(folder / "index.html", renderer.index(index_view(tables, facts, summary, roster, folder)))
    rows = RoleRows(roster, renderer)
    for path, view in chain(lists.accounts(rows_of(tables.coverage)), lists.owners(), lists.work()):
        _write(folder / path, renderer.roles(view, rows.html(view.table)))
    attested = attestation_view(tables, facts, provenance, summary, folder)
    _write(folder / attestation.FILE, renderer.attestation(attested))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode("utf-8", "replace"))
