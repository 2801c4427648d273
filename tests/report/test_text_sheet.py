from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest
import xlsxwriter

from hygiene.report.text_sheet import TextSheet

if TYPE_CHECKING:
    from pathlib import Path


def written(path: Path, *texts: str) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        form = book.add_format({"locked": False})
        sheet = book.add_worksheet("texts", TextSheet)
        columns = [list(texts), [""] * len(texts)]
        sheet.set_texts(["text", "empty"], [columns], len(texts), [form, form], book.add_format())
    return path


def column(path: Path) -> list[str | None]:
    return [cell.value for cell in openpyxl.load_workbook(path)["texts"]["A"]][1:]


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "a & b",
        "<b>",
        "]]>",
        '"quoted"',
        " spaces ",
        "two\nlines",
        "tab\t",
        "=1+1",
        "é€😀",
        "<r><t>rich</t></r>",
    ],
)
def test_text_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    assert column(written(tmp_path / "a.xlsx", "before", text, "after")) == ["before", text, "after"]


def test_what_looks_like_an_escaped_character_is_not_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(written(tmp_path / "a.xlsx", "role_x0041_")) as book:
        assert "role_x005F_x0041_" in book.read("xl/worksheets/sheet1.xml").decode()


def test_text_longer_than_a_cell_is_cut(tmp_path: Path) -> None:
    long, wide = column(written(tmp_path / "a.xlsx", "a" * 40_000, "😀" * 20_000))
    assert long == "a" * 32_767
    assert wide == "😀" * 16_383


def test_an_empty_cell_keeps_its_format(tmp_path: Path) -> None:
    cell = openpyxl.load_workbook(written(tmp_path / "a.xlsx", "x"))["texts"]["B2"]
    assert cell.value is None
    assert not cell.protection.locked


def test_many_rows_are_all_there_in_order(tmp_path: Path) -> None:
    texts = [f"row {number}" for number in range(4_500)]
    assert column(written(tmp_path / "a.xlsx", *texts)) == texts


def test_a_sheet_without_rows_has_its_heading(tmp_path: Path) -> None:
    assert openpyxl.load_workbook(written(tmp_path / "a.xlsx"))["texts"].dimensions == "A1:B1"
