"""What must hold for any policy at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hypothesis import example, given
from hypothesis import strategies as st

from hygiene.analyse.checks import all_checks
from tests.builders import ACCOUNT, ADMIN, a_policy, a_role, analysed, document, trusts
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Sequence

PERMISSION_CHECKS = [
    check.id for check in all_checks() if check.group == "Permissions" and check.id != "policy-unreadable"
]
_ACTIONS = (
    "* s3:* s3:GetObject iam:* iam:PassRole iam:PutRolePolicy iam:AttachRolePolicy lambda:* ec2:RunInstances "
    "lambda:CreateFunction lambda:InvokeFunction iam:CreateAccessKey sts:AssumeRole "
    "iam:CreatePolicyVersion kms:PutKeyPolicy sqs:SendMessage new:* logs:*"
)
_actions = st.sampled_from(_ACTIONS.split())
_resources = st.sampled_from(
    [
        "*",
        "arn:aws:s3:::one/*",
        "arn:aws:s3:::*",
        f"arn:aws:iam::{ACCOUNT}:role/*",
        f"arn:aws:iam::{ACCOUNT}:role/boss",
        f"arn:aws:iam::{ACCOUNT}:user/*",
        "arn:aws:lambda:*:*:function:app-*",
        "arn:aws:lambda:*:*:function:*",
        "arn:aws:iam::*:role/*",
    ]
)
_conditions = st.sampled_from(
    [
        {},
        {},
        {},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        {"StringNotEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/subject*"}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-test", "aws:PrincipalTag/stage": "prod"}},
        {"StringEquals": {"aws:PrincipalTag/owner": "ana@example.com"}},
    ]
)


@st.composite
def _statement(draw: Any, effect: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "Effect": effect or draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): draw(st.lists(_actions, min_size=1, max_size=3)),
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(_resources),
    }
    condition = draw(_conditions)
    return made | ({"Condition": condition} if condition else {})


Said = dict[str, set[tuple[str, str]]]
EDGE = f"arn:aws:iam::{ACCOUNT}:policy/edge"


def judged(*policies: list[dict[str, Any]], boundaries: Sequence[list[dict[str, Any]]] = ()) -> list[Said]:
    """Return what the permissions checks say of roles with these statements, check and detail, by what holds it back.

    The roles share an account, which is faster; none can pass, assume or change another but `boss`.
    """
    boss = a_role("boss", inline=ADMIN, trust=trusts({"AWS": ACCOUNT, "Service": "lambda.amazonaws.com"}))
    edges = [a_policy(f"{EDGE}{number}", document(*edge)) for number, edge in enumerate(boundaries)]
    bounds = [edge["Arn"] for edge in edges]
    roles = [
        a_role(f"subject{number}", inline=document(*policy), boundary=bounds[number] if number < len(bounds) else "")
        for number, policy in enumerate(policies)
    ]
    said: dict[str, Said] = {role["RoleName"]: {} for role in roles}
    for row in analysed(*roles, boss, policies=edges).findings:
        if row["role_name"] in said and row["check"] in PERMISSION_CHECKS:
            about = {(row["check"], detail) for detail in (row["detail"] or "").split(";")}
            said[row["role_name"]].setdefault(row["held_back_by"] or "", set()).update(about)
    return list(said.values())


def everything(said: Said) -> set[tuple[str, str]]:
    return set().union(*said.values())


def effective(said: Said) -> set[tuple[str, str]]:
    return set().union(*(about for fate, about in said.items() if not fate or fate.startswith("not-evaluated")))


# Found among 10,000: an administrator by one way whose way over another role is denied.
_BOSS = {"Effect": "Allow", "Action": ["*"], "Resource": f"arn:aws:iam::{ACCOUNT}:role/boss"}


@examples(60)
@given(st.lists(_statement(), min_size=1, max_size=3), _statement("Allow"))
@example(
    [_BOSS, {"Effect": "Deny", "Action": ["*"], "Resource": f"arn:aws:iam::{ACCOUNT}:role/*"}],
    {"Effect": "Allow", "Action": ["iam:*"], "Resource": "*"},
)
def test_more_allowed_never_means_fewer_findings(statements: list[dict[str, Any]], extra: dict[str, Any]) -> None:
    before, after = judged(statements, [*statements, extra])
    assert everything(before) <= everything(after)
    assert effective(before) <= effective(after)
    assert before.get("", set()) <= after.get("", set())


@examples(60)
@given(st.lists(_statement(), min_size=1, max_size=3), _statement("Deny"))
@example([_BOSS], {"Effect": "Deny", "NotAction": ["iam:*"], "Resource": "*"})
def test_a_deny_never_adds_a_permission(statements: list[dict[str, Any]], extra: dict[str, Any]) -> None:
    before, after = judged(statements, [*statements, extra])
    assert effective(after) <= effective(before)
    assert after.get("", set()) <= before.get("", set())
    assert everything(after) == everything(before), "what is held back is said"


@examples(60)
@given(st.lists(_statement(), min_size=1, max_size=3), st.lists(_statement(), min_size=1, max_size=2))
def test_a_boundary_never_grants(statements: list[dict[str, Any]], edge: list[dict[str, Any]]) -> None:
    after, before = judged(statements, statements, boundaries=[edge])
    assert effective(after) <= effective(before)
    assert after.get("", set()) <= before.get("", set())


@examples(40)
@given(st.lists(_statement(), min_size=2, max_size=4).flatmap(lambda s: st.tuples(st.just(s), st.permutations(s))))
def test_the_order_of_statements_changes_no_finding(both: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    first, second = judged(*both)
    assert _but_for_numbers(first) == _but_for_numbers(second)


def _but_for_numbers(said: Said) -> Said:
    """Leave out the numbers of statements that some details hold."""
    return {
        fate: {(check, re.sub(r"statement \d+", "statement", detail)) for check, detail in about}
        for fate, about in said.items()
    }


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | _actions,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Effect", "Action", "Resource", "Condition", "Principal", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@examples(300)
@given(_json, _json)
def test_no_document_crashes_an_account(inline: object, trust: object) -> None:
    role = a_role("odd", inline={"Statement": inline}, trust={"Statement": trust})
    assert len(analysed(role, a_role("fine")).roles) == 2
