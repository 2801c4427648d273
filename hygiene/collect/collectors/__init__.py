"""One file per document of the snapshot; `ORDER` says which is read after which, because some need others."""

from hygiene.collect.collectors import (
    account_summary,
    activity,
    authorization_details,
    contacts,
    credential_report,
    identity_providers,
    last_accessed,
    reconciliation,
    roles,
)

ORDER = (
    # Asked for first and fetched last: AWS needs a few seconds to write it.
    credential_report.REQUEST,
    authorization_details.COLLECTOR,
    roles.COLLECTOR,
    account_summary.COLLECTOR,
    reconciliation.COLLECTOR,
    identity_providers.COLLECTOR,
    contacts.COLLECTOR,
    last_accessed.COLLECTOR,
    credential_report.COLLECTOR,
    activity.COLLECTOR,
)
"""Every collector. To add one: its file here, its name in this list and in `snapshot.layout`."""
