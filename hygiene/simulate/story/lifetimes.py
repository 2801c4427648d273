"""Roles that tell how use and age are counted: exactly at the thresholds, never used, brand new, once a year."""

from __future__ import annotations

from hygiene.simulate.documents import permissions, trusts_service
from hygiene.simulate.story.company import HOME_REGION, mail
from hygiene.simulate.world import Role

LAST_USED = {
    "warehouse-export": 89,
    "warehouse-import": 90,
    "warehouse-archive": 91,
    "legacy-ftp-bridge": 180,
    "peak-season-scaler": 399,
}
"""Days since the last use, around the usual thresholds and just inside the tracking period."""

NEVER_USED = {"dr-failover-operator": 903, "voucher-prototype": 655, "fax-gateway": 1520}
"""Age in days of roles without any use in the tracking period."""

TOO_YOUNG_TO_TELL = {"fraud-scoring-trial": 200, "loyalty-points-worker": 130, "parcel-locker-pilot": 390}
"""Age in days of unused roles younger than the tracking period."""

BRAND_NEW = {
    "search-relevance-canary": 3,
    "returns-portal-worker": 30,
    "gift-card-issuer": 89,
    "size-advisor-batch": 90,
}
"""Age in days of roles made this quarter or just before, not used yet."""


def _worker(name: str, *, age: float, last_used: float | None, **more: str) -> Role:
    return Role(
        name,
        trusts_service("lambda"),
        inline={"access": permissions(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::nwa-{name}/*")},
        tags={"owner": mail("logistics"), **more},
        created_days_ago=age,
        last_used_days_ago=last_used,
        last_used_region=HOME_REGION,
        used_services={} if last_used is None else {"s3": last_used},
    )


def lifetime_roles() -> list[Role]:
    """All of them."""
    unused = {**NEVER_USED, **TOO_YOUNG_TO_TELL, **BRAND_NEW}
    return [
        *(_worker(name, age=max(700, days + 1), last_used=days) for name, days in LAST_USED.items()),
        *(_worker(name, age=age, last_used=None) for name, age in unused.items()),
        _worker("annual-inventory-close", age=1100, last_used=362, schedule="yearly"),
    ]
