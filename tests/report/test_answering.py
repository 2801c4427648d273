"""Answers given in the page, in a real browser: kept, checked, downloaded, and the same as those of a sheet."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import shutil
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from hygiene import pipeline
from hygiene.config import Settings
from hygiene.pipeline.importing import import_decisions
from hygiene.pipeline.ledgers import answers_of
from hygiene.report import write_report
from hygiene.store import open_store
from tests.builders import ACCOUNT, AS_OF, a_role, details, document, statement
from tests.report.review_sample import a_finding, a_review, the_facts, the_provenance, unused
from tests.report.review_sample import a_role as large_role
from tests.report.test_browser import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Dialog, Locator, Page

REVIEW = f"{ACCOUNT}-2026-Q4"
NOW = datetime(2027, 1, 3, 8, 0, tzinfo=UTC)
SCRIPT = "</script><img src=x onerror=alert(1)>"
SHEET = "=SUM(A1)"
TURNED = "turned\u202eround"
TWINS = ("twin-1", "twin-2", "twin-3")
WHY = 'Left over, "really"\nfrom März; not used'
ANSWERS = {
    "old": {"decision": "keep", "justification": "+1 from Ana: the yearly audit", "ticket": "OPS-1"},
    **{name: {"decision": "remove", "justification": WHY, "target_date": "2027-02-28"} for name in TWINS},
    SHEET: {"decision": "not-mine", "justification": "ben@example.com"},
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """OUT of a real report: roles with unlike policies, three that are alike, and names meant to break something."""
    folder = tmp_path_factory.mktemp("answering")
    unlike = [
        a_role(name, last_used=200, inline=document(statement(f"s3:Get{number}*")), RoleId=f"AROA{number}")
        for number, name in enumerate(("old", SHEET, SCRIPT, TURNED))
    ]
    alike = [a_role(name, last_used=300) for name in TWINS]
    alike.append(a_role("alike-in-use"))
    # More than can be read at a glance, so that there is something to filter and cards to open.
    others = [a_role(f"other-{number}", inline=None, last_used=number) for number in range(3)]
    (folder / "account.json").write_text(json.dumps(details(*unlike, *alike, a_role("busy", inline=None), *others)))
    request = pipeline.ReportRequest(out=str(folder / "out"), as_of=AS_OF)
    pipeline.report(Settings(), str(folder / "account.json"), request)
    return folder / "out"


@pytest.fixture
def page(browser: Browser, out: Path) -> Iterator[Page]:
    """The owner's page, in a browser that has no answer yet."""
    opened_page, said = opened(browser, out / "2026-Q4", own_page(out), reduced_motion="reduce")
    opened_page.set_default_timeout(10_000)
    yield opened_page
    assert said[1:] == [said[0]] * (len(said) - 1), "nothing but the page itself is asked for, and nothing complains"
    opened_page.context.close()


def own_page(out: Path) -> str:
    (path,) = (out / "2026-Q4" / "owners").glob("ana-example-com-*.html")
    return f"owners/{path.name}"


def row(page: Page, name: str) -> Locator:
    shown = name.replace("\u202e", "⟨U+202E⟩")
    return page.locator("tbody.role", has=page.locator("th").get_by_role("link", name=shown, exact=True))


def form(page: Page, name: str) -> Locator:
    """The answer form of a role, its card opened."""
    of_role = row(page, name)
    if not of_role.locator("form").is_visible():
        of_role.locator("summary").click()
    return of_role.locator("form")


def answer(page: Page, name: str, decision: str, **cells: str) -> Locator:
    of_role = form(page, name)
    of_role.get_by_label(decision, exact=True).check()
    for field, text in cells.items():
        of_role.locator(f"[name={field}]").fill(text)
    return of_role


def said(page: Page) -> str:
    return page.locator("[data-said]").inner_text()


def downloaded(page: Page, reviewer: str = "ana@example.com") -> tuple[str, bytes]:
    page.get_by_label("Your name or address").fill(reviewer)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download decisions").click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def lines_of(content: bytes) -> dict[str, bytes]:
    """Role name → its line of a CSV without line ends in cells."""
    lines = content.splitlines()
    return {line.split(b'","')[2].rpartition(b"role/")[2].decode(): line for line in lines}


def test_the_download_is_decisions_csv_with_the_answers_filled_in(page: Page, out: Path) -> None:
    answer(page, "old", "keep", justification="audit")
    name, content = downloaded(page)
    assert name == f"decisions-{REVIEW}-{own_page(out)[7:-5]}.csv"
    asked = lines_of((out / "2026-Q4" / "decisions.csv").read_bytes())
    got = lines_of(content)
    assert list(got) == list(asked)
    assert {role for role in asked if got[role] != asked[role]} == {"old"}
    assert got["old"] == asked["old"].replace(
        b'"","","","","","","yes"', b'"keep","audit","","","ana@example.com","","yes"'
    )
    assert "Now send it" in said(page)


def filled_csv(out: Path) -> bytes:
    with (out / "2026-Q4" / "decisions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for asked in rows:
        if given := ANSWERS.get(asked["role_arn"].rpartition("role/")[2]):
            asked.update(given, reviewer="ana@example.com")
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def filled_xlsx(out: Path) -> bytes:
    book = openpyxl.load_workbook(out / "2026-Q4" / "decisions.xlsx")
    head, *rows = book["decisions"].iter_rows()
    names = [cell.value for cell in head]
    for cells in rows:
        asked: dict[Any, Any] = dict(zip(names, cells, strict=True))
        if given := ANSWERS.get(str(asked["role_arn"].value).rpartition("role/")[2]):
            for name, text in {**given, "reviewer": "ana@example.com"}.items():
                asked[name].value = date.fromisoformat(text) if name == "target_date" else text
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def filled_html(page: Page) -> bytes:
    answer(page, "old", **ANSWERS["old"])
    group = answer(page, "twin-2", **ANSWERS["twin-2"])
    group.get_by_role("button", name="Same answer for the 2 other roles of this group").click()
    assert said(page) == "remove for 3 roles of the group."
    answer(page, SHEET, **ANSWERS[SHEET])
    return downloaded(page)[1]


def test_csv_workbook_and_page_give_the_same_answers(page: Page, out: Path, tmp_path: Path) -> None:
    files = {"a.csv": filled_csv(out), "a.xlsx": filled_xlsx(out), "page.csv": filled_html(page)}
    answers = {}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        shutil.copytree(out, tmp_path / f"out of {name}")
        report = str(tmp_path / f"out of {name}" / "2026-Q4")
        import_decisions(tmp_path / name, report, "security@example.com", lambda: NOW, dry_run=False)
        taken = answers_of(open_store(tmp_path / f"out of {name}"), REVIEW)
        answers[name] = sorted(
            (dataclasses.replace(each, original="", line=0) for each in taken), key=lambda each: each.role_arn
        )
    assert [each.decision for each in answers["page.csv"]].count("remove") == 3
    assert {each.justification for each in answers["page.csv"]} >= {WHY, "+1 from Ana: the yearly audit"}
    assert answers["a.csv"] == answers["a.xlsx"] == answers["page.csv"]


def test_answers_stay_with_their_role_however_the_page_was_sorted_when_it_opened(browser: Browser, out: Path) -> None:
    for direction in ("ascending", "descending"):
        sorted_page = f"{own_page(out)}#roles.sort=0.{direction}&roles.q=twin"
        page, _ = opened(browser, out / "2026-Q4", sorted_page, reduced_motion="reduce")
        answer(page, "twin-2", "not-mine")
        _, content = downloaded(page)
        assert [name for name, line in lines_of(content).items() if b"not-mine" in line] == ["twin-2"]
        page.context.close()


def test_an_answer_that_was_imported_stands_in_the_next_page_and_comes_back_as_it_is(
    browser: Browser, page: Page, out: Path, tmp_path: Path
) -> None:
    answer(page, "twin-1", "remove", ticket="OPS-1")
    (tmp_path / "page.csv").write_bytes(downloaded(page)[1])
    again = tmp_path / "out"
    shutil.copytree(out, again)
    import_decisions(tmp_path / "page.csv", str(again / "2026-Q4"), "security", lambda: NOW, dry_run=False)
    request = pipeline.ReportRequest(out=str(again), as_of=AS_OF)
    pipeline.report(Settings(), str(out.parent / "account.json"), request)
    newer, _ = opened(browser, again / "2026-Q4", own_page(again), reduced_motion="reduce")
    assert newer.locator("[data-done]").inner_text() == "0 of 6 answered"
    assert form(newer, "twin-1").get_by_label("remove", exact=True).is_checked()
    assert form(newer, "twin-1").locator("[name=ticket]").input_value() == "OPS-1"
    answer(newer, "twin-2", "remove", justification="left over")
    _, content = downloaded(newer)
    asked = lines_of((again / "2026-Q4" / "decisions.csv").read_bytes())
    assert lines_of(content)["twin-1"] == asked["twin-1"]
    (tmp_path / "page.csv").write_bytes(content)
    taken = import_decisions(tmp_path / "page.csv", str(again / "2026-Q4"), "security", lambda: NOW, dry_run=True)
    assert ([each.role_arn.rpartition("/")[2] for each in taken.new], taken.same) == (["twin-2"], 1)
    newer.context.close()


def test_typed_answers_outlive_a_reload_and_are_kept_by_review_and_role(page: Page) -> None:
    answer(page, "twin-1", "keep", justification="audit")
    answer(page, "old", "remove", ticket="OPS-2")
    form(page, TURNED).locator("[name=justification]").fill("not yet")
    page.get_by_label("Your name or address").fill("ana@example.com")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    assert page.locator("[data-done]").inner_text() == "2 of 7 answered"
    assert "your answer: keep" in row(page, "twin-1").inner_text()
    assert form(page, "old").locator("[name=ticket]").input_value() == "OPS-2"
    assert form(page, TURNED).locator("[name=justification]").input_value() == "not yet"
    assert page.get_by_label("Your name or address").input_value() == "ana@example.com"
    keys = page.evaluate("Object.keys(localStorage)")
    assert len(keys) == 4
    assert all(key.startswith(f"role-hygiene {REVIEW} ") for key in keys)
    assert "stay in this browser" in page.locator(".answers").inner_text()


def test_what_the_import_would_refuse_is_said_before_the_download(page: Page) -> None:
    of_role = answer(page, "old", "keep")
    assert "kept although the review suggests remove" in of_role.inner_text()
    page.get_by_role("button", name="Download decisions").click()
    assert "Not saved: 1 role would be refused" in said(page)
    of_role.locator("[name=justification]").fill("audit")
    of_role.locator("[name=target_date]").fill("2020-01-01")
    assert "lies before the review itself" in of_role.inner_text()
    of_role.locator("[name=target_date]").fill("")
    answer(page, "twin-1", "remove")
    assert "justification" not in form(page, "twin-1").locator("[data-hint]").inner_text()
    answer(page, "twin-2", "remove")
    for name in ("twin-1", "twin-2"):
        assert "several roles of one group" in form(page, name).inner_text()
        form(page, name).locator("[name=justification]").fill("left over")
    page.get_by_role("button", name="Download decisions").click()
    assert said(page) == "Say who answers: your name or mail address."
    downloaded(page)


def test_a_group_answer_leaves_what_was_answered_otherwise_and_follows_its_source(page: Page) -> None:
    answer(page, "twin-3", "keep", justification="in use by Ben")
    source = answer(page, "twin-1", "remove", justification="left over")
    source.get_by_role("button", name="Same answer for the other role").click()
    assert said(page) == "remove for 2 roles of the group. 1 kept the answer they had."
    answer(page, "twin-1", "reduce", justification="too wide")
    source.get_by_role("button", name="Same answer").click()
    row(page, "old").locator("summary").focus()
    page.keyboard.press("g")
    assert said(page) == "No other role of its group needs a decision on this page."
    states = [row(page, name).locator(".mine").inner_text() for name in TWINS]
    assert states == ["your answer: reduce", "your answer: reduce", "your answer: keep"]


def test_the_groups_of_a_page_lead_to_the_role_that_answers_for_them(page: Page, out: Path) -> None:
    table = page.get_by_role("table", name="Roles with the same trust and permissions that need a decision")
    assert table.locator("tbody tr").count() == 1, "their twin that is in use is another question"
    assert table.locator("tbody td").all_inner_texts()[:3] == ["3", "1", "remove"]
    table.locator("th a").click()
    of_role = form(page, "twin-1")
    assert "2 other roles of this page" in of_role.inner_text()
    index = (out / "2026-Q4" / "index.html").read_text()
    assert f'href="{own_page(out)}">twin-1</a><small>and others of another name' in index


def test_leaving_with_answers_that_were_not_downloaded_asks_first(page: Page) -> None:
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.reload()
    assert asked == []
    answer(page, "old", "remove")
    assert page.locator("[data-unsent]").inner_text() == "1 not downloaded yet"
    page.reload()
    assert asked == ["beforeunload"]
    downloaded(page)
    assert page.locator("[data-unsent]").inner_text() == ""
    page.reload()
    assert asked == ["beforeunload"]


def test_an_answer_can_be_taken_back_and_all_be_forgotten(page: Page) -> None:
    answer(page, "old", "remove", ticket="OPS-1").get_by_role("button", name="Take back").click()
    assert page.locator("[data-done]").inner_text() == "0 of 7 answered"
    assert form(page, "old").locator("[name=ticket]").input_value() == "OPS-1"
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Forget them").click()
    assert page.evaluate("localStorage.length") == 0
    assert form(page, "old").locator("[name=ticket]").input_value() == ""


def test_a_role_that_changed_since_has_to_be_answered_again(page: Page) -> None:
    answer(page, "old", "remove", justification="left over")
    page.evaluate(
        "Object.entries(localStorage).forEach(([key, kept]) =>"
        " localStorage.setItem(key, kept.replace(/(row_sha256\":\")./, '$1x')))"
    )
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    assert "changed since you answered" in row(page, "old").inner_text()
    again = form(page, "old")
    assert "You answered remove; the role changed since" in again.inner_text()
    assert again.locator("[name=justification]").input_value() == "left over"
    assert page.locator("[data-done]").inner_text() == "0 of 7 answered"


def test_a_browser_that_keeps_nothing_says_so(browser: Browser, out: Path) -> None:
    context = browser.new_context()
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })"
    )
    page = context.new_page()
    page.goto((out / "2026-Q4" / own_page(out)).as_uri())
    answer(page, "old", "remove")
    assert "This browser keeps nothing" in page.locator(".answers").inner_text()
    assert "stay in this browser" not in page.locator(".answers").inner_text()
    assert downloaded(page)[1].count(b"ana@example.com") == 1
    context.close()


def test_without_javascript_the_page_names_the_sheets_that_ask_the_same(browser: Browser, out: Path) -> None:
    page, _ = opened(browser, out / "2026-Q4", own_page(out), java_script_enabled=False)
    assert "fill in decisions.xlsx or decisions.csv, which ask the same" in page.locator("main").inner_text()
    assert page.locator(".answers:visible, [data-keys]:visible, .ask[data-answering]:visible").count() == 0
    page.context.close()


def test_an_account_is_answered_with_the_keyboard_alone(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("twin remove")
    page.locator(".count", has_text="3 of").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.press("3")
    page.keyboard.press("j")
    page.keyboard.press("3")
    page.keyboard.type("left over")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowUp")
    assert page.locator(":focus").evaluate("focus => focus.matches('summary')")
    page.keyboard.press("0")
    page.keyboard.press("j")
    page.keyboard.press("g")
    assert said(page) == "remove for 3 roles of the group."
    page.keyboard.press("n")
    assert page.locator(":focus").evaluate("focus => !focus.closest('tbody').textContent.includes('twin')")
    page.get_by_label("Your name or address").fill("ana@example.com")
    row(page, "twin-1").locator("summary").focus()
    with page.expect_download() as download:
        page.keyboard.press("e")
    assert download.value.path().read_text().count("left over") == 3


def test_keys_act_on_a_focused_role_only_and_can_be_switched_off(page: Page) -> None:
    page.keyboard.press("3")
    page.keyboard.press("j")
    assert page.locator("[data-done]").inner_text() == "0 of 7 answered"
    page.keyboard.press("?")
    help_shown = page.get_by_role("dialog", name="Keyboard")
    assert help_shown.is_visible()
    help_shown.get_by_label("Use keys of one letter or digit").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    row(page, "old").locator("summary").focus()
    page.keyboard.press("3")
    assert page.locator("[data-done]").inner_text() == "0 of 7 answered"
    page.get_by_role("button", name="Keyboard").click()
    page.get_by_label("Use keys of one letter or digit").check()
    page.get_by_role("button", name="Close").click()
    row(page, "old").locator("summary").focus()
    page.keyboard.press("3")
    assert page.locator("[data-done]").inner_text() == "1 of 7 answered"


def test_the_filter_looks_at_the_role_and_not_at_what_was_typed_about_it(page: Page) -> None:
    answer(page, "old", "not-mine", justification="zebra")
    for text, number in (
        ("zebra", "0 of 12"),
        ("not-mine", "0 of 12"),
        ("reports/old", "0 of 12"),
        ("role/old", "1 of 12"),
    ):
        page.get_by_role("searchbox").fill(text)
        page.locator(".count", has_text=number).wait_for()


NASTY = (
    "=1+1",
    "-2",
    "@x",
    "'=1",
    "''+1",
    "\t=1",
    "a\tb",
    "nul\x07bell",
    "\u00a0=1",
    "\ufeff=1",
    '“x”, "y"; z',
    "\u2028+1",
)


def test_hostile_names_and_texts_stay_text_in_the_page_and_in_the_file(page: Page, out: Path, tmp_path: Path) -> None:
    assert page.locator("img").count() == 0
    answer(page, SCRIPT, "remove", justification=" | ".join(NASTY))
    answer(page, TURNED, "not-mine", justification=NASTY[0])
    _, content = downloaded(page, reviewer="=cmd")
    for cells in csv.reader(io.StringIO(content.decode(), newline="")):
        assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "@", "-"))]
    shutil.copytree(out, tmp_path / "out")
    (tmp_path / "page.csv").write_bytes(content)
    report = str(tmp_path / "out" / "2026-Q4")
    taken = import_decisions(tmp_path / "page.csv", report, "ana", lambda: NOW, dry_run=True).new
    assert sorted(each.justification for each in taken) == sorted(
        [" | ".join(NASTY).replace("\x07", "\ufffd"), NASTY[0]]
    )
    assert {each.reviewer for each in taken} == {"=cmd"}


def thread_time(browser: Browser, page_uri: str, *, with_scripts: bool) -> float:
    """Return the processor time that opening a page takes; by the clock, a busy machine would count too."""
    page = browser.new_context(java_script_enabled=with_scripts).new_page()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(page_uri)
    assert page.locator("tbody.role").count() == 800
    took = {entry["name"]: entry["value"] for entry in session.send("Performance.getMetrics")["metrics"]}
    page.context.close()
    return float(took["ThreadTime"])


def test_a_page_of_800_roles_opens_and_its_scripts_add_little_to_that(browser: Browser, tmp_path: Path) -> None:
    roles = [large_role(f"role-{n}", **unused(group_id=f"g{n % 200}", severity="high")) for n in range(800)]
    findings = [a_finding(role, check) for role in roles for check in ("full-admin", "unused-role")]
    write_report(a_review(roles, findings), the_facts(), the_provenance(), tmp_path, ("html",))
    page_uri = (tmp_path / "accounts" / "012345678901.html").as_uri()
    page = browser.new_context().new_page()
    page.goto(page_uri)
    assert page.locator("[data-done]").inner_text() == "0 of 800 answered"
    page.context.close()
    # Machines differ by far more than pages do, so the page is held against itself.
    plain = min(thread_time(browser, page_uri, with_scripts=False) for _ in range(2))
    whole = min(thread_time(browser, page_uri, with_scripts=True) for _ in range(2))
    assert whole < 1.5 * plain, (whole, plain)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_form_bar_and_help(browser: Browser, out: Path, scheme: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    phone = {"width": 390, "height": 844}
    page, _ = opened(browser, out / "2026-Q4", own_page(out), color_scheme=scheme, viewport=phone, bypass_csp=True)
    answer(page, "old", "keep")
    answer(page, "twin-1", "remove")
    assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"]
    levels = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    for is_helped in (False, True):
        if is_helped:
            page.get_by_role("button", name="Keyboard").click()
        found = axe.Axe().run(page, options={"runOnly": levels}).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found] == []
    page.context.close()
