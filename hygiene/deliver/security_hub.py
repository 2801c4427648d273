"""AWS Security Hub: findings of one account, imported from that account itself, 100 a call.

With the default product, who calls must be the account that the findings are of. The reader role only reads, so
another role is entered for it.
https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from hygiene.deliver.transport import Outcome, Receipt
from hygiene.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from hygiene.model import JsonObject

PRODUCT = "role-hygiene"
AT_ONCE = 100
_TITLE, _DESCRIPTION, _REMEDY = 256, 1024, 512
_CONFIDENCE = {"certain": 100, "likely": 80, "possible": 50}
_LABELS = {"critical": "CRITICAL", "high": "HIGH", "medium": "MEDIUM", "low": "LOW", "info": "INFORMATIONAL"}
_TYPE = "Software and Configuration Checks/AWS Security Best Practices"
_RETRIES = Config(retries={"mode": "adaptive", "total_max_attempts": 10}, user_agent_extra=PRODUCT)


def region_of_hub() -> str:
    """Return the Region of the Security Hubs: this program's own. Raises DeliveryError where none is set."""
    try:
        region = boto3.Session().region_name
    except BotoCoreError as error:
        raise DeliveryError(f"AWS cannot be used: {error}.") from error
    if not region:
        raise DeliveryError("AWS Security Hub is regional: set AWS_REGION to the Region of yours.")
    return str(region)


class SecurityHub:
    """The Security Hubs of an organization's accounts in one Region, each entered with the delivery role."""

    def __init__(self, role_name: str, external_id: str | None) -> None:
        """Raise DeliveryError where AWS cannot be used, or no Region is set."""
        self._role_name, self._external_id = role_name.lstrip("/"), external_id
        self.region = region_of_hub()
        try:
            self._session = boto3.Session()
            self._sts: Any = self._session.client("sts", config=_RETRIES)
            caller = self._sts.get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise DeliveryError(f"AWS cannot be used: {error}.") from error
        self.partition = str(caller["Arn"]).split(":")[1]
        self._own_account = str(caller["Account"])

    def finding(self, row: Mapping[str, str], title: str, quarter: str, created: str, now: datetime) -> JsonObject:
        """Return a row of `findings.csv` in the AWS Security Finding Format; `created`: "" for now.

        https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
        """
        account_id, updated = row["account_id"], _iso(now)
        subject = row["role_name"] or f"account {account_id}"
        return {
            "SchemaVersion": "2018-10-08",
            "Id": f"{PRODUCT}/{row['finding_id']}",
            "ProductArn": f"arn:{self.partition}:securityhub:{self.region}:{account_id}:product/{account_id}/default",
            "CompanyName": PRODUCT,
            "ProductName": PRODUCT,
            "GeneratorId": f"{PRODUCT}/{row['check']}",
            "AwsAccountId": account_id,
            "Types": [_TYPE],
            "CreatedAt": created or updated,
            "UpdatedAt": updated,
            "Severity": {"Label": _LABELS[row["severity"]], "Original": row["severity"]},
            "Confidence": _CONFIDENCE[row["confidence"]],
            "Title": _text(f"{subject}: {title}", _TITLE),
            "Description": _text(row["evidence"] or title, _DESCRIPTION),
            "Remediation": {"Recommendation": {"Text": _text(row["remedy"], _REMEDY), "Url": row["source"]}},
            "Resources": [self._resource(row)],
            "RecordState": "ACTIVE",
            "ProductFields": {f"{PRODUCT}/quarter": quarter, f"{PRODUCT}/check": row["check"]},
        }

    def _resource(self, row: Mapping[str, str]) -> JsonObject:
        if row["role_arn"]:
            return {"Type": "AwsIamRole", "Id": row["role_arn"], "Partition": self.partition}
        return {"Type": "AwsAccount", "Id": f"AWS::::Account:{row['account_id']}", "Partition": self.partition}

    def import_findings(self, account_id: str, findings: Sequence[JsonObject]) -> Receipt:
        """Import into one account's Security Hub; importing the same again is harmless."""
        refused: list[str] = []
        try:
            client = self._enter(account_id).client("securityhub", config=_RETRIES)
            for start in range(0, len(findings), AT_ONCE):
                answer = client.batch_import_findings(Findings=list(findings[start : start + AT_ONCE]))
                refused += [f"{one['ErrorCode']}: {one['ErrorMessage']}" for one in answer.get("FailedFindings", [])]
        except (ClientError, BotoCoreError) as error:
            return Receipt(Outcome.REFUSED, str(error)[:300])
        if refused:
            return Receipt(Outcome.REFUSED, f"{len(refused)} of {len(findings)} findings refused: {refused[0]}"[:300])
        return Receipt(Outcome.ACCEPTED, f"{len(findings)} finding{'' if len(findings) == 1 else 's'}")

    def _enter(self, account_id: str) -> boto3.Session:
        """Return a session of the delivery role; in our own account our own credentials do where it has none."""
        external_id = {"ExternalId": self._external_id} if self._external_id else {}
        arn = f"arn:{self.partition}:iam::{account_id}:role/{self._role_name}"
        try:
            answer = self._sts.assume_role(RoleArn=arn, RoleSessionName=f"{PRODUCT}-delivery", **external_id)
        except ClientError:
            if account_id == self._own_account:
                return self._session
            raise
        credentials = answer["Credentials"]
        return boto3.Session(
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
            region_name=self.region,
        )


def archived(finding: JsonObject, now: datetime) -> JsonObject:
    """Return a finding that was imported and is gone."""
    return {**finding, "RecordState": "ARCHIVED", "UpdatedAt": _iso(now)}


def _text(text: str, limit: int) -> str:
    """Return a stranger's text without what cannot be seen, cut to what the format takes."""
    plain = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return plain if len(plain) <= limit else f"{plain[: limit - 1]}…"


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
