"""The operations answered here rather than by moto, by service and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.simulate.operations import (
    access_analyzer,
    account_summary,
    assume_role,
    athena,
    authorization_details,
    config_aggregator,
    contacts,
    credential_report,
    last_accessed,
    lookup_events,
    organization,
    organization_policies,
    regions,
    roles,
    security_hub,
    validate_policy,
)

if TYPE_CHECKING:
    from hygiene.simulate.incoming import Operation

OPERATIONS: dict[tuple[str, str], Operation] = {
    **access_analyzer.OPERATIONS,
    **account_summary.OPERATIONS,
    **assume_role.OPERATIONS,
    **athena.OPERATIONS,
    **authorization_details.OPERATIONS,
    **config_aggregator.OPERATIONS,
    **contacts.OPERATIONS,
    **credential_report.OPERATIONS,
    **last_accessed.OPERATIONS,
    **lookup_events.OPERATIONS,
    **organization.OPERATIONS,
    **organization_policies.OPERATIONS,
    **regions.OPERATIONS,
    **roles.OPERATIONS,
    **security_hub.OPERATIONS,
    **validate_policy.OPERATIONS,
}
