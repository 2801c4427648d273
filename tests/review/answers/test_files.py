"""Files as people send them: every encoding and separator, other sheets, damaged and hostile ones."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from hygiene.errors import AnswersError
from hygiene.pipeline.importing import read_rows
from hygiene.review.answers import sheet as sheets
from hygiene.review.answers import workbook as workbooks

HEADER = ["role_id", "row_sha256", "decision", "justification", "target_date"]
ROW = ["AROA1", "ab12", "keep", "Größe; für März", "2026-12-31"]


def delimited(separator: str = ",", *rows: list[str], header: list[str] | None = None) -> str:
    lines = [header or HEADER, *(rows or (ROW,))]
    return "".join(separator.join(f'"{cell}"' for cell in line) + "\r\n" for line in lines)


def workbook(*rows: list[Any], title: str = "decisions", header: list[Any] | None = None, before: int = 0) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for number in range(before):
        sheet.append([f"note {number}"])
    for row in (header or HEADER, *(rows or (ROW,))):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def only(name: str, content: bytes) -> dict[str, str]:
    (row,) = read_rows(name, content)
    return dict(row.cells)


WANTED = dict(zip(HEADER, ROW, strict=True))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_encoding_and_separator_of_excel_is_read(encoding: str, separator: str) -> None:
    assert only("a.csv", delimited(separator).encode(encoding)) == WANTED


def test_excels_own_separator_line_and_a_title_above_the_table_are_skipped() -> None:
    assert only("a.csv", f"sep=;\r\n{delimited(';')}".encode()) == WANTED
    (row,) = read_rows("a.csv", f"Answers of Ana\r\n{delimited()}".encode())
    assert row.line == 3
    (row,) = read_rows("a.xlsx", workbook(before=2))
    assert row.line == 4


def test_columns_go_by_name_in_any_order_and_others_are_ignored() -> None:
    text = delimited(",", ["x", "keep", "AROA1", "ab12"], header=["my notes", " Decision ", "ROLE_ID", "row_sha256"])
    assert only("a.csv", text.encode()) == {"decision": "keep", "role_id": "AROA1", "row_sha256": "ab12"}


def test_a_cell_over_several_lines_is_one_and_the_line_is_where_its_row_begins() -> None:
    text = delimited(",", ["A", "1", "keep", "first\nsecond", ""], ["B", "2", "keep", "", ""], header=HEADER)
    assert [(row.line, row["role_id"]) for row in read_rows("a.csv", text.encode())] == [(2, "A"), (4, "B")]


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_one_guard_is_taken_off_and_only_where_it_was_put(name: str) -> None:
    cells = ["AROA1", "ab12", "keep", "'=SUM(A1)", ""]
    content = delimited(",", cells).encode() if name == "a.csv" else workbook(cells)
    assert only(name, content)["justification"] == "=SUM(A1)"
    cells[3] = "'tis needed"
    content = delimited(",", cells).encode() if name == "a.csv" else workbook(cells)
    assert only(name, content)["justification"] == "'tis needed"


def test_dates_and_numbers_of_excel_come_as_text() -> None:
    header = [*HEADER, "ticket"]
    assert only("a.xlsx", workbook(["A", "1", "keep", 12.0, date(2026, 12, 31), 4711], header=header)) == {
        "role_id": "A", "row_sha256": "1", "decision": "keep", "justification": "12", "target_date": "2026-12-31",
        "ticket": "4711",
    }  # fmt: skip
    moment = datetime(2026, 12, 31)  # noqa: DTZ001 (Excel knows no zone)
    assert only("a.xlsx", workbook(["A", "1", "keep", "", moment]))["target_date"] == "2026-12-31"


def test_the_sheet_is_found_by_its_header_when_it_was_renamed() -> None:
    assert only("a.xlsx", workbook(title="Tabelle1")) == WANTED


def test_rows_beyond_what_the_file_says_about_its_size_are_read() -> None:
    small = workbook(*([f"A{n}", "1", "keep", "", ""] for n in range(30)))
    lied = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(small)) as old, zipfile.ZipFile(lied, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                assert b'ref="A1:E31"' in content
                content = content.replace(b'ref="A1:E31"', b'ref="A1:E2"')
            new.writestr(entry, content)
    assert len(read_rows("a.xlsx", lied.getvalue())) == 30


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"name,decision\nx,keep\n", "no header line"),
        ("a.csv", b"role_id,decision\nA,keep\n", "lacks the column row_sha256"),
        ("a.csv", b"role_id,row_sha256,decision,decision\n", "twice"),
        ("a.csv", b" \r\n", "is empty"),
        ("a.csv", b"role_id,row_sha256,decision\nA,1,ke\0ep\n", "no text file"),
        ("a.csv", b"\x81\x8d role_id", "neither UTF-8"),
        ("a.csv", b'role_id,row_sha256,decision\n"A"x,1,keep\n', "line 2: broken CSV"),
        ("a.csv", b"role_id,row_sha256,decision\n" + b"x" * 200_000, "broken CSV"),
        ("a.xlsm", workbook(), "macros"),
        ("a.xlsx", zipped(**{"xl/workbook.xml": b"", "xl/vbaProject.bin": b"x"}), "macros"),
        ("a.ods", zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), r"\.ods.*save it as \.xlsx"),
        ("a.csv", b"<!doctype html><html><title>Review</title>", "no header line"),
        ("a.csv", b"%PDF-1.7 \xe2\xe3\xcf\xd3", "no header line"),
        ("a.xls", b"\xd0\xcf\x11\xe0", ".xls files"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "password"),
        ("a.xlsx", b"role_id,decision", "no .xlsx file"),
        ("a.xlsx", b"PK\x03\x04 cut off", "no .xlsx file"),
        ("a.xlsx", zipped(**{"xl/workbook.xml": b"x"}), "cannot be read as a workbook"),
        ("a.xlsx", workbook(header=["a", "b"]), r"no sheet has a header line .*sheets: decisions"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(name: str, content: bytes, said: str) -> None:
    with pytest.raises(AnswersError, match=said):
        read_rows(name, content)


def test_of_several_sheets_the_one_with_the_answers_is_read_whatever_is_open_or_first() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(title="Antworten")))
    notes = book.create_sheet("how to answer", 0)
    notes.append(["decision", "what it means"])
    book.create_sheet("decisions")
    book.active = 0
    file = io.BytesIO()
    book.save(file)
    assert only("a.xlsx", file.getvalue()) == WANTED


def test_what_excel_makes_of_cells_comes_as_text_that_is_judged() -> None:
    header = [*HEADER, "ticket", "reviewer"]
    row = ["A", "1", True, "#N/A", 463870, 1e15, "=A1"]
    cells = only("a.xlsx", workbook(row, header=header))
    assert cells == {"role_id": "A", "row_sha256": "1", "decision": "True", "justification": "#N/A",
                     "target_date": "463870", "ticket": "1000000000000000", "reviewer": ""}  # fmt: skip


@pytest.mark.parametrize(("epoch", "number"), [(CALENDAR_WINDOWS_1900, 46387), (CALENDAR_MAC_1904, 46387 - 1462)])
def test_a_date_that_lost_its_format_is_the_day_its_own_workbook_means(epoch: datetime, number: float) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(["A", "1", "keep", "46387", number + 0.5])))
    book.epoch = epoch
    file = io.BytesIO()
    book.save(file)
    cells = only("a.xlsx", file.getvalue())
    assert (cells["target_date"], cells["justification"]) == ("2026-12-31", "46387")


def test_a_decision_that_is_a_formula_without_its_result_comes_as_the_formula() -> None:
    rows = read_rows("a.xlsx", workbook(["A", "1", '=IF(1,"keep","")', "", ""], ["B", "1", "keep", "=A1", ""]))
    assert [(row["decision"], row["justification"]) for row in rows] == [('=IF(1,"keep","")', ""), ("keep", "")]


def with_copy(*decisions: str | None) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(workbook(["A", "1", decisions[0], "", ""])))
    copy = book.copy_worksheet(book.worksheets[0])
    copy.title = "decisions (2)"
    copy["C2"] = decisions[1]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_of_a_sheet_and_its_copy_the_answered_one_is_read_and_two_answered_ones_are_refused() -> None:
    assert only("a.xlsx", with_copy(None, "keep"))["decision"] == "keep"
    assert only("a.xlsx", with_copy("keep", None))["decision"] == "keep"
    with pytest.raises(AnswersError, match=r"more than one sheet has answers \(“decisions” and “decisions \(2\)”"):
        read_rows("a.xlsx", with_copy("keep", "keep"))


def test_fifty_megabytes_of_other_peoples_columns_are_read() -> None:
    row = ["AROA1", "ab12", "keep", "x" * 120_000, ""]
    content = delimited(",", *[row] * 430).encode()
    assert len(content) > 50 * 2**20 * 0.98
    assert len(read_rows("a.csv", content)) == 430


def test_a_workbook_sent_as_csv_is_read_as_what_it_is() -> None:
    assert only("a.csv", workbook()) == WANTED


def test_a_zip_bomb_is_refused_before_it_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_EXPANDED", 2**20)
    with pytest.raises(AnswersError, match="1 MiB once expanded"):
        read_rows("a.xlsx", zipped(**{"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b"\0" * (2**20 + 1)}))
    monkeypatch.setattr(workbooks, "MAX_FILES", 2)
    with pytest.raises(AnswersError, match="once expanded"):
        read_rows("a.xlsx", workbook())


def test_more_rows_than_a_worksheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 2)
    with pytest.raises(AnswersError, match="more than 2 rows"):
        read_rows("a.csv", delimited(",", *[ROW] * 3).encode())
