"""The files of a report agree with the tables, with each other and with the manifest."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

from hygiene.errors import FrameError, ReportError
from hygiene.frames import Changes, Coverage, Decisions, Findings, Roles, columns_of
from hygiene.report import FORMATS, summarise, write_report
from hygiene.report.links import owner_page
from tests.report.review_sample import (
    ACCOUNT,
    a_big_review,
    a_finding,
    a_review,
    a_role,
    an_account,
    big_facts,
    no_date,
    the_facts,
    the_provenance,
    unused,
)

if TYPE_CHECKING:
    from pathlib import Path

    from hygiene.frames import ReviewTables

SCHEMAS = {"roles": Roles, "findings": Findings, "coverage": Coverage, "changes": Changes, "decisions": Decisions}


def report_of(folder: Path, tables: ReviewTables, formats: Any = FORMATS, **facts: Any) -> Path:
    folder.mkdir(exist_ok=True)
    write_report(tables, the_facts(**facts), the_provenance(), folder, formats)
    return folder


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def summary_of(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "summary.json").read_text())
    return loaded


def html_number(page: str, words: str) -> int:
    found = re.search(rf'<data value="(\d+)">[\d,]+</data>(?:<span class="what">)? ?{re.escape(words)}<', page)
    assert found, words
    return int(found[1])


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_csv_has_the_columns_of_its_schema_and_quotes_every_cell(big_report: Path, name: str) -> None:
    raw = (big_report / f"{name}.csv").read_bytes()
    assert b"\r" not in raw
    assert raw.endswith(b'"\n')
    header = raw.decode().splitlines()[0]
    assert header == ",".join(f'"{column}"' for column in columns_of(SCHEMAS[name]))


def test_summary_tables_and_first_page_show_the_same_numbers(big_report: Path) -> None:
    summary, roles = summary_of(big_report), csv_rows(big_report / "roles.csv")
    decisions, coverage = csv_rows(big_report / "decisions.csv"), csv_rows(big_report / "coverage.csv")
    page = (big_report / "index.html").read_text()
    asked = sum(row["needs_decision"] == "yes" for row in decisions)
    assert (
        summary["needs_decision"]
        == summary["decisions"]["to_answer"]
        == asked
        == html_number(page, "need a decision")
    )
    assert summary["roles"]["total"] == len(roles)
    assert summary["accounts"]["total"] == len(coverage)
    for status in ("in_use", "unused", "too_new", "excluded", "unknown"):
        number = sum(row["usage_status"] == status for row in roles)
        assert summary["roles"][status] == number == html_number(page, status.replace("_", " "))
    urgent = sum(row["severity"] in ("critical", "high") for row in roles)
    assert summary["critical_or_high"] == urgent == html_number(page, "critical or high")
    gaps = sum(row["status"] in ("failed", "partial") for row in coverage)
    assert html_number(page, "not fully read") == gaps


def test_the_first_page_says_in_words_what_the_summary_says(big_report: Path) -> None:
    words, page = summary_of(big_report)["in_words"], (big_report / "index.html").read_text()
    told = [words["compared"], *words["better"], *words["worse"], *words["to_do"]]
    assert len(told) >= 5
    assert [sentence for sentence in told if sentence not in page] == []


def test_the_numbers_of_findings_are_those_in_effect(big_report: Path) -> None:
    numbers = summary_of(big_report)["findings"]
    effective = [row for row in csv_rows(big_report / "findings.csv") if not row["held_back_by"]]
    assert numbers["effective"] == len(effective) == sum(numbers["by_severity"].values())
    assert sum(numbers["by_check"].values()) == len(effective)


def test_a_number_on_the_first_page_leads_to_as_many_rows(big_report: Path) -> None:
    summary = summary_of(big_report)
    for name, number in (
        ("need-decision", summary["needs_decision"]),
        ("unused", summary["roles"]["unused"]),
        ("critical-or-high", summary["critical_or_high"]),
    ):
        assert (big_report / "views" / f"{name}.html").read_text().count('<tbody class="role"') == number


def test_every_link_leads_to_a_file_and_every_card_link_to_a_card(big_report: Path) -> None:
    pages = {path: path.read_text() for path in big_report.rglob("*.html")}
    for path, text in pages.items():
        for href in set(re.findall(r'href="([^":]*)"', text)):
            file, _, anchor = href.partition("#")
            target = (path.parent / file).resolve() if file else path
            assert target.exists(), (path.name, href)
            if anchor and "=" not in anchor:
                assert f'id="{anchor}"' in pages[target], (path.name, href)


def test_the_same_review_gives_the_same_bytes(tmp_path: Path) -> None:
    tables = a_big_review()
    turned = replace(
        tables, roles=tables.roles[::-1], findings=tables.findings[::-1], decisions=tables.decisions[::-1]
    )
    for name, given, run in (("a", tables, "run-1"), ("b", turned, "run-2")):
        (tmp_path / name).mkdir()
        write_report(given, big_facts(), the_provenance(run_id=run), tmp_path / name)
    first = {p.relative_to(tmp_path / "a"): p.read_bytes() for p in (tmp_path / "a").rglob("*") if p.is_file()}
    second = {p.relative_to(tmp_path / "b"): p.read_bytes() for p in (tmp_path / "b").rglob("*") if p.is_file()}
    assert first.keys() == second.keys()
    assert {str(path) for path in first if first[path] != second[path]} == {"manifest.json"}


def test_the_manifest_lists_every_other_file_with_its_digest(tmp_path: Path) -> None:
    files = write_report(a_big_review(), big_facts(), the_provenance(supersedes="abc"), tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    listed = {entry["path"]: entry for entry in manifest["files"]}
    there = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert set(listed) == there - {"manifest.json"}
    assert [file.path for file in files] == [*sorted(listed), "manifest.json"]
    for path, entry in listed.items():
        content = (tmp_path / path).read_bytes()
        assert (entry["sha256"], entry["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert manifest["supersedes"] == "abc"
    assert manifest["snapshot"]["location"] == "s3://example/snapshots/2026-Q4"
    assert manifest["started_at"] == "2026-11-23T06:00:00Z"


def test_summary_coverage_and_manifest_are_written_whatever_the_formats(tmp_path: Path) -> None:
    report_of(tmp_path, a_review([a_role()]), ())
    assert {path.name for path in tmp_path.iterdir()} == {"summary.json", "coverage.csv", "manifest.json"}


def test_the_first_page_offers_only_what_was_written(tmp_path: Path) -> None:
    page = (report_of(tmp_path, a_review([a_role()]), ("html",)) / "index.html").read_text()
    assert 'href="coverage.csv"' in page
    assert "decisions.xlsx" not in page


def test_decisions_that_are_needed_stand_first(big_report: Path) -> None:
    needed = [row["needs_decision"] for row in csv_rows(big_report / "decisions.csv")]
    assert needed == sorted(needed, reverse=True)
    assert set(needed) == {"yes", "no"}


def test_cells_hold_ids_with_zeros_whole_numbers_and_nothing_for_unknown(tmp_path: Path) -> None:
    folder = report_of(tmp_path, a_review([a_role(**no_date("unknown", "no_data", services_used=None))]))
    row = csv_rows(folder / "roles.csv")[0]
    assert row["account_id"] == "012345678901"
    assert (row["age_days"], row["max_session_hours"]) == ("700", "1")
    assert (row["last_used_at"], row["unused_days"], row["services_used"]) == ("", "", "")
    assert row["created_at"] == "2024-12-23T06:00:00Z"


def test_parquet_holds_the_unescaped_truth(tmp_path: Path) -> None:
    folder = report_of(tmp_path, a_review([a_role("=cmd", description="=1+1\r\n\x00")]))
    twin = pd.read_parquet(folder / "roles.parquet")
    assert twin["role_name"].tolist() == ["=cmd"]
    assert twin["description"].tolist() == ["=1+1\r\n\x00"]
    assert csv_rows(folder / "roles.csv")[0]["description"] == "'=1+1\n\ufffd"


def test_the_workbook_asks_with_a_list_and_holds_no_formula(tmp_path: Path) -> None:
    role = a_role("app", **unused(suggestion_reason='=HYPERLINK("http://evil")'))
    book = openpyxl.load_workbook(report_of(tmp_path, a_review([role])) / "decisions.xlsx")
    sheet = book.worksheets[0]
    header = [cell.value for cell in sheet[1]]
    values = dict(zip(header, sheet[2], strict=True))
    assert header == columns_of(Decisions)
    assert all(cell.data_type in ("s", "n") for row in sheet for cell in row)
    assert values["suggestion_reason"].value == '=HYPERLINK("http://evil")'
    assert values["account_id"].value == ACCOUNT
    assert values["decision"].value is None
    assert not values["decision"].protection.locked
    assert values["role_arn"].protection.locked
    assert sheet.protection.sheet
    assert sheet.freeze_panes == "A2"
    (rule,) = sheet.data_validations.dataValidation
    assert rule.formula1 == '"keep,reduce,remove,not-mine"'


def test_an_account_of_more_than_a_thousand_roles_goes_on_on_further_pages(tmp_path: Path) -> None:
    roles = [a_role(f"role-{number:04}", risk_score=number % 100) for number in range(2001)]
    folder = report_of(tmp_path, a_review(roles), ("html",))
    pages = [(folder / "accounts" / f"{ACCOUNT}{end}.html").read_text() for end in ("", "-2", "-3")]
    assert [page.count('<tbody class="role"') for page in pages] == [1000, 1000, 1]
    assert f'href="{ACCOUNT}-3.html"' in pages[0]
    assert not (folder / "accounts" / f"{ACCOUNT}-4.html").exists()
    assert (folder / owner_page("team-shop@example.com", 3)).exists()
    assert len(pages[0]) < 3_000_000


def test_a_card_on_a_second_page_is_linked_there(tmp_path: Path) -> None:
    roles = [a_role(f"role-{number:04}", risk_score=50) for number in range(1000)]
    late = a_role("late", risk_score=1, **unused())
    folder = report_of(tmp_path, a_review([*roles, late]), ("html",))
    assert f'href="accounts/{ACCOUNT}-2.html#r-{late["role_id"]}"' in (folder / "index.html").read_text()


def test_a_very_large_organization_keeps_a_small_first_page(tmp_path: Path) -> None:
    accounts = [f"{number:012}" for number in range(1, 321)]  # Lists are cut at 200.
    roles = [a_role("app", key, account_name=f"account-{key}", owner=f"team-{key}", **unused()) for key in accounts]
    tables = a_review(roles)
    folder = report_of(tmp_path, replace(tables, roles=tables.roles), ("html",))
    page = (folder / "index.html").read_text()
    assert len(page.encode()) < 300_000
    assert "The 200 accounts with most to decide, of 320" in page
    assert "The 200 owners with most to decide, of 320" in page


def test_a_review_in_which_nothing_was_read_says_so(tmp_path: Path) -> None:
    coverage = [an_account(status="failed", reason="AccessDenied"), an_account("111122223333", "failed", reason="no")]
    folder = report_of(tmp_path, a_review(coverage=coverage))
    page = (folder / "index.html").read_text()
    assert "No role could be reviewed" in page
    assert "2 accounts could not be read." in page
    assert "AccessDenied" in page
    assert summary_of(folder)["unused_percent_of_judged"] is None
    account = (folder / "accounts" / f"{ACCOUNT}.html").read_text()
    assert "nothing on this page says that it is clean" in account
    assert openpyxl.load_workbook(folder / "decisions.xlsx").worksheets[0].max_row == 1


def test_a_role_without_a_date_is_never_called_never_used(tmp_path: Path) -> None:
    folder = report_of(tmp_path, a_review([a_role(**no_date("unused", "not_used_in_tracking_period"))]))
    for path in folder.rglob("*.html"):
        assert "never used" not in path.read_text().lower(), path.name
    assert "400-day tracking period" in (folder / "accounts" / f"{ACCOUNT}.html").read_text()


def test_a_first_review_and_an_unproven_population_are_said_plainly(tmp_path: Path) -> None:
    folder = report_of(tmp_path, a_review([a_role()]), previous_quarter="", population_proven=False)
    page = (folder / "index.html").read_text()
    assert "First review: nothing to compare with yet." in page
    assert "The population is not proven." in page


def test_decisions_exceptions_and_findings_of_users_are_shown(tmp_path: Path) -> None:
    role = a_role(decision="keep", decision_state="answered", reviewer="ana@example.com", suggestion="reduce")
    found = [
        a_finding(role, "full-admin", exception="until 2027-01-31: break glass", held_back_by="scp"),
        a_finding(None, "long-term-credentials", account_id=ACCOUNT, evidence="User ftp has a key of 2019."),
    ]
    page = (report_of(tmp_path, a_review([role], found)) / "accounts" / f"{ACCOUNT}.html").read_text()
    for words in (
        "ana@example.com",
        "until 2027-01-31: break glass",
        "held back by scp",
        "User ftp has a key of 2019.",
    ):
        assert words in page


def test_a_role_of_an_account_without_coverage_is_our_bug(tmp_path: Path) -> None:
    with pytest.raises(FrameError, match=ACCOUNT):
        report_of(tmp_path, a_review([a_role()], coverage=[an_account("111122223333")]))


def test_a_folder_that_cannot_take_a_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="does not exist"):
        write_report(a_review(), the_facts(), the_provenance(), tmp_path / "none")
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ReportError, match="never edited"):
        write_report(a_review(), the_facts(), the_provenance(), tmp_path)


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="Unknown report format pdf"):
        report_of(tmp_path, a_review(), ("pdf",))


def test_summarise_gives_what_is_written(big_report: Path) -> None:
    assert summarise(a_big_review(), big_facts()) == summary_of(big_report)


def test_roles_that_aws_owns_do_not_count_as_roles_without_an_owner(tmp_path: Path) -> None:
    roles = [
        a_role("app", owner=None),
        a_role("linked", owner=None, usage_status="excluded", usage_reason="service_linked"),
    ]
    write_report(a_review(roles), the_facts(), the_provenance(), tmp_path)
    assert json.loads((tmp_path / "summary.json").read_text())["without_owner"] == 1
