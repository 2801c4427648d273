from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from hygiene.simulate.server import SimulatedAws
from tests.simulate.eventful_world import REGION, WORKER, in_region
from tests.simulate.queries import finished, look, queried_world, rows, start
from tests.simulate.small_world import AS_OF, HUB, READER, WORKLOAD, client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TABLE = '"audit"."cloudtrail_logs"'


@pytest.fixture(scope="module")
def aws() -> Iterator[SimulatedAws]:
    with SimulatedAws(queried_world(), clock=lambda: AS_OF) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_faults(aws: SimulatedAws) -> None:
    aws.faults.clear()


@pytest.fixture
def athena(aws: SimulatedAws) -> Any:
    return client("athena", aws.environment())


@pytest.fixture
def ask(athena: Any) -> Callable[[str], list[list[str | None]]]:
    def _ask(sql: str) -> list[list[str | None]]:
        found = finished(athena, sql)
        assert found["Status"]["State"] == "SUCCEEDED", found["Status"]
        return rows(athena, found["QueryExecutionId"])

    return _ask


def test_a_query_counts_the_records_of_the_trail(ask: Any) -> None:
    answer = ask(f"""
        SELECT
            json_extract_scalar(requestparameters, '$.roleArn') AS role,
            useridentity.invokedby, count(*), min(eventtime)
        FROM {TABLE}
        WHERE account = '{WORKLOAD}' AND eventname = 'AssumeRole' AND useridentity.type = 'AWSService'
        GROUP BY 1, 2""")  # noqa: S608 - made of the test's own constants
    first = AS_OF - timedelta(days=95)
    assert answer == [
        ["role", "invokedby", "_col2", "_col3"],
        [WORKER, "lambda.amazonaws.com", "121", f"{first:%Y-%m-%dT%H:%M:%SZ}"],
    ]


def test_a_query_is_queued_then_running_then_done(aws: SimulatedAws, athena: Any) -> None:
    aws.faults.slow_jobs(0.3)
    query_id = start(athena, f"SELECT 1 FROM {TABLE} LIMIT 1")  # noqa: S608
    seen = [look(athena, query_id)["Status"]["State"]]
    with pytest.raises(ClientError, match="has not yet finished"):
        athena.get_query_results(QueryExecutionId=query_id)
    while seen[-1] not in ("SUCCEEDED", "FAILED"):
        seen.append(look(athena, query_id)["Status"]["State"])
    assert list(dict.fromkeys(seen)) == ["QUEUED", "RUNNING", "SUCCEEDED"]


def test_conditions_on_partitions_bound_what_is_scanned(athena: Any) -> None:
    def scanned(where: str) -> int:
        found = finished(athena, f"SELECT count(*) FROM {TABLE} {where}")  # noqa: S608
        return int(found["Statistics"]["DataScannedInBytes"])

    everything, account = scanned(""), scanned(f"WHERE account = '{WORKLOAD}'")
    week = f"\"timestamp\" BETWEEN '{AS_OF - timedelta(days=7):%Y/%m/%d}' AND '{AS_OF:%Y/%m/%d}'"
    pruned = scanned(f"WHERE account = '{WORKLOAD}' AND region = '{REGION}' AND {week}")
    assert everything > account > pruned > 0
    assert scanned("WHERE eventname = 'CreateRole'") == everything
    assert scanned("WHERE account = '000000000000'") == 0


def test_a_query_beyond_the_workgroups_limit_is_cancelled(aws: SimulatedAws, athena: Any) -> None:
    aws.faults.inflate_scans(10_000)
    found = finished(athena, f"SELECT count(*) FROM {TABLE}")  # noqa: S608
    assert found["Status"]["State"] == "CANCELLED"
    assert found["Status"]["StateChangeReason"] == "Bytes scanned limit was exceeded"
    with pytest.raises(ClientError, match="did not finish successfully"):
        athena.get_query_results(QueryExecutionId=found["QueryExecutionId"])


def test_pages_hold_a_thousand_rows_and_the_first_begins_with_the_names(athena: Any) -> None:
    numbers = ", ".join(str(number) for number in range(1500))
    found = finished(athena, f"SELECT n FROM (SELECT 1) CROSS JOIN UNNEST(ARRAY[{numbers}]) AS t(n)")  # noqa: S608
    query_id = found["QueryExecutionId"]
    first = athena.get_query_results(QueryExecutionId=query_id)
    assert (len(first["ResultSet"]["Rows"]), first["ResultSet"]["Rows"][0]) == (
        1000,
        {"Data": [{"VarCharValue": "n"}]},
    )
    rest = athena.get_query_results(QueryExecutionId=query_id, NextToken=first["NextToken"])
    assert (len(rest["ResultSet"]["Rows"]), "NextToken" in rest) == (501, False)
    assert first["ResultSet"]["ResultSetMetadata"]["ColumnInfo"][0]["Type"] == "integer"
    with pytest.raises(ClientError, match="InvalidRequestException"):
        athena.get_query_results(QueryExecutionId=query_id, MaxResults=1001)


def test_a_query_can_be_stopped(aws: SimulatedAws, athena: Any) -> None:
    aws.faults.slow_jobs(30)
    query_id = start(athena, f"SELECT 1 FROM {TABLE}")  # noqa: S608
    athena.stop_query_execution(QueryExecutionId=query_id)
    assert look(athena, query_id)["Status"]["State"] == "CANCELLED"


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("SELECT nope(eventname) FROM cloudtrail_logs", "FUNCTION_NOT_FOUND: line 1:8: Function 'nope'"),
        ("SELECT list_aggregate(resources, 'max') FROM cloudtrail_logs", "FUNCTION_NOT_FOUND"),
        ("SELECT identityprovider FROM cloudtrail_logs", "COLUMN_NOT_FOUND"),
        (
            "SELECT eventname AS n, count(*) FROM cloudtrail_logs GROUP BY n",
            "COLUMN_NOT_FOUND: line 1:63: Column 'n'",
        ),
        ("SELECT lower(eventname) AS n FROM cloudtrail_logs WHERE n = 'x'", "COLUMN_NOT_FOUND"),
        ("SELECT eventname, count(*) FROM cloudtrail_logs", "EXPRESSION_NOT_AGGREGATE"),
        (
            "SELECT 1 FROM audit.other",
            "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.audit.other' does not exist",
        ),
        ("SELECT 1 FROM nowhere.cloudtrail_logs", "SCHEMA_NOT_FOUND"),
        ("SELECT CAST('x' AS bigint) FROM cloudtrail_logs", "INVALID_CAST_ARGUMENT"),
    ],
)
def test_what_athena_fails_fails_in_its_words(athena: Any, sql: str, error: str) -> None:
    status = finished(athena, sql)["Status"]
    assert status["State"] == "FAILED"
    assert status["StateChangeReason"].startswith(error)


@pytest.mark.parametrize(
    "sql",
    [
        "SELCT 1",
        "SELECT eventname::varchar FROM cloudtrail_logs",
        "SELECT * EXCLUDE (eventname) FROM cloudtrail_logs",
        "SELECT eventname, count(*) FROM cloudtrail_logs GROUP BY ALL",
        "SELECT 1; SELECT 2",
        "DROP TABLE cloudtrail_logs",
        "SELECT CAST(eventname AS text) FROM cloudtrail_logs",
    ],
)
def test_what_its_parser_refuses_is_not_even_started(athena: Any, sql: str) -> None:
    with pytest.raises(ClientError, match="InvalidRequestException"):
        start(athena, sql)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("json_extract_scalar('{\"a\": {\"b\": 7}}', '$.a.b')", "7"),
        ("json_extract_scalar('{\"a\": {\"b\": 7}}', '$.a')", None),
        ("json_extract_scalar('{\"a\": [1]}', '$.b')", None),
        ("json_extract_scalar('{broken', '$.a')", None),
        ("json_extract_scalar(CAST(NULL AS varchar), '$.a')", None),
        ("regexp_extract('on resource: arn:x ', 'resource: (arn:[^ ]+)', 1)", "arn:x"),
        ("regexp_extract('nothing', 'resource: (arn:[^ ]+)', 1)", None),
        ("concat('a', NULL, 'b')", None),
        ("concat('a', '-', 'b')", "a-b"),
        ("element_at(ARRAY['a', 'b'], 2)", "b"),
        ("element_at(ARRAY['a', 'b'], 3)", None),
        ("cardinality(ARRAY['a', 'b'])", "2"),
        ("array_join(ARRAY['a', 'b'], ', ')", "a, b"),
        ("slice(ARRAY[1, 2, 3], 2, 2)", "[2, 3]"),
        ("from_iso8601_timestamp('2026-12-01T10:00:00Z')", "2026-12-01 10:00:00.000 UTC"),
        ("date_diff('day', date '2026-12-01', date '2026-12-31')", "30"),
        ("if(1 = 2, 'yes', 'no')", "no"),
        ("greatest('a', NULL)", None),
        ("true", "true"),
        ("regexp_replace('a1b2', '[0-9]', '')", "ab"),
    ],
)
def test_functions_mean_what_they_mean_to_athena(ask: Any, expression: str, value: str | None) -> None:
    assert ask(f"SELECT {expression} AS x")[1] == [value]


def test_maps_arrays_and_nulls_are_written_as_athena_writes_them(ask: Any) -> None:
    answer = ask(f"""
        SELECT map_agg(n, v), array_agg(n ORDER BY n), histogram(n)
        FROM (SELECT eventname AS n, awsregion AS v FROM {TABLE} WHERE eventname = 'ConsoleLogin')""")  # noqa: S608
    assert answer[1] == ["{ConsoleLogin=us-east-1}", "[ConsoleLogin]", "{ConsoleLogin=1}"]


def test_athena_acts_with_the_callers_permissions(aws: SimulatedAws, athena: Any) -> None:
    sql = f"SELECT count(*) FROM {TABLE}"  # noqa: S608
    for action, sentence in (
        ("glue:GetTable", "Insufficient permissions to execute the query"),
        ("s3:GetObject", "Permission denied on S3 path: s3://organization-trail/"),
        ("s3:PutObject", "Access denied when writing output to url: s3://query-results/review/"),
    ):
        aws.faults.clear()
        aws.faults.deny(HUB, action)
        status = finished(athena, sql)["Status"]
        assert status["State"] == "FAILED"
        assert status["StateChangeReason"].startswith(sentence)
    aws.faults.clear()
    stranger = in_region(aws, "athena", WORKLOAD, f"role/{READER}", "us-east-1")
    with pytest.raises(ClientError, match=r"\(AccessDeniedException\).*workgroup/review"):
        start(stranger, sql)


def test_another_account_sees_neither_the_table_nor_the_query(aws: SimulatedAws, athena: Any) -> None:
    query_id = start(athena, f"SELECT 1 FROM {TABLE}")  # noqa: S608
    other = in_region(aws, "athena", WORKLOAD, "role/administrator", "us-east-1")
    with pytest.raises(ClientError, match="was not found"):
        look(other, query_id)
    with pytest.raises(ClientError, match="no database"):
        start(other, f"SELECT 1 FROM {TABLE}")  # noqa: S608


def test_results_need_a_place_and_lie_there(aws: SimulatedAws, athena: Any) -> None:
    sql = f"SELECT count(*) AS n FROM {TABLE} WHERE account = '{HUB}'"  # noqa: S608
    with pytest.raises(ClientError, match="No output location provided"):
        start(athena, sql, WorkGroup="primary")
    with pytest.raises(ClientError, match="location provided to save your query results is invalid"):
        start(athena, sql, WorkGroup="primary", ResultConfiguration={"OutputLocation": "s3://elsewhere/"})
    with pytest.raises(ClientError, match="WorkGroup missing is not found"):
        start(athena, sql, WorkGroup="missing")
    place = {"OutputLocation": "s3://query-results/own/"}
    found = finished(athena, sql, WorkGroup="primary", ResultConfiguration=place)
    bucket, _, key = found["ResultConfiguration"]["OutputLocation"].removeprefix("s3://").partition("/")
    content = client("s3", aws.environment()).get_object(Bucket=bucket, Key=key)["Body"].read()
    assert content == b'"n"\n"2"\n'


def test_a_workgroup_tells_its_limit(athena: Any) -> None:
    group = athena.get_work_group(WorkGroup="review")["WorkGroup"]
    assert group["Configuration"]["BytesScannedCutoffPerQuery"] == 10_000_000
    assert group["Configuration"]["EnforceWorkGroupConfiguration"] is True
