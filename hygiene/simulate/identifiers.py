"""Names in, AWS identifiers out: always the same ones, so that two starts of one world answer the same bytes."""

from __future__ import annotations

import base64
import hashlib


def _letters(text: str, length: int) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.b32encode(digest).decode().rstrip("=")[:length]


def unique_id(prefix: str, arn: str) -> str:
    """The unique id IAM gives (`AROA…` a role, `AIDA…` a user, `ANPA…` a policy, `AIPA…` an instance profile)."""
    return prefix + _letters(arn, 17)


def access_key_id(prefix: str, seed: str) -> str:
    """An access key id: `AKIA…` for long-term keys, `ASIA…` for sessions."""
    return prefix + _letters(f"key {seed}", 16)


def secret_access_key(seed: str) -> str:
    """Forty characters, as AWS makes them."""
    return base64.b64encode(hashlib.sha256(f"secret {seed}".encode()).digest()).decode()[:40]


def session_token(seed: str) -> str:
    """An opaque session token."""
    return base64.b64encode(hashlib.sha512(f"token {seed}".encode()).digest()).decode()


def root_id(organization_id: str) -> str:
    """The id of the organization's root."""
    return "r-" + _letters(f"root {organization_id}", 4).lower()


def organizational_unit_id(organization_id: str, path: str) -> str:
    """The id of the organizational unit at a path."""
    root = root_id(organization_id).removeprefix("r-")
    return f"ou-{root}-" + _letters(f"ou {organization_id} {path}", 8).lower()


def organization_policy_id(organization_id: str, kind: str, name: str) -> str:
    """The id of a service or resource control policy."""
    return "p-" + _letters(f"{kind} {organization_id} {name}", 8).lower()


def job_id(seed: str) -> str:
    """A last-accessed job id in the shape of a UUID."""
    text = hashlib.sha256(f"job {seed}".encode()).hexdigest()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:32]))
