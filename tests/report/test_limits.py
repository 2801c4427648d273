"""What was not assessed is said: by this review, from its numbers, and by any review of this kind."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from hygiene.report import summarise, write_report
from hygiene.report.counts import AccountNumbers
from hygiene.report.limits import ALWAYS, limits_of_this_review
from tests.report.review_sample import AS_OF, a_review, a_role, an_account, no_date, the_facts, the_provenance

if TYPE_CHECKING:
    from pathlib import Path

WATCHED: dict[str, Any] = {"events_from": AS_OF, "events_to": AS_OF}


def limits(*roles: dict[str, Any], coverage: Any = None, measured: int = 0, **parameters: Any) -> tuple[str, ...]:
    tables = a_review(roles, coverage=coverage or [an_account(**WATCHED)])
    facts = the_facts(parameters=parameters)
    accounts = [AccountNumbers(measured=measured)]
    return limits_of_this_review(summarise(tables, facts), facts, tables.coverage, accounts)


def test_where_everything_was_read_nothing_is_said_to_be_missing() -> None:
    assert limits(a_role(), measured=1) == ()


def test_unknown_use_and_services_that_were_not_read_are_counted() -> None:
    dark = a_role("dark", **no_date("unknown", "no_data"))
    assert limits(a_role(), dark, a_role("linked", **no_date("excluded", "service_linked")), measured=1) == (
        "1 role of AWS's own is listed and not judged.",
        "The use of 1 role is unknown: it was not read.",
        "Which granted services were used is known for 1 of 2 roles.",
    )


def test_accounts_without_events_are_said_and_accounts_that_were_not_read_are_not_counted_among_them() -> None:
    other = an_account("111122223333")
    assert limits(a_role(), coverage=[an_account(), other], measured=1)[0].startswith("CloudTrail was not read")
    some = [an_account(**WATCHED), other, an_account("222233334444", "failed", reason="no")]
    assert limits(a_role(), coverage=some, measured=1) == (
        "CloudTrail was read for 1 of 2 accounts; elsewhere it is not known who assumed the roles.",
    )


def test_what_the_configuration_leaves_out_is_said() -> None:
    off = {"long-session": {"enabled": False}, "no-owner": {"enabled": False}, "full-admin": {"enabled": True}}
    assert limits(a_role(), measured=1, aws={"references": "off"}, checks=off) == (
        "AWS Config was not asked which resources name a role, so what would break is known in part.",
        "The configuration switches off long-session and no-owner.",
    )


def test_the_first_page_names_the_limits_of_every_review(tmp_path: Path) -> None:
    write_report(a_review([a_role()]), the_facts(), the_provenance(), tmp_path, ("html",))
    page = html.unescape((tmp_path / "index.html").read_text())
    assert [limit.what for limit in ALWAYS if f"<dt>{limit.what}</dt><dd>{limit.therefore}" not in page] == []
    assert "CloudTrail was not read" in page
