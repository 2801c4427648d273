"""Which resources run with which role, as AWS Config says: who may change one of them has its role's permissions."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class KnownUse:
    """The resources that name a role, looked up by the service in their ARNs."""

    def __init__(self, references: Mapping[str, tuple[str, ...]], role_arns: Mapping[str, object]) -> None:
        """`references`: role ARN → ARNs of resources that name it; only those of `role_arns` count."""
        self._references = references
        self._role_arns = role_arns

    @cached_property
    def _by_service(self) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for role in sorted(self._references.keys() & self._role_arns.keys()):
            for resource in self._references[role]:
                parts = resource.split(":", 3)
                if parts[0] == "arn" and len(parts) > 3:
                    found.setdefault(parts[2], []).append((resource, role))
        return found

    def of(self, service: str) -> list[tuple[str, str]]:
        """Return the resources of the service, each with the role it names."""
        return self._by_service.get(service, []) if self._references else []
