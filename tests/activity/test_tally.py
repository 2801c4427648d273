from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygiene.activity import bounded, from_json, tally, to_json
from hygiene.activity.period import Window, in_words, joined, review_window
from hygiene.activity.reading import DAY, Reading, day_begins
from hygiene.activity.tally import Tally
from tests.activity.events import (
    HUB,
    ROLE,
    a_change,
    a_record,
    a_refusal,
    a_service,
    a_session,
    a_user,
    a_web_user,
    an_account,
    an_assumption,
    the_root,
)
from tests.builders import ACCOUNT, AS_OF
from tests.examples import examples

if TYPE_CHECKING:
    import random

    from hygiene.activity import Activity

Json = dict[str, Any]
WINDOW = Window(AS_OF - 90 * DAY, AS_OF)


def read(*records: Any, account: str = ACCOUNT) -> Activity:
    reading = Reading(account)
    reading.add_all(records)
    found = reading.whole("files")
    assert found is not None
    return found


def test_assumptions_of_one_principal_are_one_row() -> None:
    activity = read(an_assumption(days_ago=5), an_assumption(days_ago=2), a_refusal(days_ago=9))
    (row,) = activity.assumptions
    assert (row.count, row.failed, row.errors) == (2, 1, (("AccessDenied", 1),))
    assert (row.last_seen - row.first_seen).days == 7
    assert row.example is not None
    assert row.failed_example is not None
    assert row.example.time == row.last_seen
    assert row.failed_example.time == row.first_seen


def test_sessions_and_their_mfa_are_added_up_by_role() -> None:
    records = [
        an_assumption(userIdentity=a_session(session=name, mfa=mfa))
        for name, mfa in ("at", "bf", "cf")
        for mfa in [{"t": "true", "f": "false"}[mfa]]
    ]
    (row,) = read(*records).assumptions
    assert (row.count, row.with_mfa) == (3, 1)


def test_mfa_stays_unknown_when_no_event_says_it() -> None:
    (row,) = read(an_assumption(userIdentity=a_service())).assumptions
    assert row.with_mfa is None


def test_none_with_mfa_is_not_unknown_after_writing_and_reading() -> None:
    activity = read(an_assumption(userIdentity=a_session(mfa="false")))
    assert from_json(json.loads(json.dumps(to_json(activity)))).assumptions[0].with_mfa == 0


def test_a_call_without_a_name_is_damaged_and_takes_nothing_else_with_it() -> None:
    reading = Reading(ACCOUNT)
    reading.add_all([a_record("", "ec2", userIdentity=the_root()), an_assumption()])
    assert reading.records_damaged == 1
    activity = reading.whole("files")
    assert activity is not None
    assert from_json(json.loads(json.dumps(to_json(activity)))) == activity


def test_what_is_empty_is_read_back_as_it_was_written() -> None:
    activity = read(a_record("X", "ec2", userIdentity=the_root()))
    nameless = replace(activity, sign_ins=(replace(activity.sign_ins[0], action="", outcome=""),))
    assert from_json(json.loads(json.dumps(to_json(nameless)))) == nameless


def test_a_cross_account_success_is_in_both_logs_and_named_in_the_caller_s() -> None:
    seen_by_owner = an_assumption(userIdentity=an_account(HUB), sharedEventID="shared-1")
    seen_by_caller = an_assumption(userIdentity=a_session(account=HUB), account=HUB, sharedEventID="shared-1")
    assert [row.principal for row in read(seen_by_owner).assumptions] == [HUB]
    (row,) = read(seen_by_caller, account=HUB).assumptions
    assert (row.role_arn, row.principal, row.count) == (ROLE, f"arn:aws:iam::{HUB}:role/teams/deployer", 1)


def test_networks_of_successes_and_of_refusals_are_kept_apart() -> None:
    records = (an_assumption(sourceIPAddress="203.0.113.1"), a_refusal(sourceIPAddress="198.51.100.9"))
    (row,) = read(*records).assumptions
    assert (row.networks, row.failed_networks) == ((("203.0.113.1", 1),), (("198.51.100.9", 1),))
    assert from_json(json.loads(json.dumps(to_json(read(*records))))).assumptions == (row,)


def test_a_cross_account_refusal_stays_with_the_caller_because_the_owner_may_not_see_it() -> None:
    (row,) = read(a_refusal(userIdentity=a_session(account=HUB), account=HUB), account=HUB).assumptions
    assert (row.role_arn, row.count, row.failed) == (ROLE, 0, 1)


def test_an_event_delivered_twice_counts_once() -> None:
    record = an_assumption()
    (row,) = read(record, dict(record)).assumptions
    assert row.count == 1


def test_records_of_another_account_and_damaged_ones_are_only_counted() -> None:
    reading = Reading(ACCOUNT)
    reading.add_all([an_assumption(account=HUB), "nonsense", an_assumption(eventTime=None), an_assumption()])
    assert (reading.records_read, reading.records_damaged, reading.records_of_others) == (4, 2, 1)


def test_an_event_whose_time_does_not_fit_its_file_is_damaged() -> None:
    reading = Reading(ACCOUNT, days={date(2026, 12, 30)})
    reading.add(an_assumption(days_ago=-3000))
    reading.add(an_assumption(days_ago=1))
    assert reading.records_damaged == 1
    assert set(reading.tallies) == {date(2026, 12, 30)}


def test_each_network_has_its_latest_event() -> None:
    records = [
        an_assumption(sourceIPAddress=f"203.0.113.{host}", days_ago=days, eventID=f"{host}-{days}")
        for host, days in ((1, 9), (1, 3), (2, 5), (1, 4))
    ]
    (row,) = read(*records).assumptions
    assert [(name, event.id) for name, event in row.network_examples] == [
        ("203.0.113.1", "1-3"),
        ("203.0.113.2", "2-5"),
    ]
    many = [an_assumption(sourceIPAddress=f"10.0.{n // 250}.{n % 250}") for n in range(500)]
    (row,) = read(*many).assumptions
    assert {name for name, _ in row.network_examples} | {"other"} == {name for name, _ in row.networks}


def test_one_wrong_clock_does_not_stretch_what_was_read() -> None:
    reading = Reading(ACCOUNT, begins=AS_OF - DAY * 90, ends=AS_OF)
    wrong = (an_assumption(eventTime=time) for time in ("1970-01-01T00:00:00Z", "2096-01-01T00:00:00Z"))
    reading.add_all([*wrong, an_assumption(days_ago=9), an_assumption(days_ago=100), an_assumption(days_ago=-2)])
    found = reading.whole("files")
    assert found is not None
    assert (found.begins, found.ends, found.records_damaged) == (AS_OF - DAY * 90, AS_OF, 2)
    assert sum(row.count for row in found.assumptions) == 1


def test_a_trail_that_ends_before_the_window_says_nothing_about_it() -> None:
    reading = Reading(ACCOUNT, begins=AS_OF - DAY * 90, ends=AS_OF)
    reading.add(an_assumption(days_ago=100))
    assert reading.whole("files") is None
    assert reading.has_times


def test_calls_to_roles_of_others_do_not_push_out_the_account_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MAX_ROLES", 3)
    foreign = [an_assumption(f"arn:aws:iam::{HUB}:role/r{number}") for number in range(40)]
    found = read(*foreign, *(an_assumption(f"{ROLE}{number}") for number in range(3)))
    assert {row.role_arn for row in found.assumptions} >= {f"{ROLE}{number}" for number in range(3)}


def test_root_use_and_failed_sign_ins_are_rows_of_their_own() -> None:
    failure = a_record("ConsoleLogin", "signin", responseElements={"ConsoleLogin": "Failure"})
    activity = read(a_record("RunInstances", "ec2", userIdentity=the_root()), failure, a_change("DeleteRole"))
    assert {(row.is_root, row.action, row.outcome) for row in activity.sign_ins} == {
        (True, "RunInstances", "Success"),
        (False, "ConsoleLogin", "Failure"),
    }
    assert [change.action for change in activity.changes] == ["DeleteRole"]


def test_random_user_agents_do_not_fill_the_memory() -> None:
    numbers = range(1000)
    (row,) = read(*(an_assumption(userAgent=f"agent {number}") for number in numbers)).assumptions
    assert len(row.user_agents) == bounded.Counts.LIMIT + 1
    assert row.user_agents[-1] == ("other", 1000 - bounded.Counts.LIMIT)


def test_a_role_with_very_many_web_identities_keeps_a_row_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MAX_PRINCIPALS", 10)
    records = [an_assumption(userIdentity=a_web_user(f"person-{number}")) for number in range(50)]
    activity = read(*records, an_assumption())
    rows = {row.principal: row for row in activity.assumptions}
    assert len(rows) == 12
    assert rows["other"].count == 40
    assert rows[f"arn:aws:iam::{ACCOUNT}:user/ana"].count == 1


def test_refusals_of_invented_roles_are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MAX_ROLES", 5)
    activity = read(*(a_refusal(f"{ROLE}-{number}") for number in range(30)))
    assert sum(row.failed for row in activity.assumptions) == 30
    assert len(activity.assumptions) == 6


def test_dropped_changes_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MAX_CHANGES", 3)
    activity = read(*(a_change("TagRole", days_ago=number) for number in range(1, 10)))
    assert [(AS_OF - change.event.time).days for change in activity.changes] == [3, 2, 1]
    assert "only the newest are kept" in activity.problems[0]


EVENTS = st.one_of(
    st.builds(
        an_assumption,
        role=st.sampled_from([ROLE, f"{ROLE}-2", f"arn:aws:iam::{HUB}:role/far"]),
        days_ago=st.integers(0, 5),
        userIdentity=st.sampled_from([a_user(), a_user("bo"), a_session(), a_service(), a_web_user(), the_root()]),
        userAgent=st.sampled_from(["one", "two", "three", "four", "five"]),
        sourceIPAddress=st.sampled_from(["198.51.100.7", "ec2.amazonaws.com", "nowhere", "2001:db8::1"]),
    ),
    st.builds(a_refusal, days_ago=st.integers(0, 5)),
    st.builds(a_change, st.sampled_from(["CreateRole", "TagRole"]), days_ago=st.integers(0, 5)),
    st.builds(a_record, st.just("CreateUser"), st.just("iam"), userIdentity=st.just(the_root())),
    st.just({"eventName": "broken"}),
)


@examples(60)
@given(st.lists(EVENTS, min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_events_and_the_way_they_are_split_change_nothing(
    records: list[Json], random_: random.Random
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounded.Counts, "LIMIT", 2)
        patch.setattr(tally, "MAX_PRINCIPALS", 2)
        patch.setattr(tally, "MAX_ROLES", 3)
        expected = _by_days(records, 1)
        shuffled = random_.sample(records, len(records))
        assert _by_days(shuffled, 1) == expected
        assert _by_days(shuffled, 3) == expected


def _by_days(records: list[Json], parts: int) -> Activity | None:
    """Read the records in parts, each part into days, and join them as the parallel readers do."""
    days = []
    for part in range(parts):
        reading = Reading(ACCOUNT, days=set(WINDOW.days()))
        reading.add_all(records[part::parts])
        days += [
            from_json(json.loads(json.dumps(to_json(found.activity("s3", *WINDOW.part_of(day))))))
            for day, found in reading.tallies.items()
        ]
    return joined(ACCOUNT, "s3", WINDOW, days)


def test_a_quarter_is_its_days_and_names_those_missing() -> None:
    window = Window(datetime(2026, 12, 1, 6, tzinfo=UTC), datetime(2026, 12, 5, 6, tzinfo=UTC))
    days = [
        Tally(ACCOUNT).activity("s3", *window.part_of(day), ["eu-west-1"])
        for day in window.days()
        if day.day not in (1, 3)
    ]
    whole = joined(ACCOUNT, "s3", window, reversed(days))
    assert whole is not None
    assert (whole.begins, whole.ends) == (day_begins(date(2026, 12, 2)), window.ends)
    assert whole.missing_days == (date(2026, 12, 1), date(2026, 12, 3))
    assert in_words(whole.missing_days) == "2026-12-01, 2026-12-03"
    assert in_words(window.days()) == "2026-12-01 to 2026-12-05"


def test_no_day_at_all_is_no_activity() -> None:
    assert joined(ACCOUNT, "s3", WINDOW, []) is None


def test_the_window_goes_back_to_the_previous_review_else_ninety_days() -> None:
    assert review_window(AS_OF, AS_OF - 92 * DAY).begins == AS_OF - 92 * DAY
    assert review_window(AS_OF, None).begins == AS_OF - 90 * DAY
    assert review_window(AS_OF, AS_OF + DAY).begins == AS_OF - 90 * DAY


def test_a_window_that_ends_at_midnight_has_no_part_in_the_next_day() -> None:
    window = Window(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 3, tzinfo=UTC))
    assert window.days() == (date(2026, 10, 1), date(2026, 10, 2))


@pytest.mark.parametrize(
    "content",
    [None, [], {}, {"schema_version": 2}, {"schema_version": "1"}, {"schema_version": 1, "account_id": 7}],
)
def test_another_shape_or_a_newer_schema_is_refused(content: Any) -> None:
    with pytest.raises(ValueError, match=r"shape|newer"):
        from_json(content)


def test_one_wrong_field_is_refused() -> None:
    good = to_json(read(an_assumption(), a_change("CreateRole")))
    for key, wrong in [("begins", "soon"), ("regions", "x"), ("assumptions", [{}]), ("changes", [7])]:
        with pytest.raises(ValueError, match="shape"):
            from_json({**good, key: wrong})
