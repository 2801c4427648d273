"""Queries as they go: queued, running, and then succeeded, failed or cancelled."""

from __future__ import annotations

import csv
import io
import time
from typing import TYPE_CHECKING

from hygiene.simulate.athena.errors import QueryFailedError
from hygiene.simulate.athena.execution import CANCELLED, FAILED, RUNNING, SUCCEEDED, Execution
from hygiene.simulate.authorize import identity_refusal, request_context, scp_refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.simulate.athena.engine import Result
    from hygiene.simulate.cloudtrail.trail import Trail
    from hygiene.simulate.state import State

LIMIT_REASON = "Bytes scanned limit was exceeded"


def look(state: State, execution: Execution) -> None:
    """Let the query go on as far as it is by now."""
    execution.looks += 1
    if execution.is_done or execution.looks == 1:
        return
    if time.monotonic() < execution.ready_at:
        execution.state, execution.scanned = RUNNING, _scanned_by_now(state, execution)
        return
    try:
        _finish(state, execution)
    except QueryFailedError as error:
        end(state, execution, FAILED, str(error))
    else:
        end(state, execution, execution.state, execution.failure)


def _scanned_by_now(state: State, execution: Execution) -> int:
    """Athena reads evenly here, and tells of it while it does."""
    if execution.plan is None:
        return 0
    done = 1 - (execution.ready_at - time.monotonic()) / max(state.faults.job_seconds, 0.001)
    return int(execution.plan.scanned_bytes * state.faults.scan_factor * min(max(done, 0), 1))


def end(state: State, execution: Execution, how: str, reason: str = "") -> None:
    """Settle the query."""
    execution.state, execution.failure, execution.completed = how, reason, state.now()
    execution.engine.close()


def _finish(state: State, execution: Execution) -> None:
    if execution.plan is None:
        raise QueryFailedError(execution.failure)
    trail = state.world.trail
    if trail is not None:
        _check_permissions(state, execution, trail)
    scanned = int(execution.plan.scanned_bytes * state.faults.scan_factor)
    limit = execution.workgroup.cutoff_bytes
    if limit is not None and scanned > limit:
        execution.scanned, execution.state, execution.failure = limit, CANCELLED, LIMIT_REASON
        return
    execution.scanned = scanned
    execution.result = execution.engine.run(execution.plan)
    state.trail_bucket.write_result(_result_key(execution), _as_csv(execution.result))
    execution.state = SUCCEEDED


def _result_key(execution: Execution) -> str:
    _, _, key = execution.output.removeprefix("s3://").partition("/")
    return key


def _as_csv(result: Result) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([name for name, _ in result.columns])
    writer.writerows(result.rows)
    return text.getvalue().encode()


def _needs(execution: Execution, trail: Trail) -> Iterator[tuple[str, str, str]]:
    """Action, resource and the sentence Athena says when it is refused: it acts with the caller's permissions."""
    owner, region = execution.caller.account_id, execution.region
    glue = f"arn:aws:glue:{region}:{owner}"
    places = ("catalog", f"database/{trail.database}", f"table/{trail.database}/{trail.table}")
    for place in places:
        what = f"glue:GetTable on resource: {glue}:{place}"
        insufficient = (
            f"Insufficient permissions to execute the query. User: {execution.caller.arn} is not authorized"
        )
        yield "glue:GetTable", f"{glue}:{place}", f"{insufficient} to perform: {what}"
    bucket = f"arn:aws:s3:::{trail.bucket}"
    yield "s3:ListBucket", bucket, f"Permission denied on S3 path: s3://{trail.bucket}"
    objects = execution.plan.objects if execution.plan else ()
    for one in objects[:1]:
        yield "s3:GetObject", f"{bucket}/{one.key}", f"Permission denied on S3 path: s3://{trail.bucket}/{one.key}"
    written = f"Access denied when writing output to url: {execution.output} ."
    yield "s3:PutObject", f"arn:aws:s3:::{trail.results_bucket}/{_result_key(execution)}", written


def _check_permissions(state: State, execution: Execution, trail: Trail) -> None:
    caller = execution.caller
    context = request_context(state, caller, execution.region)
    for action, resource, sentence in _needs(execution, trail):
        denied = state.faults.denies(caller.account_id, action)
        if denied or any(f(state, caller, action, resource, context) for f in (scp_refusal, identity_refusal)):
            raise QueryFailedError(sentence)
