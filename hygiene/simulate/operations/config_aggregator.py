"""AWS Config's advanced queries over an aggregator: `SELECT fields WHERE conditions joined by AND`, no more.

https://docs.aws.amazon.com/config/latest/developerguide/query-components.html
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from hygiene.simulate.errors import AwsError
from hygiene.simulate.identifiers import unique_id
from hygiene.simulate.incoming import Answer, Incoming
from hygiene.simulate.paging import page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hygiene.simulate.evidence import Aggregator, ConfiguredResource
    from hygiene.simulate.state import State

LONGEST_EXPRESSION = 4096
PAGE = 25
LARGEST_PAGE = 100

_QUERY = re.compile(r"\s*SELECT\s+(?P<fields>.+?)(?:\s+WHERE\s+(?P<where>.+?))?\s*", re.IGNORECASE | re.DOTALL)
_CONDITION = re.compile(
    r"\s*(?P<field>[\w.]+)\s*(?:(?P<sign>=|LIKE)\s*'(?P<value>[^']*)'|IN\s*\((?P<values>[^)]*)\))\s*", re.IGNORECASE
)
_FIELD = re.compile(r"\*|[A-Za-z]\w*(?:\.\w+)*")


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidExpressionException", message)


def _aggregators(state: State, call: Incoming) -> list[Aggregator]:
    return [
        a
        for a in state.world.aggregators
        if a.account_id == call.account_id and (a.region or state.world.region) == call.region
    ]


def _described(state: State, aggregator: Aggregator) -> dict[str, Any]:
    region = aggregator.region or state.world.region
    place = f"arn:{state.world.partition}:config:{region}:{aggregator.account_id}:config-aggregator"
    role = f"arn:{state.world.partition}:iam::{aggregator.account_id}:role/config-aggregator"
    source: dict[str, Any] = {"OrganizationAggregationSource": {"RoleArn": role, "AllAwsRegions": True}}
    if aggregator.account_ids:
        source = {"AccountAggregationSources": [{"AccountIds": [*aggregator.account_ids], "AllAwsRegions": True}]}
    return {
        "ConfigurationAggregatorName": aggregator.name,
        "ConfigurationAggregatorArn": f"{place}/config-aggregator-{unique_id('', aggregator.name)[:8].lower()}",
        **source,
        "CreationTime": state.ago(600),
        "LastUpdatedTime": state.ago(600),
    }


def describe_aggregators(state: State, call: Incoming) -> Answer:
    """The aggregators of this account and Region."""
    names = call.parameters.get("ConfigurationAggregatorNames") or []
    found = [a for a in _aggregators(state, call) if not names or a.name in names]
    if {a.name for a in found} < set(names):
        raise AwsError("NoSuchConfigurationAggregatorException", "The configuration aggregator does not exist.")
    return _page(state, call, "ConfigurationAggregators", [(a.name, _described(state, a)) for a in found])


def _item(resource: ConfiguredResource) -> dict[str, Any]:
    return {
        "arn": resource.arn,
        "accountId": resource.account_id,
        "awsRegion": resource.region,
        "resourceId": resource.name,
        "resourceName": resource.name,
        "resourceType": resource.kind,
        "configuration": dict(resource.configuration),
    }


def _value(item: Any, path: Sequence[str]) -> Any:
    """What stands at a path; a list stands for each of its members."""
    if not path:
        return item
    if isinstance(item, list):
        return [_value(member, path) for member in item]
    return _value(item.get(path[0]), path[1:]) if isinstance(item, dict) else None


def _flat(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for member in value for text in _flat(member)]
    return [] if value is None else [str(value)]


def _holds(item: Mapping[str, Any], condition: re.Match[str]) -> bool:
    found = _flat(_value(item, condition["field"].split(".")))
    if condition["values"] is not None:
        return bool(set(found) & set(re.findall(r"'([^']*)'", condition["values"])))
    if condition["sign"] == "=":
        return condition["value"] in found
    pattern = re.escape(condition["value"]).replace("%", ".*").replace("_", ".")
    return any(re.fullmatch(pattern, text, re.DOTALL) for text in found)


def _selected(item: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    if "*" in fields:
        return dict(item)
    answer: dict[str, Any] = {}
    for field in fields:
        place, *path = field.split(".")
        value = _value(item, [place, *path])
        for name in reversed(path):
            value = {name: value}
        if value is not None:
            answer[place] = {**answer[place], **value} if path and place in answer else value
    return answer


def _read(expression: str) -> tuple[list[str], list[re.Match[str]]]:
    query = _QUERY.fullmatch(expression)
    if query is None:
        raise _invalid("The expression is not a SELECT statement.")
    fields = [field.strip() for field in query["fields"].split(",")]
    wrong = [field for field in fields if not _FIELD.fullmatch(field)]
    if wrong:
        raise _invalid(f"Unsupported in the SELECT of this simulation: {wrong[0]}")
    conditions = []
    for part in re.split(r"\s+AND\s+", query["where"] or "", flags=re.IGNORECASE) if query["where"] else ():
        condition = _CONDITION.fullmatch(part)
        if condition is None:
            raise _invalid(f"Unsupported in the WHERE of this simulation: {part}")
        conditions.append(condition)
    return fields, conditions


def select_resources(state: State, call: Incoming) -> Answer:
    """One page of results, each a JSON text with the selected fields."""
    parameters = call.parameters
    expression, name = str(parameters["Expression"]), parameters["ConfigurationAggregatorName"]
    aggregator = next((a for a in _aggregators(state, call) if a.name == name), None)
    if aggregator is None:
        raise AwsError("NoSuchConfigurationAggregatorException", "The configuration aggregator does not exist.")
    if len(expression) > LONGEST_EXPRESSION:
        raise AwsError("ValidationException", f"The expression is longer than {LONGEST_EXPRESSION} characters.")
    fields, conditions = _read(expression)
    items = [(resource.arn, _item(resource)) for resource in aggregator.resources]
    found = [(arn, item) for arn, item in items if all(_holds(item, condition) for condition in conditions)]
    texts = [(arn, json.dumps(_selected(item, fields))) for arn, item in found]
    information = {"SelectFields": [{"Name": field} for field in fields]}
    return _page(state, call, "Results", texts, QueryInfo=information)


def _page(state: State, call: Incoming, name: str, items: Sequence[tuple[str, Any]], **more: Any) -> Answer:
    parameters = call.parameters
    size = int(parameters.get("Limit") or parameters.get("MaxResults") or PAGE)
    if not 1 <= size <= LARGEST_PAGE:
        raise AwsError("InvalidLimitException", "The specified limit is outside the allowable range.")
    found = page(
        sorted(items, key=lambda item: item[0]),
        lambda item: item[0],
        service=call.service,
        operation=call.operation,
        size=size,
        marker=parameters.get("NextToken"),
        faults=state.faults,
        bad_marker=AwsError("InvalidNextTokenException", "The specified next token is invalid."),
        scope=f"{call.operation} {parameters.get('Expression', '')[:200]}",
    )
    token = {"NextToken": found.marker} if found.marker else {}
    return Answer({name: [item for _, item in found.items], **more, **token}, len(found.items))


OPERATIONS = {
    ("config", "DescribeConfigurationAggregators"): describe_aggregators,
    ("config", "SelectAggregateResourceConfig"): select_resources,
}
