"""Athena over the trail's table: start a query, see how it goes, page through its rows, stop it.

https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from hygiene.simulate.athena.engine import Engine
from hygiene.simulate.athena.errors import QueryFailedError, QueryRefusedError
from hygiene.simulate.athena.execution import CANCELLED, SUCCEEDED, Execution
from hygiene.simulate.errors import AwsError
from hygiene.simulate.identifiers import job_id
from hygiene.simulate.incoming import Answer, Incoming
from hygiene.simulate.operations import athena_queries
from hygiene.simulate.paging import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hygiene.simulate.cloudtrail.trail import Trail, Workgroup
    from hygiene.simulate.state import State

PAGE = 1000
LONGEST_QUERY = 262_144


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidRequestException", message)


def _trail(state: State, call: Incoming) -> Trail:
    """The trail whose table the caller's account has; an account without one has no database at all."""
    trail = state.world.trail
    if trail is None or not trail.database or call.account_id != (trail.athena_account or trail.account_id):
        raise _invalid("The account has no database in this simulation.")
    return trail


def _workgroup(trail: Trail, name: str) -> Workgroup:
    found = next((group for group in trail.workgroups if group.name == name), None)
    if found is None:
        raise _invalid(f"WorkGroup {name} is not found.")
    return found


def _output(workgroup: Workgroup, trail: Trail, parameters: Mapping[str, Any], query_id: str) -> str:
    asked = parameters.get("ResultConfiguration", {}).get("OutputLocation", "")
    place = workgroup.output if workgroup.is_enforced or not asked else asked
    if not place:
        raise _invalid(
            "No output location provided. An output location is required either through the Workgroup result"
            " configuration setting or as an API input."
        )
    if not place.startswith(f"s3://{trail.results_bucket}/") or not trail.results_bucket:
        raise _invalid("The S3 location provided to save your query results is invalid.")
    return f"{place.rstrip('/')}/{query_id}.csv"


def start_query_execution(state: State, call: Incoming) -> Answer:
    """The id of a query that will run; what the parser refuses is refused here, the rest fails later."""
    trail, parameters = _trail(state, call), call.parameters
    sql = str(parameters["QueryString"])
    if len(sql) > LONGEST_QUERY:
        raise _invalid(f"Query string length must be less than or equal to {LONGEST_QUERY}.")
    workgroup = _workgroup(trail, parameters.get("WorkGroup", "primary"))
    query_id = job_id(f"query {next(state.counter)}")
    output = _output(workgroup, trail, parameters, query_id)
    engine, plan, failure = Engine(trail, state.trail_bucket), None, ""
    try:
        plan = engine.plan(sql)
    except QueryRefusedError as error:
        engine.close()
        raise _invalid(str(error)) from error
    except QueryFailedError as error:
        failure = str(error)
    ready_at = time.monotonic() + state.faults.job_seconds
    state.queries[query_id] = Execution(
        query_id, sql, call.caller, call.region, workgroup, output, state.now(), ready_at, engine, plan, failure
    )
    return Answer({"QueryExecutionId": query_id})


def _execution(state: State, call: Incoming) -> Execution:
    wanted = call.parameters["QueryExecutionId"]
    found = state.queries.get(wanted)
    if found is None or found.caller.account_id != call.account_id:
        raise _invalid(f"QueryExecution {wanted} was not found")
    return found


def get_query_execution(state: State, call: Incoming) -> Answer:
    """How far a query is, and what it scanned."""
    execution = _execution(state, call)
    athena_queries.look(state, execution)
    status: dict[str, Any] = {"State": execution.state, "SubmissionDateTime": execution.submitted}
    if execution.reason:
        status["StateChangeReason"] = execution.reason
    if execution.completed is not None:
        status["CompletionDateTime"] = execution.completed
    shown = {
        "QueryExecutionId": execution.id,
        "Query": execution.sql,
        "StatementType": "DML",
        "SubstatementType": "SELECT",
        "ResultConfiguration": {"OutputLocation": execution.output},
        "QueryExecutionContext": dict(call.parameters.get("QueryExecutionContext", {})),
        "Status": status,
        "Statistics": {
            "EngineExecutionTimeInMillis": 400 if execution.is_done else 0,
            "DataScannedInBytes": execution.scanned,
            "TotalExecutionTimeInMillis": 500 if execution.is_done else 100,
            "QueryQueueTimeInMillis": 100,
        },
        "WorkGroup": execution.workgroup.name,
        "EngineVersion": {
            "SelectedEngineVersion": "AUTO",
            "EffectiveEngineVersion": "Athena engine version 3",
        },
    }
    return Answer({"QueryExecution": shown})


def get_query_results(state: State, call: Incoming) -> Answer:
    """One page of rows; the first row of the first page holds the names of the columns, and counts."""
    execution = _execution(state, call)
    size = int(call.parameters.get("MaxResults", PAGE))
    if not 1 <= size <= PAGE:
        raise _invalid(f"MaxResults is more than maximum allowed length {PAGE}.")
    if not execution.is_done:
        raise _invalid(f"Query has not yet finished. Current state: {execution.state}")
    if execution.state != SUCCEEDED:
        raise _invalid(f"Query did not finish successfully. Final query state: {execution.state}")
    names = [name for name, _ in execution.result.columns]
    found = page(
        list(enumerate([names, *execution.result.rows])),
        lambda row: f"{row[0]:09d}",
        service=call.service,
        operation=call.operation,
        size=size,
        marker=call.parameters.get("NextToken"),
        faults=state.faults,
        bad_marker=_invalid("NextToken is invalid."),
        scope=f"GetQueryResults {execution.id}",
    )
    rows = [{"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]} for _, row in found.items]
    columns = [
        {"CatalogName": "hive", "Name": name, "Label": name, "Type": kind, "Nullable": "UNKNOWN"}
        for name, kind in execution.result.columns
    ]
    result: dict[str, Any] = {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": columns}}
    token = {"NextToken": found.marker} if found.marker else {}
    return Answer({"UpdateCount": 0, "ResultSet": result, **token}, len(rows))


def stop_query_execution(state: State, call: Incoming) -> Answer:
    """End a query that is not done; one that is stays as it ended."""
    execution = _execution(state, call)
    if not execution.is_done:
        athena_queries.end(state, execution, CANCELLED, "Query was cancelled by user")
    return Answer({})


def get_work_group(state: State, call: Incoming) -> Answer:
    """A workgroup and its limit."""
    group = _workgroup(_trail(state, call), str(call.parameters["WorkGroup"]))
    configuration: dict[str, Any] = {
        "EnforceWorkGroupConfiguration": group.is_enforced,
        "ResultConfiguration": {"OutputLocation": group.output} if group.output else {},
    }
    if group.cutoff_bytes is not None:
        configuration["BytesScannedCutoffPerQuery"] = group.cutoff_bytes
    return Answer({"WorkGroup": {"Name": group.name, "State": "ENABLED", "Configuration": configuration}})


OPERATIONS = {
    ("athena", "StartQueryExecution"): start_query_execution,
    ("athena", "GetQueryExecution"): get_query_execution,
    ("athena", "GetQueryResults"): get_query_results,
    ("athena", "StopQueryExecution"): stop_query_execution,
    ("athena", "GetWorkGroup"): get_work_group,
}
