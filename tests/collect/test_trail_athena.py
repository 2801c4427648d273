"""Our SQL, run by DuckDB over a table with the columns of AWS's documentation: the same totals as from the files."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hygiene.activity.period import Window, joined
from hygiene.activity.reading import DAY, Reading
from hygiene.activity.tally import Tally
from hygiene.collect.trail.athena_sql import add_row, query
from hygiene.config import CloudTrail
from tests.activity.events import (
    HUB,
    ROLE,
    a_change,
    a_record,
    a_refusal,
    a_saml_user,
    a_service,
    a_session,
    a_user,
    a_web_user,
    an_account,
    an_assumption,
    the_root,
)
from tests.builders import ACCOUNT, AS_OF

if TYPE_CHECKING:
    from hygiene.activity import Activity

TRAIL = CloudTrail(database="main", table="trail", max_scan_bytes=10_000_000)
WINDOW = Window(AS_OF - 10 * DAY, AS_OF)
ISSUER = dict.fromkeys(("type", "principalid", "arn", "accountid", "username"), "VARCHAR")
CONTEXT = {"attributes": {"mfaauthenticated": "VARCHAR", "creationdate": "VARCHAR"}, "sessionissuer": ISSUER}
IDENTITY = {
    **dict.fromkeys(("type", "principalid", "arn", "accountid", "invokedby", "accesskeyid", "username"), "VARCHAR"),
    "sessioncontext": CONTEXT,
}
"""AWS's table has no column for `identityProvider`."""
TEXTS = ("eventtime", "eventsource", "eventname", "awsregion", "sourceipaddress", "useragent", "errorcode")
MORE = (
    "errormessage",
    "requestparameters",
    "responseelements",
    "additionaleventdata",
    "eventid",
    "recipientaccountid",
)
PARTITIONS = ("account", "region", '"timestamp"')


def struct(shape: Any) -> str:
    if isinstance(shape, str):
        return shape
    return f"STRUCT({', '.join(f'{name} {struct(held)}' for name, held in shape.items())})"


def lower(value: Any) -> Any:
    return {key.lower(): lower(held) for key, held in value.items()} if isinstance(value, dict) else value


def a_table(records: list[Any]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("CREATE MACRO json_extract_scalar(j, p) AS json_extract_string(j, p)")
    columns = ", ".join(f"{name} VARCHAR" for name in (*TEXTS, *MORE, *PARTITIONS))
    connection.execute(f"CREATE TABLE trail (useridentity {struct(IDENTITY)}, {columns})")
    for record in records:
        flat = lower(record)
        texts = [flat.get(name) for name in (*TEXTS, *MORE)]
        plain = [
            json.dumps(record[key]) if isinstance(text, dict) else text
            for text, key in zip(texts, _original_keys(record, (*TEXTS, *MORE)), strict=True)
        ]
        at = record["eventTime"]
        marks = ", ".join("?" for _ in plain)
        connection.execute(
            f"INSERT INTO trail SELECT from_json(CAST(? AS JSON), '{json.dumps(IDENTITY)}'), {marks}, ?, ?, ?",
            [json.dumps(flat["useridentity"]), *plain, ACCOUNT, record["awsRegion"], at[:10].replace("-", "/")],
        )
    return connection


def _original_keys(record: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    by_lower = {key.lower(): key for key in record}
    return [by_lower.get(name, "") for name in names]


def from_athena(records: list[Any]) -> Activity | None:
    connection = a_table(records)
    found = connection.execute(query(TRAIL, ACCOUNT, WINDOW, WINDOW.days()))
    names = [column[0] for column in found.description or ()]
    tallies: dict[str, Tally] = defaultdict(lambda: Tally(ACCOUNT))
    for values in found.fetchall():
        add_row(tallies, {name: str(value) for name, value in zip(names, values, strict=True) if value is not None})
    days = [tally.activity("", *WINDOW.part_of(date.fromisoformat(day))) for day, tally in tallies.items()]
    return joined(ACCOUNT, "", WINDOW, days)


def from_files(records: list[Any]) -> Activity | None:
    reading = Reading(ACCOUNT, frozenset(WINDOW.days()), WINDOW.ends)
    reading.add_all(records)
    days = [tally.activity("", *WINDOW.part_of(day)) for day, tally in reading.tallies.items()]
    return joined(ACCOUNT, "", WINDOW, days)


PEOPLE = [a_user(), a_session(), a_session(session="s2", mfa="true"), a_service(), an_account(HUB), a_web_user()]
EVENTS = st.one_of(
    st.builds(
        an_assumption,
        role=st.sampled_from([ROLE, f"{ROLE}-2"]),
        days_ago=st.integers(1, 5),
        userIdentity=st.sampled_from([*PEOPLE, the_root()]),
        userAgent=st.sampled_from(["one", "two"]),
        sourceIPAddress=st.sampled_from(["198.51.100.7", "ec2.amazonaws.com"]),
    ),
    st.builds(
        an_assumption,
        name=st.just("AssumeRoleWithSAML"),
        userIdentity=st.just(a_saml_user()),
        requestParameters=st.just({"roleArn": ROLE, "principalArn": a_saml_user()["identityProvider"]}),
    ),
    st.builds(a_refusal, days_ago=st.integers(1, 5), userIdentity=st.sampled_from(PEOPLE)),
    st.builds(a_change, st.sampled_from(["CreateRole", "TagRole"]), days_ago=st.integers(1, 5)),
    st.builds(
        a_record, st.just("RunInstances"), st.just("ec2"), userIdentity=st.sampled_from([the_root(), a_user()])
    ),
    st.builds(
        a_record,
        st.just("ConsoleLogin"),
        st.just("signin"),
        responseElements=st.sampled_from([{"ConsoleLogin": "Failure"}, {"ConsoleLogin": "Success"}]),
        additionalEventData=st.just({"MFAUsed": "Yes"}),
    ),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EVENTS, min_size=1, max_size=15))
def test_athena_and_the_files_say_the_same_of_any_events(records: list[Any]) -> None:
    expected, found = from_files(records), from_athena([*records, records[0]])
    if expected is None:
        assert found is None or not (found.assumptions or found.changes or found.sign_ins)
        return
    assert found is not None
    assert (found.assumptions, found.changes, found.sign_ins) == (
        expected.assumptions,
        expected.changes,
        expected.sign_ins,
    )


def test_the_partitions_are_pruned_by_account_and_day() -> None:
    sql = query(TRAIL, ACCOUNT, WINDOW, WINDOW.days())
    assert f"account = '{ACCOUNT}'" in sql
    assert "\"timestamp\" BETWEEN '2026/12/21' AND '2027/01/01'" in sql


def test_a_day_without_anything_about_roles_is_read_all_the_same() -> None:
    found = from_athena([a_record("DescribeInstances", "ec2", days_ago=1)])
    assert found is not None
    assert (found.assumptions, found.records_read) == ((), 1)
