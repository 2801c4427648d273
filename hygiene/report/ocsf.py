"""`findings.ocsf.jsonl`: every finding as an OCSF Detection Finding, one JSON object a line, for other machines.

The class is the one that posture scanners write, https://schema.ocsf.io/1.5.0/classes/detection_finding. Same ids as
in `findings.csv`; what is held back or accepted is among them, and says so in its status.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from hygiene.errors import ConfigError
from hygiene.report.cells import cleaned, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from hygiene.frames import AccountReview
    from hygiene.model import CheckInfo, ReviewFacts

OCSF, FILE = "ocsf", "findings.ocsf.jsonl"

_SEVERITIES = {
    "critical": ("Critical", 5), "high": ("High", 4), "medium": ("Medium", 3), "low": ("Low", 2),
    "info": ("Informational", 1),
}  # fmt: skip
_CONFIDENCES = {"certain": ("High", 3, 100), "likely": ("Medium", 2, 80), "possible": ("Low", 1, 50)}
_CREATE, _UPDATE = ("Create", 1), ("Update", 2)
_NEW, _SUPPRESSED, _OTHER = ("New", 1), ("Suppressed", 3), 99
_DETECTION_FINDING, _AWS_ACCOUNT, _RULE = 2004, 10, 1


def require_ocsf() -> None:
    """Raise ConfigError with the command that installs what the format needs, where that is missing."""
    if find_spec("py_ocsf_models") is None:
        raise ConfigError("The format ocsf needs one more package: pip install 'role-hygiene[ocsf]'")


class OcsfLines:
    """The lines of the file, account by account."""

    def __init__(self, facts: ReviewFacts, coverage: pd.DataFrame) -> None:
        """Raise ConfigError where the package for it is not installed."""
        require_ocsf()
        from py_ocsf_models.events.findings.detection_finding import DetectionFinding

        self._event = DetectionFinding
        self._facts = facts
        self._checks = {check.id: check for check in facts.checks}
        self._names = dict(zip(texts(coverage["account_id"]), texts(coverage["account_name"]), strict=True))

    def of(self, account: AccountReview) -> bytes:
        """Return an account's findings in the order of its table."""
        owners = dict(zip(texts(account.roles["role_arn"]), texts(account.roles["owner"]), strict=True))
        return b"".join(self._line(row, owners.get(row["role_arn"], "")) for row in _rows(account.findings))

    def _line(self, row: dict[str, str], owner: str) -> bytes:
        event = self._event(**self._fields(row, owner))
        # ASCII: a stranger's U+2028 must not end a line for readers that take it for a line end.
        line = json.dumps(event.model_dump(mode="json", exclude_none=True), separators=(",", ":"))
        return f"{line}\n".encode("ascii")

    def _fields(self, row: dict[str, str], owner: str) -> dict[str, Any]:
        facts, check = self._facts, self._checks.get(row["check"])
        severity, confidence = _SEVERITIES[row["severity"]], _CONFIDENCES[row["confidence"]]
        activity = _CREATE if row["first_seen_quarter"] == facts.quarter else _UPDATE
        title = check.title if check else row["check"]
        return {
            "activity_name": activity[0],
            "activity_id": activity[1],
            "type_uid": _DETECTION_FINDING * 100 + activity[1],
            "type_name": f"Detection Finding: {activity[0]}",
            "time": int(facts.as_of.timestamp() * 1000),
            "severity": severity[0],
            "severity_id": severity[1],
            "confidence": confidence[0],
            "confidence_id": confidence[1],
            "confidence_score": confidence[2],
            **_status(row),
            "message": row["evidence"] or title,
            "metadata": self._metadata(row),
            "finding_info": _finding_info(row, title, check),
            "resources": [_resource(row, owner)],
            "remediation": {"desc": row["remedy"], "references": [row["source"]]},
            "cloud": self._cloud(row["account_id"]),
            "unmapped": self._unmapped(row),
        }

    def _metadata(self, row: dict[str, str]) -> dict[str, Any]:
        version = self._facts.versions.get("hygiene", "")
        product = {"name": "role-hygiene", "vendor_name": "role-hygiene", "version": version or None}
        return {
            "event_code": row["check"],
            "uid": f"{self._facts.review_id}/{row['finding_id']}",
            "product": product,
            "profiles": ["cloud"],
            "tenant_uid": self._facts.organization_id or None,
        }

    def _cloud(self, account_id: str) -> dict[str, Any]:
        name = cleaned(self._names.get(account_id, "")) or account_id
        account = {"uid": account_id, "name": name, "type": "AWS Account", "type_id": _AWS_ACCOUNT}
        organization = self._facts.organization_id
        return {"provider": "AWS", "account": account, "org": {"uid": organization} if organization else None}

    def _unmapped(self, row: dict[str, str]) -> dict[str, Any]:
        listed = {name: [part for part in row[name].split(";") if part] for name in ("detail", "policies")}
        given = {name: row[name] for name in ("held_back_by", "exception", "first_seen_quarter") if row[name]}
        return {"review_id": self._facts.review_id, "quarter": self._facts.quarter, **listed, **given}


def _rows(findings: pd.DataFrame) -> Iterator[dict[str, str]]:
    names = [str(name) for name in findings.columns]
    columns = [[cleaned(text) for text in texts(findings[name])] for name in names]
    return (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))


def _status(row: dict[str, str]) -> dict[str, Any]:
    if row["exception"]:
        return {"status": _SUPPRESSED[0], "status_id": _SUPPRESSED[1], "status_detail": "Accepted by an exception"}
    if row["held_back_by"]:
        return {"status": "Held back", "status_id": _OTHER, "status_detail": f"By {row['held_back_by']}"}
    return {"status": _NEW[0], "status_id": _NEW[1]}


def _finding_info(row: dict[str, str], title: str, check: CheckInfo | None) -> dict[str, Any]:
    return {
        "uid": row["finding_id"],
        "title": title,
        "desc": row["evidence"] or None,
        "types": [check.group] if check else None,
        "analytic": {"uid": row["check"], "name": title, "type": "Rule", "type_id": _RULE},
    }


def _resource(row: dict[str, str], owner: str) -> dict[str, Any]:
    if not row["role_arn"]:
        return {"uid": row["account_id"], "name": row["account_id"], "type": "AwsAccount"}
    known = {"role_id": row["role_id"], "owner": cleaned(owner)}
    return {
        "uid": row["role_arn"],
        "name": row["role_name"],
        "type": "AwsIamRole",
        "cloud_partition": row["role_arn"].split(":")[1],
        "data": {key: value for key, value in known.items() if value},
    }
