from __future__ import annotations

from typing import Any

import pytest

from tests.builders import ADMIN, STRANGER, UNREAD, a_role, analysed, trusts


def suggested(**role: Any) -> tuple[str, str]:
    row = analysed(a_role(**role)).roles.iloc[0]
    return row["suggestion"], row["suggestion_reason"]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ({"last_used": 200}, "remove"),
        ({"last_used": 200, "trust": trusts("*")}, "remove"),
        ({"last_used": UNREAD}, "investigate"),
        ({"trust": trusts("*")}, "investigate"),
        ({"inline": ADMIN}, "reduce"),
        ({}, "keep"),
        ({"tags": {"x": "y"}}, "keep"),
    ],
)
def test_the_first_rule_that_fits_wins(role: dict[str, Any], expected: str) -> None:
    assert suggested(**role)[0] == expected


def test_the_reason_names_disuse_power_and_trust_in_plain_words() -> None:
    reason = suggested(last_used=200, inline=ADMIN, trust=trusts({"AWS": STRANGER}))[1]
    assert reason.startswith("Last used 200 days ago, on 2026-06-14.")
    assert "every action on every resource" in reason
    assert STRANGER in reason


def test_unused_powerful_and_trusted_from_outside_comes_first() -> None:
    def score(**role: Any) -> int:
        return int(analysed(a_role(**role)).roles.iloc[0]["risk_score"])

    worst = score(last_used=200, inline=ADMIN, trust=trusts({"AWS": STRANGER}))
    assert worst > score(last_used=200, inline=ADMIN) > score(inline=ADMIN) > score(last_used=200) > score()


def test_a_finding_that_is_held_back_gives_no_reason_to_reduce() -> None:
    limit = "arn:aws:iam::111122223333:policy/limit"
    from tests.builders import a_policy, document, statement

    boundary = a_policy(limit, document(statement("s3:GetObject", "arn:aws:s3:::one/*")))
    row = analysed(a_role(inline=ADMIN, boundary=limit), policies=[boundary]).roles.iloc[0]
    assert (row["suggestion"], row["risk_score"]) == ("keep", 0)
