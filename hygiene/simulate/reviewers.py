"""People who answer a report, as they do: in a copy of its CSV or of its workbook, or in a page of it."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Reviewer:
    """Who answers how; `answers`: role name → columns of decisions.csv to fill in.

    `file`: the name of their copy, `.csv` or `.xlsx`, or a page of the report, `.html`, whose download is kept.
    """

    file: str
    name: str
    answers: Mapping[str, Mapping[str, str]]

    def fill_in(self, report: Path, folder: Path) -> Path:
        """Write the answers into a copy of the report's own file, in the folder; return the copy."""
        if self.file.endswith(".html"):
            return _download(report / self.file, folder, self.name, self.answers)
        answered = folder / self.file
        kind = Path(self.file).suffix
        (_fill_workbook if kind == ".xlsx" else _fill_csv)(report / f"decisions{kind}", answered, self.answers)
        return answered


def _fill_csv(source: Path, target: Path, answers: Mapping[str, Mapping[str, str]]) -> None:
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row.update(answers.get(_name(row["role_arn"]), {}))
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _download(page: Path, folder: Path, reviewer: str, answers: Mapping[str, Mapping[str, str]]) -> Path:
    """Save what "Download decisions" of a page gives, from the questions it carries, without a browser."""
    (questions,) = re.findall(
        r'<script type="application/json" id="questions">(.*?)</script>', page.read_text("utf-8")
    )
    form = json.loads(questions)
    asked = [dict(zip(form["columns"], cells[1:], strict=True)) for cells in form["rows"] if cells]
    for row in asked:
        given = answers.get(_name(row["role_arn"]))
        row.update({**given, "reviewer": reviewer} if given else {})
    target = folder / str(form["file"])
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, form["columns"], quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writeheader()
        writer.writerows(asked)
    return target


def _fill_workbook(source: Path, target: Path, answers: Mapping[str, Mapping[str, str]]) -> None:
    book = openpyxl.load_workbook(source)
    sheet = book["decisions"]
    header = {str(cell.value): number for number, cell in enumerate(sheet[1], start=1)}
    for number in range(2, sheet.max_row + 1):
        role = _name(str(sheet.cell(number, header["role_arn"]).value))
        for column, text in answers.get(role, {}).items():
            sheet.cell(number, header[column]).value = text
    book.save(target)


def _name(role_arn: str) -> str:
    return role_arn.rpartition("/")[2]
