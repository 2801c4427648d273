"""Northwind Atlas, an invented mail-order company: its accounts, its organization's tree, its owners' addresses.

All account ids are made up in the manner of AWS's documentation.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ORGANIZATION = "o-northwind1"
DOMAIN = "northwind-atlas.example"
HOME_REGION = "eu-west-1"

MANAGEMENT = "999900001111"
SECURITY = "222233334444"
LOG_ARCHIVE = "333344445555"
SHARED = "012345678901"
DEVELOPMENT = "444455556666"
PRODUCTION = "111122223333"
DATA = "555566667777"
PAYMENTS = "121212121212"
SANDBOX = "666677778888"
ACQUIRED = "888899990000"
RETIRED = "777788889999"

MONITORING_SAAS = "135792468013"
"""Skygauge, the monitoring service that asks for no external ID."""
BACKUP_SAAS = "246813579024"
"""Vaultmere, a vendor that does it right."""
UNKNOWN_OUTSIDER = "314159265358"
CLOSED_PARTNER = "271828182845"

OUS = (
    "Infrastructure",
    "Sandbox",
    "Security",
    "Suspended",
    "Workloads",
    "Workloads/NonProd",
    "Workloads/Prod",
)


def spread(text: str, low: int, high: int) -> int:
    """A number between `low` and `high` that depends on the text alone: variety without chance."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
    return low + number % (high - low + 1)


def hex_digits(text: str, length: int = 16) -> str:
    """Hexadecimal digits that depend on the text alone."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def mail(team: str) -> str:
    """The address of a team."""
    return f"{team}@{DOMAIN}"


def owner_tags(team: str, name: str) -> Mapping[str, str]:
    """Tags as grown companies have them: three spellings, and about one role in six without any."""
    choice = spread(f"owner {name}", 0, 11)
    if choice <= 5:
        return {"owner": mail(team), "environment": "shared"}
    if choice <= 7:
        return {"Owner": mail(team)}
    if choice <= 9:
        return {"team": team}
    return {"Name": name}


def role_arn(account_id: str, name: str) -> str:
    """The ARN of a role at the root path."""
    return f"arn:aws:iam::{account_id}:role/{name}"


def root_arn(account_id: str) -> str:
    """The principal that stands for a whole account."""
    return f"arn:aws:iam::{account_id}:root"
