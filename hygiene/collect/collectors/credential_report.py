"""The credential report: IAM users with their passwords and keys, as rows.

AWS writes it in a few seconds and keeps it for four hours, so it is requested early and fetched last.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from hygiene.collect.context import AccountContext, Collector
from hygiene.collect.refusal import RefusedError

if TYPE_CHECKING:
    from hygiene.model import JsonObject

_NOT_READY = {"ReportInProgress", "CredentialReportNotReadyException"}
_WAITS_SECONDS = (1, 2, 4, 8, 15, 30)


def request(context: AccountContext) -> None:
    """Ask AWS to write the report."""
    context.client.call("iam", "GenerateCredentialReport")


def collect(context: AccountContext) -> list[JsonObject] | None:
    """Return the report's rows, waiting for it when it is not written yet; None when it could not be requested."""
    if any(gap.operation == "iam:GenerateCredentialReport" for gap in context.gaps):
        return None
    for wait in (*_WAITS_SECONDS, None):
        try:
            answer = context.client.call("iam", "GetCredentialReport")
        except RefusedError as error:
            if error.code not in _NOT_READY or wait is None:
                raise
            context.client.pause(wait)
        else:
            text = answer["Content"].decode("utf-8", "replace")
            return [{**row, "generated_time": answer["GeneratedTime"]} for row in csv.DictReader(io.StringIO(text))]
    return None


REQUEST = Collector("credential-report", request)
COLLECTOR = Collector("credential-report", collect)
