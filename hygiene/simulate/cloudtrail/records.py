"""An event of the world in, the record CloudTrail writes about it out, with every field a real one has.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hygiene.simulate.cloudtrail.actors import user_identity, user_name
from hygiene.simulate.identifiers import job_id

if TYPE_CHECKING:
    from hygiene.simulate.cloudtrail.events import Event

VERSION = "1.11"

_READS = ("Get", "List", "Describe", "Lookup", "Head", "Assume")
"""AssumeRole and its siblings are reads to CloudTrail: they change nothing."""


@dataclass(frozen=True)
class Record:
    """A record, and what LookupEvents shows beside it."""

    at: datetime
    account_id: str
    region: str
    user_name: str
    content: dict[str, Any]

    @property
    def id(self) -> str:
        """The event's id."""
        return str(self.content["eventID"])


def _resources(event: Event) -> list[dict[str, str]]:
    return [
        {"accountId": arn.split(":")[4] or event.account_id, "type": kind, "ARN": arn}
        for kind, arn in event.resources
    ]


def _tls(service: str, region: str) -> dict[str, str]:
    host = f"{service}.amazonaws.com" if service == "iam" else f"{service}.{region}.amazonaws.com"
    return {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": host}


def _optional(event: Event, region: str) -> dict[str, Any]:
    """The fields a record has only where there is something to say."""
    fields: dict[str, Any] = {}
    if event.error_code:
        fields["errorCode"] = event.error_code
    if event.error_message:
        fields["errorMessage"] = event.error_message
    if event.additional is not None:
        fields["additionalEventData"] = dict(event.additional)
    if event.resources:
        fields["resources"] = _resources(event)
    if event.shared:
        fields["sharedEventID"] = job_id(f"shared {event.shared}")
    if event.event_type == "AwsApiCall" and event.actor.kind != "AWSService":
        fields["tlsDetails"] = _tls(event.service, region)
    return fields


def record_of(event: Event, seed: str, at: datetime, home_region: str) -> Record:
    """The record of an event that happened `at` (UTC without a zone, as moto keeps it); its ids come from `seed`."""
    region = event.region or home_region
    moment = at.replace(tzinfo=UTC)
    content: dict[str, Any] = {
        "eventVersion": VERSION,
        "userIdentity": user_identity(event.actor, moment),
        "eventTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{event.service}.amazonaws.com",
        "eventName": event.name,
        "awsRegion": region,
        "sourceIPAddress": event.address,
        "userAgent": event.user_agent,
        "requestParameters": None if event.request is None else dict(event.request),
        "responseElements": None if event.response is None else dict(event.response),
        "requestID": job_id(f"request {event.shared or seed}"),
        "eventID": job_id(f"event {seed}"),
        "readOnly": event.name.startswith(_READS),
        "eventType": event.event_type,
        "managementEvent": True,
        "recipientAccountId": event.account_id,
        "eventCategory": "Management",
        **_optional(event, region),
    }
    return Record(moment, event.account_id, region, user_name(event.actor), content)
