"""One file per document of the snapshot; the lists say which is read after which, because some need others."""

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

FIRST = (authorization_details.COLLECTOR,)
BESIDE = last_accessed.COLLECTOR
"""Takes longest, by AWS's throttles; goes on beside those that follow, from when the roles are known."""

MEANWHILE = (
    # Asked for early and fetched last: AWS needs a few seconds to write it.
    credential_report.REQUEST,
    roles.COLLECTOR,
    account_summary.COLLECTOR,
    reconciliation.COLLECTOR,
    identity_providers.COLLECTOR,
    contacts.COLLECTOR,
    activity.COLLECTOR,
)
LAST = (credential_report.COLLECTOR,)

ORDER = (*FIRST, BESIDE, *MEANWHILE, *LAST)
"""Every collector. To add one: its file here, its name in one of these lists and in `snapshot.layout`."""
