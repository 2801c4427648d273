"""What must hold for any policy at all."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hygiene.analyse.checks import all_checks
from tests.builders import ACCOUNT, ADMIN, a_role, analysed, document, trusts

PERMISSION_CHECKS = [
    check.id for check in all_checks() if check.group == "Permissions" and check.id != "policy-unreadable"
]
_ACTIONS = (
    "* s3:* s3:GetObject iam:* iam:PassRole iam:PutRolePolicy lambda:* ec2:RunInstances sts:AssumeRole "
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
    ]
)
_conditions = st.sampled_from([{}, {}, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}])


@st.composite
def _statement(draw: Any, effect: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "Effect": effect or draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): draw(st.lists(_actions, min_size=1, max_size=3)),
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(_resources),
    }
    condition = draw(_conditions)
    return made | ({"Condition": condition} if condition else {})


def details(*statements: dict[str, Any]) -> dict[str, set[str]]:
    """Return what each permissions check says of a role with these statements, whatever holds it back."""
    boss = a_role("boss", inline=ADMIN, trust=trusts({"AWS": ACCOUNT, "Service": "lambda.amazonaws.com"}))
    analysis = analysed(a_role("subject", inline=document(*statements)), boss)
    said: dict[str, set[str]] = {}
    for finding in analysis.findings:
        if finding["role_name"] == "subject" and finding["check"] in PERMISSION_CHECKS:
            said.setdefault(finding["check"], set()).update((finding["detail"] or "").split(";"))
    return said


@settings(max_examples=60, deadline=None)
@given(st.lists(_statement(), min_size=1, max_size=3), _statement("Allow"))
def test_more_allowed_never_means_fewer_findings(statements: list[dict[str, Any]], extra: dict[str, Any]) -> None:
    before, after = details(*statements), details(*statements, extra)
    for check, said in before.items():
        assert said <= after.get(check, set()), check


@settings(max_examples=40, deadline=None)
@given(st.lists(_statement(), min_size=2, max_size=4).flatmap(lambda s: st.tuples(st.just(s), st.permutations(s))))
def test_the_order_of_statements_changes_no_finding(both: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    first, second = details(*both[0]), details(*both[1])
    assert first.keys() == second.keys()


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


@settings(max_examples=300, deadline=None)
@given(_json, _json)
def test_no_document_crashes_an_account(inline: object, trust: object) -> None:
    role = a_role("odd", inline={"Statement": inline}, trust={"Statement": trust})
    assert len(analysed(role, a_role("fine")).roles) == 2
