"""An S3 request to the trail's buckets in, its operation and the permission it needs out.

Other buckets of the simulation are open to every caller: they are a test's own scratch space.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from hygiene.simulate.authorize import authorize, denied, request_context
from hygiene.simulate.errors import AwsError
from hygiene.simulate.object_storage import action_of

if TYPE_CHECKING:
    from hygiene.simulate.credentials import Caller
    from hygiene.simulate.state import State
    from hygiene.simulate.wire import Environ


@dataclass(frozen=True)
class S3Request:
    """What an S3 request asks for, by path-style address."""

    operation: str
    action: str
    bucket: str
    key: str

    @property
    def arn(self) -> str:
        """The resource it is authorized against."""
        return f"arn:aws:s3:::{self.bucket}" + (f"/{self.key}" if self.key else "")


def read_s3(environ: Environ) -> S3Request:
    """The request, by method, path and query."""
    method, path = str(environ.get("REQUEST_METHOD")), str(environ.get("PATH_INFO", "")).lstrip("/")
    bucket, _, key = path.partition("/")
    query = parse_qs(str(environ.get("QUERY_STRING", "")), keep_blank_values=True)
    if method == "GET" and not key and "location" in query:
        return S3Request("GetBucketLocation", "s3:GetBucketLocation", bucket, key)
    listing = "ListObjectsV2" if "list-type" in query else "ListObjects"
    reads = {"GET": "GetObject" if key else listing, "HEAD": "HeadObject" if key else "HeadBucket"}
    action = action_of(environ)
    return S3Request(reads.get(method, action.removeprefix("s3:")), action, bucket, key)


def check_s3(state: State, caller: Caller | None, region: str, asked: S3Request) -> None:
    """Raise AccessDenied unless the caller may: its own policies must allow it, and it must be of the organization.

    The bucket's policy lets every account of the organization in, as far as that account's own policies go.
    """
    if caller is None:
        raise AwsError("AccessDenied", "Access Denied", 403)
    if state.faults.denies(caller.account_id, asked.action):
        raise denied("s3", caller, asked.action, asked.arn, "with an explicit deny in a service control policy")
    owner = state.world.trail.account_id if state.world.trail else ""
    if caller.account_id != owner and caller.account_id not in state.members:
        reason = f"because no resource-based policy allows the {asked.action} action"
        raise denied("s3", caller, asked.action, asked.arn, reason)
    authorize(state, caller, asked.action, asked.arn, request_context(state, caller, region))
