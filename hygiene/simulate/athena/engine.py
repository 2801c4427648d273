"""A query in, its rows and the bytes it scanned out."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hygiene.simulate.athena.dialect import Prepared, prepare
from hygiene.simulate.athena.errors import QueryFailedError
from hygiene.simulate.athena.functions import macros
from hygiene.simulate.athena.table import COLUMNS, rows_of
from hygiene.simulate.athena.values import type_name, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from hygiene.simulate.cloudtrail.trail import Trail
    from hygiene.simulate.trail_bucket import Delivered, TrailBucket


@dataclass(frozen=True)
class Result:
    """The columns (name and type) and rows of a finished query."""

    columns: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[str | None]]


@dataclass(frozen=True)
class Plan:
    """A query that was understood, with the objects it reads; `scanned_bytes` counts one read twice twice."""

    prepared: Prepared
    objects: Sequence[Delivered]
    scanned_bytes: int


class Engine:
    """DuckDB with the trail's table, for one query."""

    def __init__(self, trail: Trail, bucket: TrailBucket) -> None:
        import duckdb

        self._trail, self._bucket = trail, bucket
        self._duckdb: DuckDBPyConnection = duckdb.connect()
        self._duckdb.execute("SET TimeZone = 'UTC'; SET threads = 1")
        self._duckdb.execute(macros())

    def plan(self, sql: str) -> Plan:
        """Read the query and tell what it scans; raises QueryRefusedError or QueryFailedError."""
        prepared = prepare(sql, self._duckdb, (self._trail.database, self._trail.table), tuple(COLUMNS))
        objects = self._bucket.objects()
        self._duckdb.execute(
            'CREATE TABLE partitions ("key" VARCHAR, account VARCHAR, region VARCHAR, "timestamp" VARCHAR)'
        )
        if objects:
            places = zip(*((one.key, one.account_id, one.region, one.day) for one in objects), strict=True)
            # Row by row it would take longer than the query.
            lists = "unnest(?), unnest(?), unnest(?), unnest(?)"
            self._duckdb.execute(f"INSERT INTO partitions SELECT {lists}", [list(column) for column in places])
        sizes = {one.key: one.size for one in objects}
        scans = [self._scanned(conditions) for conditions in prepared.scans]
        wanted = {key for keys in scans for key in keys}
        scanned = sum(sizes[key] for keys in scans for key in keys)
        return Plan(prepared, [one for one in objects if one.key in wanted], scanned)

    def run(self, plan: Plan) -> Result:
        """Answer the query; raises QueryFailedError."""
        import duckdb

        self._load(plan.objects)
        query = self._text(plan.prepared.tree)
        try:
            found = self._duckdb.sql(query)
            columns = list(zip(found.columns, (str(kind) for kind in found.types), strict=True))
            shown = ", ".join(_shown(name, kind) for name, kind in columns)
            rows = found.project(shown).fetchall()
        except duckdb.Error as error:
            raise QueryFailedError(_reason(error)) from error
        return Result(
            [(name.lower(), type_name(kind)) for name, kind in columns],
            [[written(value) for value in row] for row in rows],
        )

    def close(self) -> None:
        """Forget everything."""
        self._duckdb.close()

    def _scanned(self, conditions: Sequence[dict[str, Any]]) -> list[str]:
        """The keys of the objects whose partitions fulfil the conditions."""
        text = 'SELECT "key" FROM partitions WHERE true'
        answer = self._duckdb.execute("SELECT json_serialize_sql(?)", [text]).fetchall()
        tree = json.loads(answer[0][0])
        if conditions:
            node = tree["statements"][0]["node"]
            node["where_clause"] = {
                "class": "CONJUNCTION",
                "type": "CONJUNCTION_AND",
                "alias": "",
                "children": [*conditions, node["where_clause"]],
            }
        return [row[0] for row in self._duckdb.execute(self._text(json.dumps(tree))).fetchall()]

    def _text(self, tree: str) -> str:
        """A syntax tree as SQL again."""
        answer = self._duckdb.execute("SELECT json_deserialize_sql(CAST(? AS JSON))", [tree]).fetchall()
        return str(answer[0][0])

    def _load(self, objects: Sequence[Delivered]) -> None:
        """Put the rows of these objects into the table; raises QueryFailedError for an object that cannot be read."""
        table = f'"{self._trail.database}"."{self._trail.table}"'
        columns = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
        self._duckdb.execute(f'CREATE SCHEMA "{self._trail.database}"; CREATE TABLE {table} ({columns})')
        self._duckdb.execute("SET search_path = ?", [f"{self._trail.database},main"])
        kinds = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items()) + "}"
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "rows.json"
            lines = [
                json.dumps(row)
                for one in objects
                for row in rows_of(one, self._bucket.read(one.key), self._trail.bucket)
            ]
            if lines:
                file.write_text("\n".join(lines), encoding="utf-8")
                rows = f"read_json(?, format='newline_delimited', columns={kinds})"
                self._duckdb.execute(f"INSERT INTO {table} FROM {rows}", [str(file)])


def _shown(name: str, kind: str) -> str:
    """A column of the answer; a moment with a zone as text, as Athena writes it."""
    if type_name(kind) == "timestamp with time zone":
        return f'strftime("{name}", \'%Y-%m-%d %H:%M:%S.%g UTC\') AS "{name}"'
    return f'"{name}"'


def _reason(error: Exception) -> str:
    """DuckDB's complaint in Athena's kinds."""
    text = str(error).splitlines()[0]
    kinds = {
        "Referenced column": "COLUMN_NOT_FOUND: line 1:1: Column cannot be resolved",
        "must appear in the GROUP BY": "EXPRESSION_NOT_AGGREGATE: line 1:1",
        "Conversion Error": "INVALID_CAST_ARGUMENT",
        "No function matches": "TYPE_MISMATCH: line 1:1",
    }
    return next(
        (f"{kind}: {text}" for part, kind in kinds.items() if part in text), f"SYNTAX_ERROR: line 1:1: {text}"
    )
