"""What CloudTrail says about an account's roles: who assumed them, what was changed, how root and users came in.

Pure: events in, totals out; no AWS call, no frame, no clock. Events are added up as they are read and never kept.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

from hygiene.activity.codec import from_json, to_json
from hygiene.activity.model import (
    PRINCIPAL_KINDS,
    SOURCES,
    Activity,
    Assumption,
    EventReference,
    RoleChange,
    SignIn,
)

__all__ = [
    "PRINCIPAL_KINDS",
    "SOURCES",
    "Activity",
    "Assumption",
    "EventReference",
    "RoleChange",
    "SignIn",
    "from_json",
    "to_json",
]
