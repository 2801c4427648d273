from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from hygiene.analyse.checks import all_checks
from hygiene.frames import Findings, frame_of
from hygiene.review.exceptions import Waiver, exceptions_table, parse_exceptions, waive
from tests.builders import ACCOUNT, ADMIN, AS_OF, a_role, analysed

if TYPE_CHECKING:
    import pandas as pd

TODAY = AS_OF.date()
CHECKS = [check.id for check in all_checks()]


def entry(**given: Any) -> dict[str, Any]:
    """An exception for the disuse of `old`, in force for ten months yet."""
    values = {
        "match": {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/old"},
        "checks": ["unused-role"],
        "reason": "needed once a year",
        "owner": "ana@example.com",
        "approved_by": "ciso@example.com",
        "created": TODAY - timedelta(days=60),
        "expires": TODAY + timedelta(days=300),
    }
    return values | given


def parsed(*entries: Any) -> tuple[Waiver, ...]:
    return parse_exceptions({"exceptions": list(entries)}, CHECKS)


def refused(**given: Any) -> str:
    with pytest.raises(ValueError, match="exception 1: ") as error:
        parsed(entry(**given))
    return str(error.value)


class Found(NamedTuple):
    """What exceptions do, and their table."""

    findings: pd.DataFrame
    roles: frozenset[str]
    exceptions: pd.DataFrame


def waived(*entries: dict[str, Any], roles: tuple[dict[str, Any], ...] = ()) -> Found:
    analysis = analysed(*(roles or (a_role("old", last_used=200), a_role("busy"))))
    found = waive(parsed(*entries), analysis.roles, frame_of(Findings, analysis.findings), AS_OF)
    return Found(found.findings, found.roles, exceptions_table(parsed(*entries), found.used, AS_OF))


def states(found: Found) -> list[str]:
    return list(found.exceptions["state"])


def test_a_live_exception_stands_beside_its_finding_and_takes_the_question_away() -> None:
    found = waived(entry())
    (note,) = found.findings["exception"].dropna()
    assert note.startswith("needed once a year (owner ana@example.com, approved by ciso@example.com, until ")
    assert found.roles == {a_role("old")["RoleId"]}
    assert (states(found), list(found.exceptions["findings"])) == (["live"], [1])


def test_an_expired_exception_re_opens_its_finding_by_itself() -> None:
    found = waived(entry(expires=TODAY - timedelta(days=1)))
    assert found.findings["exception"].isna().all()
    assert (found.roles, states(found)) == (frozenset(), ["expired"])


@pytest.mark.parametrize(("days", "state"), [(-1, "expired"), (0, "expiring"), (30, "expiring"), (31, "live")])
def test_an_exception_holds_through_its_last_day_and_is_expiring_thirty_days_before(days: int, state: str) -> None:
    assert states(waived(entry(expires=TODAY + timedelta(days=days)))) == [state]


def test_an_exception_is_not_in_force_before_it_was_made() -> None:
    found = waived(entry(created=TODAY + timedelta(days=1)))
    assert (states(found), found.roles) == (["not-yet"], frozenset())


def test_an_exception_that_matches_nothing_is_unused() -> None:
    assert states(waived(entry(match={"role_arn": f"arn:aws:iam::{ACCOUNT}:role/gone"}))) == ["unused"]
    assert states(waived(entry(checks=["full-admin"]))) == ["unused"]


def test_another_finding_of_the_role_still_asks_for_a_decision() -> None:
    powerful = (a_role("old", last_used=200, inline=ADMIN),)
    assert waived(entry(), roles=powerful).roles == frozenset()
    asking = ["unused-role", "full-admin", "privilege-escalation", "service-wildcard", "data-exfiltration"]
    asking += ["resource-exposure", "credentials-exposure", "infrastructure-modification", "pass-any-role"]
    assert waived(entry(checks=[*asking, "unused-policy-attachment"]), roles=powerful).roles


def test_disuse_is_not_waived_by_an_exception_for_something_else() -> None:
    from hygiene.config import CheckSettings

    analysis = analysed(
        a_role("old", last_used=200, tags={"x": "y"}), checks={"unused-role": CheckSettings(enabled=False)}
    )
    findings = frame_of(Findings, analysis.findings)
    found = waive(parsed(entry(checks=["no-owner"])), analysis.roles, findings, AS_OF)
    assert analysis.roles["suggestion"][0] == "remove"
    assert found.roles == frozenset()


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({"role_arn": "arn:aws:iam::*:role/o?d"}, True),
        ({"role_arn": "arn:aws:iam::*:role/O*"}, False),
        ({"role_path": "/vendor/*"}, True),
        ({"tag": "team=shop"}, True),
        ({"tag": "team=s*"}, True),
        ({"tag": "team=bank"}, False),
        ({"role_path": "/vendor/*", "tag": "team=bank"}, False),
        ({"group_id": "0000*"}, False),
    ],
)
def test_all_of_a_match_has_to_hold(match: dict[str, str], fits: bool) -> None:
    role = a_role("old", last_used=200, tags={"team": "shop", "owner": "a"}, Arn=f"arn:aws:iam::{ACCOUNT}:role/old")
    role["Path"] = "/vendor/acme/"
    assert bool(waived(entry(match=match), roles=(role,)).roles) is fits


def test_of_two_exceptions_the_first_is_named_and_both_are_used() -> None:
    found = waived(entry(reason="first"), entry(reason="second"))
    assert found.findings["exception"].dropna().iloc[0].startswith("first")
    assert states(found) == ["live", "live"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"approved_by": "ANA@example.com"}, "somebody else than owner"),
        ({"expires": TODAY + timedelta(days=400)}, "at most 2027-11-01"),
        ({"expires": TODAY - timedelta(days=90)}, "between created and 12 months later"),
        ({"created": "last week"}, "write a day such as 2026-12-31"),
        ({"checks": ["unused-roles"]}, "did you mean 'unused-role'"),
        ({"checks": "unused-role"}, "checks must be a list"),
        ({"checks": []}, "checks must be written"),
        ({"reason": ""}, "reason must be written"),
        ({"owner": 7}, "owner must be a text"),
        ({"expiry": "2027-01-01"}, "did you mean 'expires'"),
        ({"match": "*"}, "match must hold one of role_arn"),
        ({"match": {}}, "match must be written"),
        ({"match": {"arn": "x"}}, "did you mean 'role_arn'"),
        ({"match": {"role_arn": "*"}}, "is no ARN"),
        ({"match": {"role_arn": "arn:aws:iam::*:role/*"}}, "would hold for every role"),
        ({"match": {"role_arn": "arn:*:*:*:*:*"}}, "would hold for every role"),
        ({"match": {"role_path": "/*"}}, "nearly every role"),
        ({"match": {"role_path": "*"}}, "is no path"),
        ({"match": {"tag": "*=*"}}, "does not name a tag"),
        ({"match": {"tag": "env"}}, "does not name a tag"),
        ({"match": {"group_id": "*"}}, "would hold for every role"),
        ({"match": {"group_id": 12}}, "must be a text in quotes"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_number_and_what_to_write(given: dict[str, Any], said: str) -> None:
    assert said in refused(**given)


def test_every_wrong_entry_is_named() -> None:
    with pytest.raises(ValueError, match=r"exception 1: .*\nexception 3: "):
        parsed("text", entry(), entry(reason=""))


@pytest.mark.parametrize("content", [None, [], {"exception": []}, {"exceptions": {}}, "x"])
def test_another_shape_of_file_is_refused(content: Any) -> None:
    with pytest.raises(ValueError, match="exceptions"):
        parse_exceptions(content, CHECKS)


def test_a_file_without_entries_holds_no_exception() -> None:
    assert parse_exceptions({"exceptions": None}, CHECKS) == ()


def test_a_leap_day_has_a_year_too() -> None:
    assert parsed(entry(created=date(2028, 2, 29), expires=date(2029, 2, 28)))
