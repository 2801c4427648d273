"""Every role can be found by its name, in a population of any size, on pages that open from disk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hygiene.report import write_report
from tests.report.review_sample import a_review, a_role, the_facts, the_provenance
from tests.report.test_browser import opened

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

ROW = re.compile(r'<tr><th scope="row"><a href="\.\./(accounts/[^"#]+)#(r-[^"]+)">(.*?)</a></th>')


def written(folder: Path, *names: str) -> Path:
    write_report(a_review([a_role(name) for name in names]), the_facts(), the_provenance(), folder, ("html",))
    return folder / "views"


def names_on(page: Path) -> list[str]:
    return [name.replace("<wbr>", "") for _, _, name in ROW.findall(page.read_text())]


def test_a_population_of_one_page_is_listed_by_name_and_every_row_leads_to_its_card(tmp_path: Path) -> None:
    views = written(tmp_path, "zebra", "Ant", "bee", "<b>")
    assert names_on(views / "roles.html") == ["&lt;b&gt;", "Ant", "bee", "zebra"]
    assert not (views / "roles-1.html").exists()
    assert 'href="views/roles.html"' in (tmp_path / "index.html").read_text()
    for page, anchor, _ in ROW.findall((views / "roles.html").read_text()):
        assert f'id="{anchor}"' in (tmp_path / page).read_text()


def test_a_review_without_roles_has_the_page_too(tmp_path: Path) -> None:
    assert names_on(written(tmp_path) / "roles.html") == []


def test_more_than_a_thousand_names_are_parted_and_found_from_the_first_page(
    browser: Browser, tmp_path: Path
) -> None:
    names = [f"app-{number:04}" for number in range(2500)]
    views = written(tmp_path, *names)
    assert [name for n in (1, 2, 3) for name in names_on(views / f"roles-{n}.html")] == names
    page, said = opened(browser, tmp_path, "views/roles.html")
    assert page.locator(".ranges a").count() == 3
    page.get_by_label("Beginning of a role's name").fill("arn:aws:iam::012345678901:role/team/APP-1999")
    page.get_by_role("button", name="Find the role").click()
    page.wait_for_url("**/views/roles-2.html#*")
    assert page.locator("#names tbody tr:visible").all_inner_texts()[0].startswith("app-1999")
    assert page.locator("#names tbody tr:visible").count() == 1
    page.get_by_role("link", name="Later names").first.click()
    page.wait_for_url("**/views/roles-3.html")
    assert not [line for line in said if "violat" in line.lower()]
    page.context.close()
