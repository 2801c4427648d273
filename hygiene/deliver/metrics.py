"""Amazon CloudWatch: a few numbers about a run, for alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from hygiene.deliver.aws_calls import client_for_once, receipt_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from hygiene.deliver.transport import Receipt

ROLES_REVIEWED, NEW_FINDINGS, LAST_SUCCESSFUL_RUN = METRICS = ("RolesReviewed", "NewFindings", "LastSuccessfulRun")


class Metrics:
    """A namespace in the Region of this program."""

    def __init__(self, namespace: str, sleep: Callable[[float], None] = time.sleep) -> None:
        """Raise DeliveryError where AWS cannot be used."""
        self._namespace = namespace
        self._sleep = sleep
        self._client = client_for_once("cloudwatch")

    def put(self, roles: int, new_findings: Mapping[str, int], now: datetime, *, is_complete: bool) -> Receipt:
        """Put the numbers of a run: roles judged, new findings by severity, zeros included.

        LastSuccessfulRun has a sample only of a run that read every account, with its moment in seconds since 1970:
        an alarm on missing samples tells that none came, a graph how old the last one is.
        """
        data: list[dict[str, Any]] = [{"MetricName": ROLES_REVIEWED, "Value": roles, "Unit": "Count"}]
        data += [
            {
                "MetricName": NEW_FINDINGS,
                "Dimensions": [{"Name": "Severity", "Value": severity}],
                "Value": number,
                "Unit": "Count",
            }
            for severity, number in new_findings.items()
        ]
        if is_complete:
            data.append({"MetricName": LAST_SUCCESSFUL_RUN, "Value": int(now.timestamp()), "Unit": "Seconds"})
        asked = {"Namespace": self._namespace, "MetricData": [{**one, "Timestamp": now} for one in data]}
        return receipt_of(lambda: self._client.put_metric_data(**asked), self._sleep)
