"""Builders of questions and answers for the tests of the loop."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hygiene.review.ledger import Answer
from tests.builders import ACCOUNT, a_role

SUMMER = datetime(2026, 9, 30, tzinfo=UTC)


def an_answer(name: str = "app", **given: Any) -> Answer:
    """An answer of the summer review: remove, by Ana, without more words."""
    role = a_role(name)
    values: dict[str, Any] = {
        "review_id": "o-1-2026-Q3",
        "role_id": role["RoleId"],
        "role_arn": role["Arn"],
        "account_id": ACCOUNT,
        "group_id": f"group-{name}",
        "row_sha256": "0" * 64,
        "suggestion": "remove",
        "decision": "remove",
        "justification": "",
        "target_date": None,
        "ticket": "",
        "reviewer": "ana@example.com",
        "decided_at": datetime(2026, 10, 2, tzinfo=UTC),
        "review_as_of": SUMMER,
        "snapshot_location": "snapshots/one",
        "snapshot_sha256": "1" * 64,
        "imported_by": "ana@example.com",
        "imported_at": datetime(2026, 10, 2, tzinfo=UTC),
        "original": "0-ana.csv",
        "line": 2,
        **given,
    }
    return Answer(**values)
