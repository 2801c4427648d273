"""Chains over trust policies that name nobody, a session, or an administrator under a condition."""

from __future__ import annotations

from typing import Any

from hygiene.model import AccountDocuments
from tests.builders import (
    ACCOUNT,
    ADMIN,
    a_role,
    analysed,
    analysed_population,
    details,
    document,
    found,
    statement,
    trusts,
)

CHECK = "privilege-escalation"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
MFA_FATE = "not-evaluated: aws:multifactorauthpresent"
ASSUMES = document(statement("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/boss"))


def arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def chains(*roles: dict[str, Any]) -> dict[str, str | None]:
    """Return what holds back the chain of each caller that has one."""
    rows = [row for row in found(analysed(*roles), CHECK) if "sts-001" in row["detail"]]
    return {row["role_name"]: row["held_back_by"] for row in rows if row["role_name"] not in {"boss", "chief"}}


def test_allow_with_not_principal_lets_everybody_in_but_those_it_names() -> None:
    trust = document(
        {"Effect": "Allow", "NotPrincipal": {"AWS": [arn("one"), arn("two")]}, "Action": "sts:AssumeRole"}
    )
    boss = a_role("boss", inline=ADMIN, trust=trust)
    callers = [a_role(name, inline=ASSUMES) for name in ("one", "two", "three")]
    assert chains(boss, *callers) == {"three": None}
    whole = document({"Effect": "Allow", "NotPrincipal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"})
    assert chains(a_role("boss", inline=ADMIN, trust=whole), *callers) == {}


def test_a_session_that_is_trusted_stands_for_its_role_under_the_name_of_the_session() -> None:
    boss = a_role("boss", inline=ADMIN, trust=trusts({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/build"}))
    modest = a_role("other", inline=ASSUMES)
    named = a_role("ci", path="/team/")
    assert chains(boss, named, modest) == {"ci": "not-evaluated: sts:rolesessionname"}


def test_a_chain_to_an_administrator_under_a_condition_is_not_proven() -> None:
    boss = a_role("boss", inline=document(statement("*", Condition=MFA)), trust=trusts({"AWS": ACCOUNT}))
    start = a_role("start", inline=ASSUMES)
    assert chains(boss, start)["start"] == MFA_FATE
    row = next(row for row in found(analysed(boss, start), CHECK) if row["role_name"] == "start")
    assert row["confidence"] == "possible"
    assert row["evidence"].startswith("May become an administrator in 1 step, by assuming boss")
    assert "aws:multifactorauthpresent" in row["evidence"]


def test_a_sure_administrator_goes_before_one_under_a_condition() -> None:
    boss = a_role("boss", inline=document(statement("*", Condition=MFA)), trust=trusts({"AWS": arn("start")}))
    chief = a_role("chief", inline=ADMIN, trust=trusts({"AWS": arn("start")}))
    assert chains(boss, chief, a_role("start"))["start"] is None


def test_a_possible_administrator_outlives_the_first_pass() -> None:
    boss = a_role("boss", inline=document(statement("*", Condition=MFA)), trust=trusts({"AWS": ACCOUNT}))
    analysis = analysed_population(AccountDocuments(ACCOUNT, details(boss, a_role("start", inline=ASSUMES))))
    rows = analysis.findings[analysis.findings["check"] == CHECK].set_index("role_name")
    assert rows.loc["start", "held_back_by"] == MFA_FATE
