"""Athena's SQL in, DuckDB's syntax tree out: functions renamed, what is outside the subset refused, scans told.

The text is parsed by DuckDB, whose tree is JSON; so nothing is found or replaced by regular expressions in SQL.
"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.simulate.athena.errors import QueryFailedError, QueryRefusedError
from hygiene.simulate.athena.functions import ALIKE, MACROS, OPERATORS, TYPES, macro_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duckdb import DuckDBPyConnection

Node = dict[str, Any]

PARTITIONS = ("account", "region", "timestamp")

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_CATALOG = "awsdatacatalog"


@dataclass(frozen=True)
class Prepared:
    """A query DuckDB can run. `scans`: for each time the table is read, the conditions on its partitions."""

    tree: str
    scans: Sequence[Sequence[Node]]


def prepare(sql: str, duckdb: DuckDBPyConnection, table: tuple[str, str], columns: Sequence[str]) -> Prepared:
    """Read a query about one table, `(database, name)`, with these columns.

    Raises QueryRefusedError for what Athena's parser refuses, QueryFailedError for what its analysis does.
    """
    tree = _parse(sql, duckdb)
    query = tree["statements"][0]["node"]
    for node in _nodes(tree):
        _check_syntax(node)
    scans = [_partition_conditions(node) for node in _nodes(tree) if _reads(node, table)]
    known_names = _names_of_other_queries(tree)
    for node in list(_nodes(tree)):
        if node.get("type") == "BASE_TABLE":
            _check_table(node, table, known_names, sql)
        if node.get("class") == "FUNCTION":
            _rename(node, sql)
        if node.get("class") == "CAST":
            _check_type(node["type_expr"])
    for node in _nodes(tree):
        if node.get("type") == "SELECT_NODE":
            _check_aliases(node, {*columns, *_aliases_elsewhere(tree, node)}, sql)
    _name_columns(query)
    return Prepared(json.dumps(tree), scans)


def _parse(sql: str, duckdb: DuckDBPyConnection) -> Node:
    text = sql.strip().removesuffix(";")
    if "::" in _QUOTED.sub("", text):
        raise QueryRefusedError("line 1:1: mismatched input ':'. Expecting: <EOF>")
    answer = duckdb.execute("SELECT json_serialize_sql(?)", [text]).fetchall()
    tree: Node = json.loads(answer[0][0])
    if tree.get("error"):
        message = str(tree.get("error_message", "")).splitlines()[0]
        raise QueryRefusedError(f"line 1:{int(tree.get('position') or 0) + 1}: {message}")
    if len(tree["statements"]) != 1:
        raise QueryRefusedError("Only one sql statement is allowed.")
    return tree


def _nodes(tree: Any) -> Iterator[Node]:
    """Every node of a tree, itself first."""
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)


def _nodes_of_this_query(tree: Any) -> Iterator[Node]:
    """Every node but those of queries within."""
    if isinstance(tree, dict):
        if tree.get("type") in ("SELECT_NODE", "SET_OPERATION_NODE"):
            return
        yield tree
        for value in tree.values():
            yield from _nodes_of_this_query(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes_of_this_query(value)


def _line(sql: str, node: Node) -> str:
    place = int(node.get("query_location") or 0)
    before = sql[: place if place < len(sql) else 0]
    return f"line {before.count(chr(10)) + 1}:{len(before) - (before.rfind(chr(10)) + 1) + 1}"


def _check_syntax(node: Node) -> None:
    """DuckDB's own additions to SQL."""
    if node.get("type") == "SELECT_NODE":
        if node.get("qualify") is not None:
            raise QueryRefusedError("line 1:1: mismatched input 'QUALIFY'")
        if node.get("aggregate_handling") != "STANDARD_HANDLING":
            raise QueryRefusedError("line 1:1: mismatched input 'ALL'")
    if node.get("type") == "STAR" and (node.get("exclude_list") or node.get("replace_list") or node.get("columns")):
        raise QueryRefusedError("line 1:1: mismatched input 'EXCLUDE'")
    if node.get("type") == "DISTINCT_MODIFIER" and node.get("distinct_on_targets"):
        raise QueryRefusedError("line 1:1: mismatched input 'ON'")


def _is(node: Node, table: tuple[str, str]) -> bool:
    return node.get("table_name", "").lower() == table[1] and node.get("schema_name", "").lower() in ("", table[0])


def _reads(node: Node, table: tuple[str, str]) -> bool:
    if node.get("type") != "SELECT_NODE":
        return False
    sources = _nodes_of_this_query(node["from_table"])
    return any(source.get("type") == "BASE_TABLE" and _is(source, table) for source in sources)


def _partition_conditions(node: Node) -> list[Node]:
    """The parts of a WHERE that speak of partitions alone: what Athena prunes by."""
    where = node.get("where_clause")
    if where is None:
        return []
    parts = where["children"] if where.get("type") == "CONJUNCTION_AND" else [where]
    return [copy.deepcopy(part) for part in parts if _is_about_partitions(part)]


def _is_about_partitions(part: Node) -> bool:
    names = [n["column_names"][-1].lower() for n in _nodes(part) if n.get("class") == "COLUMN_REF"]
    has_query = any(n.get("class") == "SUBQUERY" for n in _nodes(part))
    return bool(names) and set(names) <= set(PARTITIONS) and not has_query


def _names_of_other_queries(tree: Node) -> set[str]:
    return {entry["key"].lower() for node in _nodes(tree) for entry in (node.get("cte_map") or {}).get("map", [])}


def _check_table(node: Node, table: tuple[str, str], queries: set[str], sql: str) -> None:
    """The table must be there; its catalog is not DuckDB's."""
    database, name = node["schema_name"].lower(), node["table_name"].lower()
    if not database and name in queries:
        return
    if node.get("catalog_name", "").lower() not in ("", _CATALOG):
        raise QueryFailedError(f"CATALOG_NOT_FOUND: {_line(sql, node)}: Catalog does not exist")
    if database not in ("", table[0]):
        raise QueryFailedError(f"SCHEMA_NOT_FOUND: {_line(sql, node)}: Schema '{database}' does not exist")
    if name != table[1]:
        place = f"{_CATALOG}.{database or table[0]}.{name}"
        raise QueryFailedError(f"TABLE_NOT_FOUND: {_line(sql, node)}: Table '{place}' does not exist")
    node |= {"catalog_name": "", "schema_name": table[0], "table_name": table[1]}
    if "qualified_name" in node:
        node["qualified_name"] = {"path": list(table)}


def _rename(node: Node, sql: str) -> None:
    name = node["function_name"].lower()
    if node["is_operator"]:
        if name not in OPERATORS:
            raise QueryFailedError(f"NOT_SUPPORTED: {_line(sql, node)}: Operator {name} is not supported")
        return
    if name == "concat":
        _chain(node)
        return
    if name in MACROS:
        name = macro_name(name)
    elif name not in ALIKE:
        raise QueryFailedError(f"FUNCTION_NOT_FOUND: {_line(sql, node)}: Function '{name}' not registered")
    node["function_name"] = name
    if "qualified_name" in node:
        node["qualified_name"] = {"path": [name]}


def _chain(node: Node) -> None:
    """concat(a, b, c) as a || b || c: DuckDB's own skips what is null, Athena's is null then."""
    first, *rest = node["arguments"]
    for number, argument in enumerate(rest):
        is_last = number == len(rest) - 1
        joined = {**node, "alias": node["alias"] if is_last else "", "is_operator": True, "function_name": "||"}
        joined |= {"arguments": [first, argument], "qualified_name": {"path": ["||"]}}
        first = {"name": "", "expression": joined} if not is_last else joined
    node.clear()
    node.update(first)


def _check_type(kind: Node) -> None:
    if kind["type_name"].upper() not in TYPES | {"TIMESTAMP WITH TIME ZONE"}:
        raise QueryRefusedError(f"line 1:1: Unknown type: {kind['type_name'].lower()}")


def _aliases_elsewhere(tree: Node, query: Node) -> Iterator[str]:
    """Names that other queries of the same statement give to columns."""
    for node in _nodes(tree):
        if node.get("type") == "SELECT_NODE" and node is not query:
            yield from (item["alias"].lower() for item in node["select_list"] if item.get("alias"))
        yield from (str(name).lower() for name in node.get("column_name_alias") or [])


def _check_aliases(query: Node, columns: set[str], sql: str) -> None:
    """An alias of the SELECT list cannot be used beside or below it, which DuckDB would allow."""
    own = {item["alias"].lower() for item in query["select_list"] if item.get("alias")} - columns
    places = (query["select_list"], query["where_clause"], query["group_expressions"], query["having"])
    for node in _nodes_of_this_query(list(places)):
        names = node.get("column_names") or []
        if node.get("class") == "COLUMN_REF" and len(names) == 1 and names[0].lower() in own:
            raise QueryFailedError(
                f"COLUMN_NOT_FOUND: {_line(sql, node)}: Column '{names[0]}' cannot be resolved or requester is not"
                " authorized to access requested resources"
            )


def _name_columns(query: Node) -> None:
    """An expression without a name is called by its number, counted from 0."""
    for number, item in enumerate(query.get("select_list") or []):
        if not item.get("alias") and item.get("class") not in ("COLUMN_REF", "STAR"):
            item["alias"] = f"_col{number}"
