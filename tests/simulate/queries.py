"""The eventful organization with an Athena table over its trail, and the steps of a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.simulate.cloudtrail.trail import Trail, Workgroup
from hygiene.simulate.world import Account
from tests.simulate.eventful_world import eventful_world
from tests.simulate.small_world import HUB, MANAGEMENT, small_world

if TYPE_CHECKING:
    from hygiene.simulate.world import World

GROUPS = (
    Workgroup("primary"),
    Workgroup("review", output="s3://query-results/review/", is_enforced=True, cutoff_bytes=10_000_000),
)
TRAIL = Trail(
    "organization-trail",
    MANAGEMENT,
    database="audit",
    athena_account=HUB,
    workgroups=GROUPS,
    results_bucket="query-results",
)


def queried_world() -> World:
    """Return the eventful world with the trail; its hub has the standard role, which may ask Athena."""
    accounts = (*(a for a in small_world().accounts if a.id != HUB), Account(HUB, "hub"))
    return eventful_world(accounts=accounts, trail=TRAIL)


def start(athena: Any, sql: str, **more: Any) -> str:
    query_id: str = athena.start_query_execution(QueryString=sql, **{"WorkGroup": "review", **more})[
        "QueryExecutionId"
    ]
    return query_id


def look(athena: Any, query_id: str) -> dict[str, Any]:
    found: dict[str, Any] = athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
    return found


def finished(athena: Any, sql: str, **more: Any) -> dict[str, Any]:
    query_id = start(athena, sql, **more)
    while (found := look(athena, query_id))["Status"]["State"] in ("QUEUED", "RUNNING"):
        pass
    return found


def rows(athena: Any, query_id: str) -> list[list[str | None]]:
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=query_id)
    return [[c.get("VarCharValue") for c in row["Data"]] for page in pages for row in page["ResultSet"]["Rows"]]
