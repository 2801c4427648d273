"""Where things stand in a report: the page of an account, a role or an owner, and a role's console page."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import quote

ROLES_PER_PAGE = 1000
"""Measured: a browser opens 1,000 rows with cards in 0.7 s, 5,000 take 2.9 s and 20,000 take 21 s."""

_CONSOLES = {
    "aws": "https://console.aws.amazon.com",
    "aws-us-gov": "https://console.amazonaws-us-gov.com",
    "aws-cn": "https://console.amazonaws.cn",
}


def account_page(account_id: str, page: int = 1) -> str:
    """Return the path of an account's page, relative to the report: `accounts/<id>.html`, `accounts/<id>-2.html`."""
    return f"accounts/{account_id}{_numbered(page)}.html"


def removal_script(account_id: str) -> str:
    """Return the path of an account's removal script, relative to the report."""
    return f"removal/{account_id}.sh"


def terraform_hints(account_id: str) -> str:
    """Return the path of what Terraform can take in an account's removals, relative to the report."""
    return f"removal/{account_id}.tf.txt"


def policy_file(account_id: str) -> str:
    """Return the path of the policies of an account's roles, relative to the report."""
    return f"policies/{account_id}.json"


def owner_page(owner: str, page: int = 1) -> str:
    """Return the path of an owner's page, relative to the report; `""` is the page of roles without an owner."""
    return f"owners/{owner_slug(owner)}{_numbered(page)}.html"


def names_page(page: int = 0) -> str:
    """Return the path of a page of roles by name, relative to the report; 0 is the first that leads to the others."""
    return f"views/roles-{page}.html" if page else "views/roles.html"


def owner_slug(owner: str) -> str:
    """Return a readable part and 8 hex digits of the whole text, so that no two owners share a page."""
    plain = unicodedata.normalize("NFKD", owner).encode("ascii", "ignore").decode().lower()
    readable = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
    digest = hashlib.sha256(owner.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{readable or ('owner' if owner else 'no-owner')}-{digest}"


def role_anchor(role_id: str, role_arn: str = "") -> str:
    """Return the id of a role's card, `r-<role id>`, the same on every page and in every run."""
    safe = re.sub(r"[^A-Za-z0-9_-]", "-", role_id)
    return f"r-{safe or hashlib.sha256(role_arn.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def role_page(account_id: str, page: int, anchor: str) -> str:
    """Return the path of a role's card, relative to the report."""
    return f"{account_page(account_id, page)}#{anchor}"


def console_link(role_arn: str, role_name: str) -> str:
    """Return the role's page in the AWS console, empty for a partition whose console is not known."""
    partition = role_arn.split(":", 2)[1] if role_arn.count(":") >= 5 else ""
    console = _CONSOLES.get(partition)
    return f"{console}/iam/home#/roles/details/{quote(role_name, safe='')}" if console else ""


def _numbered(page: int) -> str:
    return f"-{page}" if page > 1 else ""
