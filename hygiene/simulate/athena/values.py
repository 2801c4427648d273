"""DuckDB's values and types as Athena writes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any


def written(value: Any) -> str | None:
    """A value as GetQueryResults and the result file hold it; None for null."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03d}"
    if isinstance(value, date):
        return value.isoformat()
    return _written_nested(value)


def _written_nested(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={_inner(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_inner(item) for item in value) + "]"
    return str(value)


def _inner(value: Any) -> str:
    return "null" if value is None else str(written(value))


def type_name(duckdb_type: str) -> str:
    """What Athena calls a type."""
    kind = duckdb_type.upper()
    if kind.endswith("[]"):
        return "array"
    if kind.startswith(("STRUCT", "MAP")):
        return {"S": "row", "M": "map"}[kind[0]]
    known = {
        "BIGINT": "bigint",
        "HUGEINT": "bigint",
        "UBIGINT": "bigint",
        "INTEGER": "integer",
        "DOUBLE": "double",
        "BOOLEAN": "boolean",
        "DATE": "date",
        "JSON": "json",
        "TIMESTAMP": "timestamp",
        "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
    }
    return known.get(kind, "varchar")
