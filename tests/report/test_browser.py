"""The pages in a real browser: nothing leaves them, and they work on a phone and without JavaScript."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

ACCOUNT = "accounts/012345678901.html"
PAGES = (
    "index.html",
    ACCOUNT,
    "accounts/666677778888.html",
    "views/need-decision.html",
    "views/roles.html",
    "attestation.html",
)


def opened(browser: Browser, folder: Path, path: str, **options: Any) -> tuple[Page, list[str]]:
    """Open a page and collect what it says to the console and asks the network for."""
    page = browser.new_context(**options).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url))
    file, _, fragment = path.partition("#")
    page.goto(f"{(folder / file).as_uri()}{'#' if fragment else ''}{fragment}")
    return page, said


def shown(page: Page) -> int:
    return page.locator("tbody.role:visible").count()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_requested_and_no_policy_is_violated(browser: Browser, big_report: Path, path: str) -> None:
    page, said = opened(browser, big_report, path)
    page.wait_for_timeout(50)
    assert said == [(big_report / path).as_uri()]
    page.context.close()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("javascript", [True, False])
def test_a_phone_never_scrolls_sideways(browser: Browser, big_report: Path, path: str, javascript: bool) -> None:
    phone = {"width": 390, "height": 844}
    page, _ = opened(browser, big_report, path, viewport=phone, java_script_enabled=javascript)
    widths = [box["x"] + box["width"] for box in (page.locator("main").bounding_box(),) if box]
    assert max(widths) <= phone["width"]
    if javascript:
        assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"]
    page.context.close()


def test_filter_and_chips_keep_the_rows_that_fit_and_the_address_remembers(
    browser: Browser, big_report: Path
) -> None:
    page, _ = opened(browser, big_report, ACCOUNT)
    everything = shown(page)
    page.get_by_role("button", name="Unused").click()
    unused = shown(page)
    assert 0 < unused < everything
    page.get_by_role("searchbox").fill("terraform")
    page.locator(".count", has_text="1 of").wait_for()
    assert shown(page) == 1
    assert "roles.q=terraform" in page.url
    assert "roles.show=unused" in page.url
    page.reload()
    assert shown(page) == 1
    page.context.close()


def test_sorting_turns_the_rows_and_says_so(browser: Browser, big_report: Path) -> None:
    page, _ = opened(browser, big_report, ACCOUNT)
    names = page.locator("tbody.role th a")
    page.get_by_role("button", name="Role", exact=True).click()
    head = page.locator("th", has=page.get_by_role("button", name="Role", exact=True))
    assert head.get_attribute("aria-sort") == "ascending"
    ascending = names.all_inner_texts()
    assert ascending == sorted(ascending, key=str.lower)
    page.get_by_role("button", name="Role", exact=True).click()
    assert names.all_inner_texts() == ascending[::-1]
    page.get_by_role("button", name="Last use").click()
    cells = page.locator("tbody.role .facts td:nth-child(3)").all()
    values = [cell.get_attribute("data-v") or "" for cell in cells]
    known = [int(value) for value in values if value]
    assert known == sorted(known, reverse=True)
    assert values[: len(known)] == [str(value) for value in known], "what is not known stands last"
    page.context.close()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_link_from_the_first_page_opens_the_role_card(browser: Browser, big_report: Path, javascript: bool) -> None:
    page, _ = opened(browser, big_report, "index.html", java_script_enabled=javascript)
    page.locator("table.first tbody th a").first.click()
    page.wait_for_url("**#r-*")
    card = page.locator(f"[id='{page.url.partition('#')[2]}']")
    card.wait_for(state="visible")
    assert "What would break" in card.inner_text()
    page.context.close()


def test_a_filter_link_of_the_first_page_shows_as_many_roles_as_it_says(browser: Browser, big_report: Path) -> None:
    page, _ = opened(browser, big_report, "index.html")
    link = page.locator("#accounts tbody a[href$='roles.show=need']").first
    number = int(link.inner_text())
    link.click()
    page.wait_for_selector("table.roles")
    assert shown(page) == number
    page.context.close()


def test_without_javascript_everything_is_there_and_no_dead_control(browser: Browser, big_report: Path) -> None:
    page, _ = opened(browser, big_report, ACCOUNT, java_script_enabled=False)
    assert shown(page) == 26
    assert page.locator(".controls:visible").count() == 0
    assert page.locator("thead button").count() == 0
    page.locator("tbody.role summary").first.click()
    assert page.locator(".card").first.is_visible()
    page.context.close()


def test_the_keyboard_reaches_sorting_and_the_content(browser: Browser, big_report: Path) -> None:
    page, _ = opened(browser, big_report, ACCOUNT)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.locator("thead button").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("thead th").first.get_attribute("aria-sort") == "ascending"
    page.context.close()


def test_print_opens_the_cards_and_hides_the_controls(browser: Browser, big_report: Path) -> None:
    page, _ = opened(browser, big_report, ACCOUNT, java_script_enabled=False)
    page.emulate_media(media="print")
    assert page.locator(".controls:visible").count() == 0
    assert page.locator(".card").first.is_visible()
    page.context.close()


@pytest.mark.parametrize("path", ["index.html", ACCOUNT])
def test_a_dark_screen_prints_in_the_colours_of_a_light_one(browser: Browser, big_report: Path, path: str) -> None:
    colours = []
    for scheme in ("light", "dark"):
        page, _ = opened(browser, big_report, path, color_scheme=scheme)
        page.emulate_media(media="print")
        style = "getComputedStyle(document.documentElement)"
        names = page.evaluate(f"[...{style}].filter(name => name.startsWith('--'))")
        colours.append({name: page.evaluate(f"{style}.getPropertyValue('{name}')") for name in names})
        page.context.close()
    assert len(colours[0]) > 20
    assert colours[0] == colours[1]


def test_the_attestation_prints_on_a_few_sheets(browser: Browser, big_report: Path) -> None:
    page, _ = opened(browser, big_report, "attestation.html")
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 4
    page.emulate_media(media="print")
    # What the foot of other pages says stands in the text here; alone it would take a sheet of its own.
    assert page.locator(".end").is_hidden()
    page.context.close()


def test_opening_a_card_keeps_the_filter(browser: Browser, big_report: Path) -> None:
    page, _ = opened(browser, big_report, ACCOUNT + "#roles.show=unused&roles.sort=0.ascending")
    unused = shown(page)
    assert 0 < unused < 26
    page.locator("tbody.role:visible th a").first.click()
    assert page.locator(".card:visible").count() == 1
    assert shown(page) == unused
    page.get_by_role("button", name="All").click()
    assert "roles.sort=0.ascending" in page.url
    page.context.close()


@pytest.mark.parametrize("path", [*PAGES, "owners"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_against_wcag_aa(browser: Browser, big_report: Path, path: str, scheme: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    file = path if path.endswith(".html") else next((big_report / path).iterdir()).relative_to(big_report).as_posix()
    # The pages forbid scripts that are not theirs, and axe is one.
    page, _ = opened(browser, big_report, file, color_scheme=scheme, bypass_csp=True)
    page.evaluate("[...document.querySelectorAll('details')].slice(0, 20).forEach(card => { card.open = true })")
    levels = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    found = axe.Axe().run(page, options={"runOnly": levels}).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found] == []
    page.context.close()
