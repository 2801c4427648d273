"""What strangers wrote stays text in every file."""

from __future__ import annotations

import csv
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import openpyxl
import pytest

from hygiene.model import Notice
from hygiene.report import write_report
from tests.report.review_sample import (
    ACCOUNT,
    a_finding,
    a_review,
    a_role,
    an_account,
    the_facts,
    the_provenance,
    unused,
)

if TYPE_CHECKING:
    from pathlib import Path

NASTY = (
    "=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>', "{{7*7}}", "{% raise %}", "a\u202egpj.exe", "</style><script>1</script>",
    "'; drop", "nul\x00byte", "line\nbreak", "javascript:alert(1)", "</tbody></table>", "&lt;b&gt;", "\u2028",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a review in which every text is hostile."""
    path = tmp_path_factory.mktemp("hostile")
    roles, found = [], []
    for number, text in enumerate(NASTY):
        role = a_role(
            text, account_name=text, ou_path=text, role_arn=f"arn:aws:iam::{ACCOUNT}:role/{text}", owner=text,
            owner_source=text, description=text, trusted_principals=text, attached_policies=text, path=text,
            inline_policies=text, permissions_boundary=text, instance_profiles=text, source_template=text,
            last_used_region=text, reviewer=text, decision_state=text, group_id="g", checks=text,
            role_id=f"AROA{number}{text}", **unused(suggestion_reason=text),
        )  # fmt: skip
        roles.append(role)
        found.append(a_finding(role, "full-admin", evidence=text, policies=text, remedy=text, exception=text,
                               held_back_by=text, detail=text))  # fmt: skip
    coverage = [an_account(status="partial", account_name=NASTY[7], ou_path=NASTY[8], reason=NASTY[8])]
    facts = the_facts(
        review_id=NASTY[12], notices=tuple(Notice("gap", text) for text in NASTY), as_of_source=NASTY[7]
    )
    write_report(a_review(roles, found, coverage), facts, the_provenance(), path)
    return path


class Tags(HTMLParser):
    """Collects what a browser would see as elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_no_page_gets_an_element_or_a_handler_that_is_not_ours(folder: Path) -> None:
    pages = list(folder.rglob("*.html"))
    assert len(pages) > len(NASTY)
    for path in pages:
        tags = Tags()
        tags.feed(path.read_text())
        names = [tag for tag, _ in tags.seen]
        assert (names.count("style"), names.count("img")) == (1, 0)
        scripts = [attributes.get("type") for tag, attributes in tags.seen if tag == "script"]
        assert scripts in ([None], ["application/json", None])
        for _, attributes in tags.seen:
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
            assert not (attributes.get("href") or "").startswith("javascript")


def test_template_syntax_is_shown_not_run(folder: Path) -> None:
    page = (folder / "accounts" / f"{ACCOUNT}.html").read_text()
    assert "{{7*7}}" in page
    assert ">49<" not in page


def test_invisible_characters_are_written_out(folder: Path) -> None:
    for path in folder.rglob("*.html"):
        text = path.read_text()
        assert not re.search("[\x00\u202e\u2028]", text)
    assert "a⟨U+202E⟩gpj.exe" in (folder / "accounts" / f"{ACCOUNT}.html").read_text()


def test_every_role_has_its_owner_page(folder: Path) -> None:
    page = (folder / "accounts" / f"{ACCOUNT}.html").read_text()
    for href in re.findall(r'href="\.\./(owners/[^"]+)"', page):
        assert (folder / href).is_file()


def test_no_csv_cell_starts_like_a_formula(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    assert not cell.lstrip().startswith(("=", "+", "@", "-")), (path.name, cell)
                    assert not cell.startswith(("\t", "\n"))
                    assert not re.search("[\x00\r]", cell)


def test_the_workbook_has_no_formula_and_no_link(folder: Path) -> None:
    for sheet in openpyxl.load_workbook(folder / "decisions.xlsx").worksheets:
        for row in sheet:
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
