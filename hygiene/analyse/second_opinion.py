"""What IAM Access Analyzer says about a role, as a further sentence of our own findings.

A second opinion with a lookback of its own: it confirms, and decides nothing. A role whose use we could not read
stays unknown whatever it says.
https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_UnusedPermissionDetails.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.wording import some_of
from hygiene.documents import object_in, objects_in, parse_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hygiene.model import JsonObject

_ROLE, _PERMISSION = "UnusedIAMRole", "UnusedPermission"
_SAYS = {
    ("unused-role", _ROLE): "IAM Access Analyzer also finds the role unused",
    ("usage-unknown", _ROLE): "On its own, which proves nothing, IAM Access Analyzer finds the role unused",
    ("unused-service-access", _PERMISSION): "IAM Access Analyzer also finds permissions unused",
}


def second_opinions(document: JsonObject | None) -> Mapping[tuple[str, str], str]:
    """Return (role ARN, check id) → a sentence; empty where no analyzer was read."""
    return dict(_sentences(document)) if document else {}


def _sentences(document: JsonObject) -> Iterator[tuple[tuple[str, str], str]]:
    days = _lookback(document)
    since = f" in its last {days} days" if days else ""
    for finding in objects_in(document.get("findings")):
        for (check, kind), says in _SAYS.items():
            if finding.get("findingType") == kind:
                sentence = f"{says}{since}{_services(finding)}{_analyzed(finding)}."
                yield (str(finding.get("resource", "")), check), sentence


def _lookback(document: JsonObject) -> int | None:
    configuration = object_in(object_in(document.get("analyzer")).get("configuration"))
    days = object_in(configuration.get("unusedAccess")).get("unusedAccessAge")
    return days if isinstance(days, int) else None


def _services(finding: JsonObject) -> str:
    details = (object_in(one.get("unusedPermissionDetails")) for one in objects_in(finding.get("findingDetails")))
    services = sorted({str(one["serviceNamespace"]) for one in details if one.get("serviceNamespace")})
    return f" ({some_of(services, 'service')})" if services else ""


def _analyzed(finding: JsonObject) -> str:
    moment = parse_time(finding.get("analyzedAt"))
    return f", as of {moment:%Y-%m-%d}" if moment else ""
