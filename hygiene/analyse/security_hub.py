"""What Security Hub says about roles, in words: `Security Hub, 2026-12-01: <title> (medium)`.

Further evidence with its time, for people to weigh; no status, suggestion or score is made from it.
https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.documents import object_in, objects_in, parse_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hygiene.model import JsonObject

_NAMED = 5
_LONGEST_TITLE = 160


def said_of_roles(document: JsonObject | None) -> Mapping[str, str]:
    """Return role ARN → what Security Hub says, the worst first; empty where it was not read."""
    found: dict[str, list[tuple[int, str]]] = {}
    for role_arn, rank, sentence in _sentences(document or {}):
        found.setdefault(role_arn, []).append((rank, sentence))
    return {role_arn: _joined([sentence for _, sentence in sorted(said)]) for role_arn, said in found.items()}


def _sentences(document: JsonObject) -> Iterator[tuple[str, int, str]]:
    for finding in objects_in(document.get("findings")):
        severity = object_in(finding.get("Severity"))
        label = str(severity.get("Label") or "").lower()
        normalized = severity.get("Normalized")
        moment = parse_time(finding.get("LastObservedAt") or finding.get("UpdatedAt"))
        seen = f", {moment:%Y-%m-%d}" if moment else ""
        title = " ".join(str(finding.get("Title") or "").split())[:_LONGEST_TITLE].replace(";", ",")
        sentence = f"{finding.get('ProductName') or 'Security Hub'}{seen}: {title}{f' ({label})' if label else ''}"
        for resource in objects_in(finding.get("Resources")):
            if resource.get("Type") == "AwsIamRole":
                yield str(resource.get("Id", "")), -normalized if isinstance(normalized, int) else 0, sentence


def _joined(sentences: list[str]) -> str:
    once = list(dict.fromkeys(sentences))
    more = [f"and {len(once) - _NAMED} more"] if len(once) > _NAMED else []
    return ";".join([*once[:_NAMED], *more])
