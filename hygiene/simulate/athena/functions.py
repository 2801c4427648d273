"""Athena's functions that are understood: those DuckDB has alike, and macros for those it has otherwise.

https://docs.aws.amazon.com/athena/latest/ug/functions-env3.html
"""

from __future__ import annotations

ALIKE = frozenset(
    {
        "abs", "array_agg", "avg", "bool_and", "bool_or", "ceil", "count", "count_if", "count_star", "date_trunc",
        "every", "floor", "histogram", "length", "like_escape", "list_value", "lower", "lpad", "ltrim", "map_keys",
        "map_values", "max", "max_by", "min", "min_by", "not_like_escape", "nullif", "replace", "reverse", "round",
        "rpad", "rtrim", "split_part", "starts_with", "strpos", "substr", "substring", "sum", "to_days", "to_hours",
        "to_minutes", "trim", "unnest", "upper",
    }
)  # fmt: skip
"""`list_value` is what ARRAY[…] is read as, `count_star` what count(*) is, `to_days` what INTERVAL '1' DAY is."""

OPERATORS = frozenset({"+", "-", "*", "%", "||", "~~", "!~~"})
"""`~~` is LIKE. Division is left out: between integers the two do not mean the same."""

MACROS = {
    "approx_distinct": "(x) AS approx_count_distinct(x)",
    "arbitrary": "(x) AS any_value(x)",
    "array_distinct": "(x) AS list_distinct(x)",
    "array_join": "(x, delimiter) AS array_to_string(x, delimiter)",
    "array_max": "(x) AS list_max(x)",
    "array_min": "(x) AS list_min(x)",
    "array_sort": "(x) AS list_sort(x)",
    "cardinality": "(x) AS len(x)",
    "contains": "(x, value) AS list_contains(x, value)",
    "date": "(x) AS CAST(x AS DATE)",
    "date_diff": "(unit, a, b) AS date_sub(unit, a, b)",
    "element_at": "(x, place) AS x[place]",
    "from_iso8601_timestamp": "(text) AS CAST(text AS TIMESTAMPTZ)",
    "greatest": "(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE greatest(a, b) END",
    "if": '(test, yes) AS CASE WHEN test THEN yes END, (test, yes, "no") AS CASE WHEN test THEN yes ELSE "no" END',
    "json_extract": "(json, path) AS TRY(json_extract(json, path))",
    "json_extract_scalar": (
        "(json, path) AS CASE WHEN TRY(json_type(json, path)) IN ('OBJECT', 'ARRAY', 'NULL') THEN NULL"
        " ELSE TRY(json_extract_string(json, path)) END"
    ),
    "json_format": "(json) AS CAST(json AS VARCHAR)",
    "json_parse": "(text) AS CAST(text AS JSON)",
    "least": "(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE least(a, b) END",
    "map_agg": "(k, v) AS map(list(k) FILTER (WHERE k IS NOT NULL), list(v) FILTER (WHERE k IS NOT NULL))",
    "regexp_extract": (
        "(text, pattern) AS CASE WHEN regexp_matches(text, pattern) THEN regexp_extract(text, pattern) END,"
        ' (text, pattern, "group") AS'
        ' CASE WHEN regexp_matches(text, pattern) THEN regexp_extract(text, pattern, "group") END'
    ),
    "regexp_like": "(text, pattern) AS regexp_matches(text, pattern)",
    "regexp_replace": "(text, pattern) AS regexp_replace(text, pattern, '', 'g'),"
    " (text, pattern, replacement) AS regexp_replace(text, pattern, replacement, 'g')",
    "slice": "(x, first, number) AS list_slice(x, first, first + number - 1)",
    "split": "(text, delimiter) AS string_split(text, delimiter)",
    "to_iso8601": "(moment) AS strftime(moment, '%Y-%m-%dT%H:%M:%S.%gZ')",
}
"""Name → parameters and body. The name DuckDB gets is prefixed, for it has others of the same names."""

TYPES = frozenset(
    {"ARRAY", "BIGINT", "BOOLEAN", "DATE", "DOUBLE", "INTEGER", "JSON", "MAP", "REAL", "TIMESTAMP", "VARCHAR"}
)
"""What may be cast to."""


def macro_name(function: str) -> str:
    """What one of MACROS is called in DuckDB."""
    return f"athena_{function}"


def macros() -> str:
    """The statements that make every macro."""
    return "; ".join(f"CREATE MACRO {macro_name(name)}{body}" for name, body in MACROS.items())
