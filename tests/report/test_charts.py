"""The pictures show the numbers of the summary, unknown ones as their own, and say so in words beside them."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.frames import FollowUps, frame_of
from hygiene.report import summarise, write_report
from hygiene.report.charts import WIDTH, charts
from hygiene.report.counts import AccountNumbers
from hygiene.report.last_use import count_last_use, labels, starts
from tests.report.review_sample import a_review, a_role, no_date, the_facts, the_provenance, unused

if TYPE_CHECKING:
    from pathlib import Path

    from hygiene.report.charts import Chart


def drawn(
    summary: dict[str, Any], accounts: dict[str, AccountNumbers] | None = None, **names: str
) -> dict[str, Chart]:
    return {chart.key: chart for chart in charts(summary, accounts or {}, names)}


def summary_of(*roles: dict[str, Any]) -> dict[str, Any]:
    return summarise(a_review(roles), the_facts())


def used(days: int) -> dict[str, Any]:
    return unused(days) if days >= 90 else {"unused_days": days}


def test_a_bucket_begins_exactly_at_the_threshold() -> None:
    assert labels(90) == ("0-7", "8-30", "31-89", "90-180", "181-365", "366+")
    assert labels(30) == ("0-7", "8-29", "30-90", "91-180", "181-365", "366+")
    assert starts(1) == (0, 1, 31, 91, 181, 366)
    roles = a_review([a_role(f"r{days}", **used(days)) for days in (0, 7, 8, 89, 90, 365, 366, 5000)]).roles
    assert count_last_use(roles, 90) == {"0-7": 2, "8-30": 1, "31-89": 1, "90-180": 1, "181-365": 1, "366+": 2}


def test_every_role_that_is_not_excluded_is_in_one_bucket_and_unknown_is_its_own() -> None:
    summary = summary_of(
        a_role("used"),
        a_role("quiet", **no_date("unused", "not_used_in_tracking_period")),
        a_role("fresh", **no_date("unused", "never_used")),
        a_role("new", **no_date("too_new", "too_new")),
        a_role("dark", **no_date("unknown", "no_data")),
        a_role("linked", **no_date("excluded", "service_linked")),
    )
    held = {key: number for key, number in summary["last_use"].items() if number}
    assert held == {"0-7": 1, "not_used_in_tracking_period": 1, "never_used": 1, "too_new": 1, "no_data": 1}
    chart = drawn(summary)["last-use-chart"]
    assert ("unknown: not read", "1") in chart.rows
    assert chart.says == "2 roles of 5 have reached the threshold of 90 days. For 1 role it is unknown."


def test_the_funnel_narrows_from_the_population_to_answers_carried_out() -> None:
    role = a_role("asked", **unused())
    done = a_role("done", **unused(), decision="remove", decision_state="answered", reviewer="ana@example.com")
    followup = {
        "review_id": "o-exampleorg1-2026-Q4", "account_id": role["account_id"], "role_arn": done["role_arn"],
        "role_id": done["role_id"], "decision": "remove", "state": "verified",
    }  # fmt: skip
    earlier = followup | {"review_id": "o-exampleorg1-2026-Q3", "role_id": "AROAOLD"}
    tables = replace(
        a_review([role, done, a_role("kept"), a_role("linked", **no_date("excluded", "service_linked"))]),
        followups=frame_of(FollowUps, [followup, earlier]),
    )
    chart = drawn(summarise(tables, the_facts()))["funnel-chart"]
    assert [int(number) for _, number in chart.rows] == [4, 3, 2, 1, 1]
    assert chart.says == "Still to answer, by what is suggested: 1 remove."


def test_bars_are_to_scale_and_what_is_not_zero_can_be_seen() -> None:
    accounts = {
        "1": AccountNumbers(roles=9, by_severity=(1, 0, 0, 0, 0), granted=100_000, used=1, measured=9, judged=9),
        "2": AccountNumbers(roles=9, by_severity=(0, 5, 0, 0, 0), granted=50_000, used=0, measured=9, judged=9),
    }
    found = drawn(summary_of(a_role()), accounts)
    first, second = found["services-chart"].bars
    assert [part.width for part in first.parts] == [WIDTH, 2]
    assert [part.width for part in second.parts] == [WIDTH // 2, 0]
    assert [bar.label for bar in found["risk-chart"].bars] == ["1", "2"], "one critical comes before five high ones"


def test_an_account_read_in_part_says_for_how_many_roles_its_services_speak() -> None:
    accounts = {"1": AccountNumbers(roles=30, granted=915, used=0, measured=3, judged=25)}
    [bar] = drawn(summary_of(a_role()), accounts)["services-chart"].bars
    assert bar.value == "0 of 915 used, in the 3 of 25 roles read"


def test_services_that_were_not_read_are_said_not_drawn_as_unused() -> None:
    chart = drawn(summary_of(a_role(services_used=None)), {"1": AccountNumbers(roles=1)})["services-chart"]
    assert chart.sentence == "Which of the granted services were used was not read for any role."
    assert chart.bars == ()


def test_one_account_and_no_role_at_all_need_no_picture() -> None:
    one = {"1": AccountNumbers(roles=1, by_severity=(1, 0, 0, 0, 0))}
    assert "risk-chart" not in drawn(summary_of(a_role()), one)
    assert drawn(summary_of()) == {}


def test_many_accounts_show_ten_and_say_so() -> None:
    accounts = {
        f"{n:012}": AccountNumbers(roles=1, by_severity=(n, 0, 0, 0, 0), granted=n, measured=1, judged=1)
        for n in range(1, 301)
    }
    found = drawn(summary_of(a_role()), accounts)
    for key in ("services-chart", "risk-chart"):
        assert len(found[key].bars) == 10
        assert "10 of 300 accounts" in found[key].says
        assert found[key].rows[0][0] == f"{300:012}"


def test_every_picture_has_a_title_a_text_and_a_table_with_the_same_numbers(big_report: Path) -> None:
    page = (big_report / "index.html").read_text()
    pictures = re.findall(r'<figure class="chart".*?</figure>', page, flags=re.DOTALL)
    assert len(pictures) == 4
    for picture in pictures:
        named = re.search(r'aria-labelledby="([\w-]+) ([\w-]+)"', picture)
        assert named
        assert f'<title id="{named[1]}">' in picture
        assert f'<desc id="{named[2]}">' in picture
        assert picture.count('class="track"') == picture.count('<th scope="row">') > 0
        assert "style=" not in picture
    summary = json.loads((big_report / "summary.json").read_text())
    shown = re.findall(r'<th scope="row">[^<]*days ago[^<]*</th><td>([\d,]+)</td>', page)
    assert [int(number) for number in shown] == [
        number for key, number in summary["last_use"].items() if key[0].isdigit()
    ]
    assert sum(summary["last_use"].values()) == summary["roles"]["total"] - summary["roles"]["excluded"]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a" * 300, "x\u202egnp"])
def test_account_names_stay_text_and_in_their_place(tmp_path: Path, name: str) -> None:
    roles = [
        a_role("one", account_name=name, severity="high"),
        a_role("two", "111122223333", account_name="plain", severity="high"),
    ]
    write_report(a_review(roles), the_facts(), the_provenance(), tmp_path, ("html",))
    page = (tmp_path / "index.html").read_text()
    picture = re.search(r'id="risk-chart".*?</svg>', page, flags=re.DOTALL)
    assert picture
    texts = re.findall(r"<text[^>]*>(.*?)</text>", picture[0])
    assert len(texts) == 4
    assert all(len(html.unescape(text)) <= 30 for text in texts)
    assert "<script>alert" not in picture[0]
    assert "\u202e" not in picture[0]
