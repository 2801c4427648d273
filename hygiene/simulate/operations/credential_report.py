"""The credential report of an account: generated first, then fetched.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

import csv
import io
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hygiene.simulate.errors import AwsError
from hygiene.simulate.incoming import Answer, Incoming
from hygiene.simulate.state import CredentialReport, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.iam.models import User

VALID_FOR = timedelta(hours=4)
"""IAM makes a new report at most every four hours."""

COLUMNS = [
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
]


def _moment(value: datetime | None, absent: str = "N/A") -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%S+00:00") if value else absent


def _keys(user: User) -> dict[str, str]:
    row: dict[str, str] = {}
    for number in (1, 2):
        key = user.access_keys[number - 1] if len(user.access_keys) >= number else None
        used = key.last_used if key else None
        row |= {
            f"access_key_{number}_active": "true" if key and key.status == "Active" else "false",
            f"access_key_{number}_last_rotated": _moment(key.create_date if key else None),
            f"access_key_{number}_last_used_date": _moment(used.timestamp if used else None),
            f"access_key_{number}_last_used_region": used.region if used else "N/A",
            f"access_key_{number}_last_used_service": used.service if used else "N/A",
        }
    return row


def _user_row(user: User) -> Mapping[str, str]:
    has_password = bool(user.password)
    return {
        "user": user.name,
        "arn": user.arn,
        "user_creation_time": _moment(user.create_date),
        "password_enabled": "true" if has_password else "false",
        "password_last_used": _moment(user.password_last_used, "no_information") if has_password else "N/A",
        "password_last_changed": _moment(user.create_date) if has_password else "N/A",
        "mfa_active": "true" if user.mfa_devices else "false",
        **_keys(user),
    }


def _root_row(state: State, account_id: str) -> Mapping[str, str]:
    account = state.accounts[account_id]
    return {
        "user": "<root_account>",
        "arn": f"arn:{state.world.partition}:iam::{account_id}:root",
        "user_creation_time": _moment(state.ago(account.joined_days_ago)),
        "password_enabled": "not_supported",
        "password_last_used": "no_information",
        "password_last_changed": "not_supported",
        "password_next_rotation": "not_supported",
        "mfa_active": "true",
        "access_key_1_active": "false",
        "access_key_2_active": "false",
    }


def _content(state: State, account_id: str) -> str:
    users = sorted(state.iam(account_id).users.values(), key=lambda user: user.name)
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="N/A", lineterminator="\n")
    writer.writeheader()
    for row in (_root_row(state, account_id), *map(_user_row, users)):
        absent = {"cert_1_active": "false", "cert_2_active": "false"}
        writer.writerow({**absent, **row})
    return out.getvalue()


def _still_valid(state: State, account_id: str) -> CredentialReport | None:
    report = state.reports.get(account_id)
    return report if report is not None and state.now() - report.made < VALID_FOR else None


def generate_credential_report(state: State, call: Incoming) -> Answer:
    """STARTED the first time, INPROGRESS while it is slow, COMPLETE afterwards."""
    report = _still_valid(state, call.account_id)
    if report is None:
        ready_at = time.monotonic() + state.faults.job_seconds
        made = CredentialReport(state.now(), ready_at, _content(state, call.account_id))
        state.reports[call.account_id] = made
        return Answer({"State": "STARTED", "Description": "No report exists. Starting a new report generation task"})
    return Answer({"State": "COMPLETE" if time.monotonic() >= report.ready_at else "INPROGRESS"})


def get_credential_report(state: State, call: Incoming) -> Answer:
    """The report as CSV bytes."""
    report = state.reports.get(call.account_id)
    if report is None:
        raise AwsError("ReportNotPresent", "No report exists. Use GenerateCredentialReport to create one.", 410)
    if _still_valid(state, call.account_id) is None:
        raise AwsError("ReportExpired", "The report is older than four hours.", 410)
    if time.monotonic() < report.ready_at:
        raise AwsError("ReportInProgress", "The report is being generated.", 404)
    return Answer({"Content": report.content, "ReportFormat": "text/csv", "GeneratedTime": report.made})


OPERATIONS = {
    ("iam", "GenerateCredentialReport"): generate_credential_report,
    ("iam", "GetCredentialReport"): get_credential_report,
}
