"""`decisions.xlsx`: the questions of the review as a sheet people can answer, and that keeps text as text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hygiene.frames import DECISIONS, Decisions, columns_of
from hygiene.report.cells import cleaned_texts, texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pandas as pd

    from hygiene.report.text_sheet import TextSheet

_ANSWERED_BY_PEOPLE = ("decision", "justification", "target_date", "ticket", "reviewer")
_WIDTHS = {
    "review_id": 14, "role_id": 24, "role_arn": 58, "account_id": 15, "group_id": 12, "row_sha256": 12,
    "suggestion": 13, "suggestion_reason": 62, "decision": 13, "justification": 42, "target_date": 13, "ticket": 14,
    "reviewer": 26, "decided_at": 22, "needs_decision": 16,
}  # fmt: skip
_HELP = (
    ("remove", "The role can go. The next review shows whether it did."),
    ("reduce", "The role stays, with fewer permissions or a narrower trust."),
    (
        "keep",
        "The role stays as it is. Write why when remove or investigate is suggested, or it can do grave things.",
    ),
    ("not-mine", "Somebody else has to answer. Name them in justification when you know them."),
    ("", "The same answer for several roles of one group needs a justification on each row."),
    ("", "An empty decision stays open: nothing is ever decided by silence, and hygiene never changes IAM itself."),
)


def write_decisions(decisions: Iterable[pd.DataFrame], rows: int, path: Path) -> None:
    """Write parts of the decisions table, together so many rows: our columns locked, the answers open, a drop-down.

    A sheet has an end; of more rows than it holds the last ones are left out, and it says so.
    """
    import xlsxwriter

    from hygiene.report.text_sheet import MOST_ROWS, TextSheet

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": "Role decisions", "created": datetime(2000, 1, 1, tzinfo=UTC)})
        sheet = book.add_worksheet("decisions", TextSheet)
        _write_rows(book, sheet, _columns(decisions, MOST_ROWS), min(rows, MOST_ROWS))
        _write_help(book, left_out=max(0, rows - MOST_ROWS))


def _write_rows(book: Any, sheet: TextSheet, parts: Iterable[list[list[str]]], rows: int) -> None:
    names = columns_of(Decisions)
    formats = [_cell_format(book, name) for name in names]
    _set_up(book, sheet, names, rows)
    heading = book.add_format({"bold": True, "bg_color": "#E8ECF1", "bottom": 1, "valign": "vcenter"})
    sheet.set_texts(names, parts, rows, formats, heading)


def _columns(decisions: Iterable[pd.DataFrame], most: int) -> Iterator[list[list[str]]]:
    """Yield the parts as columns of texts, at most so many rows of all of them."""
    left = most
    for part in decisions:
        shown = part.iloc[:left]
        left -= len(shown)
        yield [cleaned_texts(texts(shown[name])) for name in shown.columns]


def _cell_format(book: Any, name: str) -> Any:
    answer = {"locked": False, "bg_color": "#FFFBE6", "border": 1, "border_color": "#D9D2B0"}
    wrapped = {"text_wrap": name in {"suggestion_reason", "justification"}}
    return book.add_format({"valign": "top", **wrapped, **(answer if name in _ANSWERED_BY_PEOPLE else {})})


def _set_up(book: Any, sheet: Any, names: list[str], rows: int) -> None:
    for column, name in enumerate(names):
        sheet.set_column(column, column, _WIDTHS.get(name, 18), book.add_format({"valign": "top"}))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(rows, 1), len(names) - 1)
    sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})
    where = names.index("decision")
    sheet.data_validation(1, where, max(rows, 1), where, {
        "validate": "list",
        "source": list(DECISIONS),
        "input_title": "Your decision",
        "input_message": "keep, reduce, remove or not-mine; see the sheet 'how to answer'",
        "error_title": "Not one of the answers",
        "error_message": f"Please choose one of: {', '.join(DECISIONS)}",
    })  # fmt: skip


def _write_help(book: Any, left_out: int) -> None:
    sheet = book.add_worksheet("how to answer")
    sheet.set_column(0, 0, 14, book.add_format({"bold": True, "valign": "top"}))
    sheet.set_column(1, 1, 90, book.add_format({"text_wrap": True, "valign": "top"}))
    more = f"{left_out:,} more rows do not fit into a sheet; decisions.csv has all of them."
    for row, (word, meaning) in enumerate([*_HELP, *([("", more)] if left_out else [])]):
        sheet.write_string(row, 0, word)
        sheet.write_string(row, 1, meaning)
