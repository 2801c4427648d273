"""What moto's S3 lacks: writes one after the other, so that conditions hold, and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from hygiene.simulate.wire import Environ

_WRITES = frozenset({"PUT", "POST", "DELETE"})


def is_write(environ: Environ) -> bool:
    """Whether the request may change a bucket."""
    return environ.get("REQUEST_METHOD") in _WRITES


def action_of(environ: Environ) -> str:
    """The IAM action that a request needs, as far as this project's own requests go.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
    """
    method, query = environ.get("REQUEST_METHOD"), parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    has_key = "/" in str(environ.get("PATH_INFO", "")).strip("/")
    if method == "DELETE" or "delete" in query:
        return "s3:AbortMultipartUpload" if "uploadId" in query else "s3:DeleteObject"
    if method in _WRITES:
        return "s3:PutObject" if has_key else "s3:CreateBucket"
    return "s3:GetObject" if has_key else "s3:ListBucket"
