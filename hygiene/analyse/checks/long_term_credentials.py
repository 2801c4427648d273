"""IAM users with access keys or passwords: credentials that do not expire, where a role's would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.wording import days_ago, listed
from hygiene.documents import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from hygiene.analyse.estate import Estate
    from hygiene.model import JsonObject

_ROOT = "<root_account>"
_KEYS = ("1", "2")

_NO_USE = {"n/a", "no_information"}
"""AWS writes these for a credential that was never used, or not since it began to keep the date."""

_ROOT_REMEDY = "Delete the root user's access keys; whatever uses them takes a role instead."


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield each IAM user with an active access key or a console password, and a root user with keys.

    Columns: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
    """
    rows = estate.documents.credential_report or ()
    # One finding per user: merged or hand-made reports may hold one twice.
    by_subject = {_subject(row): row for row in rows if isinstance(row, dict)}
    for subject, row in by_subject.items():
        finding = _finding(subject, row, estate.reference.as_of) if subject else None
        if finding is not None:
            yield finding


def _subject(row: JsonObject) -> str:
    return str(row.get("arn") or row.get("user") or "")


def _finding(subject: str, row: JsonObject, as_of: datetime) -> Finding | None:
    is_root = row.get("user") == _ROOT or subject.endswith(":root")
    credentials = {
        f"access-key-{key}": _key(row, key, as_of) for key in _KEYS if _is(row, f"access_key_{key}_active")
    }
    # The root user cannot do without a password; only its keys are a matter of choice.
    if not is_root and _is(row, "password_enabled"):
        credentials["password"] = _password(row, as_of)
    if not credentials:
        return None
    return Finding(
        subject=subject,
        evidence=f"has {listed(list(credentials.values()))}.",
        detail=tuple(credentials),
        severity="critical" if is_root else "",
        remedy=_ROOT_REMEDY if is_root else "",
    )


def _is(row: Mapping[str, object], column: str) -> bool:
    return str(row.get(column, "")).strip().lower() == "true"


def _key(row: JsonObject, key: str, as_of: datetime) -> str:
    column = f"access_key_{key}_last_used"
    service = str(row.get(f"{column}_service") or "")
    where = f" on {service}" if service.lower() not in {"", *_NO_USE} else ""
    age = _age(row.get(f"access_key_{key}_last_rotated"), as_of)
    return f"access key {key} ({age}, {_last_use(row.get(f'{column}_date'), as_of)}{where})"


def _password(row: JsonObject, as_of: datetime) -> str:
    age = _age(row.get("password_last_changed"), as_of)
    mfa = str(row.get("mfa_active", "")).strip().lower()
    second = {"true": ", with MFA", "false": ", without MFA"}.get(mfa, "")
    return f"a console password ({age}, {_last_use(row.get('password_last_used'), as_of)}{second})"


def _age(written: object, as_of: datetime) -> str:
    moment = parse_time(written)
    if moment is None:
        return "age not known"
    days = max((as_of - moment).days, 0)
    return f"{days} day{'' if days == 1 else 's'} old"


def _last_use(written: object, as_of: datetime) -> str:
    moment = parse_time(written)
    if moment is not None:
        return f"last used {days_ago((as_of - moment).days)}"
    return "no use on record" if str(written).strip().lower() in _NO_USE else "last use not known"


CHECK = Check(
    id="long-term-credentials",
    title="IAM user with long-term credentials",
    group="Housekeeping",
    severity="medium",
    why="An access key or a password works until somebody removes it; a role's credentials expire within hours and cannot "
    "be left in a laptop or a repository.",
    remedy="Give programs a role and people IAM Identity Center; then deactivate the key or password, and delete it when "
    "nothing broke.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-workloads-use-roles",
    find=find,
)
