"""A handful of roles is one page: every card open on the first page, answered there, nothing to filter."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from hygiene.report import write_report
from tests.report.review_sample import a_review, a_role, the_facts, the_provenance, unused
from tests.report.test_browser import opened

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser


def written(folder: Path, number: int) -> str:
    roles = [a_role(f"app-{n}", risk_score=n, **unused()) for n in range(number)]
    write_report(a_review(roles), the_facts(), the_provenance(), folder)
    return (folder / "index.html").read_text()


def test_ten_roles_stand_on_the_first_page_and_eleven_do_not(tmp_path: Path) -> None:
    for folder in (tmp_path / "ten", tmp_path / "eleven"):
        folder.mkdir()
    ten, eleven = written(tmp_path / "ten", 10), written(tmp_path / "eleven", 11)
    assert ten.count("<details open>") == 10
    assert 'id="pictures"' not in ten
    assert 'href="../' not in ten
    assert "<details" not in eleven
    assert 'id="pictures"' in eleven


def test_the_first_page_of_a_handful_takes_answers_like_any_other(browser: Browser, tmp_path: Path) -> None:
    written(tmp_path, 3)
    page, said = opened(browser, tmp_path, "index.html")
    row = page.locator("tbody.role", has_text="app-1").first
    row.get_by_label("remove", exact=True).check()
    page.get_by_label("Your name or address").fill("ana@example.com")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download decisions").click()
    rows = list(csv.DictReader(download.value.path().read_text().splitlines()))
    given = {row["role_arn"].rpartition("/")[2]: (row["decision"], row["reviewer"]) for row in rows}
    assert given == {"app-0": ("", ""), "app-1": ("remove", "ana@example.com"), "app-2": ("", "")}
    assert {line for line in said if not line.startswith(("file:", "blob:"))} == set()
    page.context.close()
