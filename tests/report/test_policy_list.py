from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hygiene.frames import Changes, Coverage, Findings, ReviewTables, frame_of
from hygiene.report.policy_list import PoliciesFound, policy_views
from hygiene.review.decisions import decisions_to_ask
from tests.builders import ADMIN, a_policy, a_role, analysed, document, statement

if TYPE_CHECKING:
    import pandas as pd


def tables_of(*roles: dict[str, Any], policies: list[dict[str, Any]]) -> ReviewTables:
    analysis = analysed(*roles, policies=policies)
    findings = frame_of(Findings, analysis.findings)
    decisions = decisions_to_ask(analysis.roles, "r")
    return ReviewTables(analysis.roles, findings, frame_of(Coverage, []), frame_of(Changes, []), decisions)


def policies_of(tables: ReviewTables) -> pd.DataFrame:
    whole = PoliciesFound()
    for account in tables.accounts():
        found = PoliciesFound()
        found.add(account)
        whole.merge(found)
    return whole.table()


def test_a_policy_on_many_roles_is_one_thing_to_fix() -> None:
    wide = a_policy("arn:aws:iam::111122223333:policy/wide", document(statement("s3:*")))
    roles = [a_role(f"r{number}", inline=None, attached=(wide["Arn"],)) for number in range(3)]
    policies = policies_of(tables_of(*roles, policies=[wide]))
    row = policies.to_dict("records")[0]
    assert (row["policy"], row["roles"], row["accounts"]) == ("wide", 3, 1)
    assert "service-wildcard" in row["checks"]
    assert policy_views(policies, 10)[0].roles == 3


def test_inline_policies_and_what_is_held_back_are_left_out() -> None:
    limit = a_policy("arn:aws:iam::111122223333:policy/limit", document(statement("sqs:ListQueues")))
    admin = a_policy("arn:aws:iam::111122223333:policy/admin", ADMIN)
    held = a_role("held", inline=None, attached=(admin["Arn"],), boundary=limit["Arn"])
    policies = policies_of(tables_of(a_role("own", inline=ADMIN), held, policies=[limit, admin]))
    assert policies.empty
