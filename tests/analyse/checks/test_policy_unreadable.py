from __future__ import annotations

import pandas as pd

from tests.builders import a_role, analysed, document, found, statement

CHECK = "policy-unreadable"


def test_fires_for_an_attached_policy_whose_document_was_not_exported() -> None:
    role = a_role(attached=("arn:aws:iam::111122223333:policy/gone",))
    analysis = analysed(role)
    (finding,) = found(analysis, CHECK)
    assert finding["evidence"] == "Not read: policy gone: the document is missing."
    row = analysis.roles.iloc[0]
    assert row["actions_allowed"] is pd.NA
    assert row["services_granted"] is pd.NA


def test_fires_for_a_broken_statement_and_still_judges_the_others() -> None:
    broken = document(statement("*"), {"Effect": "Perhaps", "Action": "*"})
    analysis = analysed(a_role(inline=broken))
    assert "statement 2" in found(analysis, CHECK)[0]["evidence"]
    assert found(analysis, "full-admin")


def test_fires_for_a_broken_trust_policy() -> None:
    assert "trust policy" in found(analysed(a_role(trust="not json")), CHECK)[0]["evidence"]


def test_quiet_when_everything_was_read() -> None:
    assert not found(analysed(a_role()), CHECK)
