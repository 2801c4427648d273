from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygiene.policy import Decision, NamedPolicy, evaluate
from tests.builders import ADMIN, document, statement
from tests.examples import examples

Json = dict[str, Any]


def asked(
    action: str = "s3:GetObject", resource: str = "arn:aws:s3:::logs/a", context: Json | None = None, **policies: Any
) -> Decision:
    request = {
        "principal": "arn:aws:iam::111122223333:role/app",
        "action": action,
        "resource": resource,
        "resource_account": "111122223333",
        "context": context or {},
    }
    return evaluate(request, **{"identity": [ADMIN], **policies})


def level(*policies: Any, target: str = "r-1") -> Json:
    return {"target": target, "policies": list(policies)}


def deny(action: str = "s3:*", **more: Any) -> Json:
    return document(statement(action, effect="Deny", **more))


def test_an_allow_allows_and_is_named() -> None:
    decision = asked(identity=[document(statement("ec2:*")), NamedPolicy("reader", document(statement(Sid="Read")))])
    assert (decision.outcome, decision.blocked_by) == ("Allowed", ())
    (found,) = decision.statements
    assert (found.layer, found.policy, found.statement.number, found.statement.sid) == (
        "identity",
        "reader",
        1,
        "Read",
    )


def test_nothing_allows_is_an_implicit_denial_without_a_statement() -> None:
    decision = asked(identity=[])
    assert (decision.outcome, decision.blocked_by, decision.statements) == ("ImplicitlyDenied", ("identity",), ())


@pytest.mark.parametrize(
    ("policies", "layer"),
    [
        ({"identity": [ADMIN, deny()]}, "identity"),
        ({"boundary": document(statement("*"), statement("s3:*", effect="Deny"))}, "boundary"),
        ({"service_control_policies": [level(ADMIN, deny())]}, "scp"),
        ({"resource_control_policies": [level(ADMIN, deny(Principal="*"))]}, "rcp"),
    ],
)
def test_an_explicit_deny_wins_wherever_it_stands(policies: Json, layer: str) -> None:
    decision = asked(**policies)
    assert (decision.outcome, decision.blocked_by) == ("ExplicitlyDenied", (layer,))
    assert [found.layer for found in decision.statements] == [layer]


def test_every_layer_that_does_not_allow_is_named() -> None:
    ec2 = document(statement("ec2:*"))
    decision = asked(identity=[ec2], boundary=ec2, service_control_policies=[level(ADMIN), level(ec2, target="ou-1")])
    assert decision.blocked_by == ("identity", "boundary", "scp")
    assert decision.silent == ("identity", "boundary", "scp at ou-1")


def test_levels_must_all_allow_and_one_policy_of_a_level_is_enough() -> None:
    ec2, s3 = document(statement("ec2:*")), document(statement("s3:*"))
    assert asked(service_control_policies=[level(ADMIN), level(ec2, s3)]).outcome == "Allowed"
    assert asked(service_control_policies=[level(ADMIN), level(ec2), level(s3)]).blocked_by == ("scp",)
    assert asked(service_control_policies=[level()]).blocked_by == ("scp",)


def test_a_resource_control_level_that_lists_no_allow_leaves_out_the_one_that_cannot_be_detached() -> None:
    assert asked(resource_control_policies=[level(deny("sqs:*"))]).outcome == "Allowed"
    assert asked(resource_control_policies=[level(document(statement("sqs:*")))]).blocked_by == ("rcp",)


def test_a_boundary_that_is_missing_allows_nothing_and_says_so() -> None:
    decision = asked(boundary=NamedPolicy("arn:aws:iam::111122223333:policy/edge", None))
    assert decision.blocked_by == ("boundary",)
    assert "policy/edge: the document is missing" in decision.problems[0]


def test_an_unreadable_policy_grants_nothing_and_says_so() -> None:
    decision = asked(identity=["{not json"])
    assert decision.outcome == "ImplicitlyDenied"
    assert "not JSON" in decision.problems[0]


def test_a_malformed_statement_costs_that_statement_alone() -> None:
    decision = asked(identity=[document(statement(), {"Effect": "Allow"})])
    assert decision.outcome == "Allowed"
    assert "statement 2" in decision.problems[0]


def test_a_deny_whose_condition_cannot_be_read_is_named() -> None:
    decision = asked(identity=[ADMIN, deny(Condition={"StringResembles": {"aws:username": "a"}})])
    assert decision.outcome == "Allowed"
    assert "statement 1 (Deny)" in decision.problems[0]
    assert "StringResembles" in decision.problems[0]


def test_a_statement_whose_condition_is_not_met_is_a_near_miss() -> None:
    condition = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    decision = asked(identity=[document(statement(Condition=condition))])
    assert decision.outcome == "ImplicitlyDenied"
    assert [found.unmet_keys for found in decision.near_misses] == [("aws:requestedregion",)]


@pytest.mark.parametrize(
    ("action", "names"),
    [("S3:GETOBJECT", True), ("s3:Get?bject", True), ("*", True), ("s3:*Acl", False), ("s3:GetObject ", False)],
)
def test_letter_case_of_actions_is_free(action: str, names: bool) -> None:
    assert (asked(identity=[document(statement(action))]).outcome == "Allowed") is names


@pytest.mark.parametrize(
    ("resource", "names"),
    [
        ("arn:aws:s3:::logs/*", True),
        ("arn:aws:s3:::LOGS/*", False),
        ("arn:aws:s3:::lo?s/a", True),
        ("arn:aws:s3:*", True),
        ("arn:aws:s3:::logs", False),
        ("arn:aws:s3:::${aws:username}/a", True),
        ("arn:aws:s3:::${aws:PrincipalTag/team}/a", False),
        ("arn:aws:s3:::${aws:PrincipalTag/team, 'logs'}/a", True),
    ],
)
def test_resources_match_by_letter_case_with_wildcards_and_variables(resource: str, names: bool) -> None:
    decision = asked(context={"aws:username": "logs"}, identity=[document(statement(resource=resource))])
    assert (decision.outcome == "Allowed") is names


def test_not_action_and_not_resource_are_everything_else() -> None:
    but = {"Effect": "Allow", "NotAction": ["iam:*"], "NotResource": ["arn:aws:s3:::secret/*"]}
    assert asked(identity=[document(but)]).outcome == "Allowed"
    assert asked("IAM:CreateRole", identity=[document(but)]).outcome == "ImplicitlyDenied"
    assert asked(resource="arn:aws:s3:::secret/a", identity=[document(but)]).outcome == "ImplicitlyDenied"


def test_a_statement_about_no_resource_is_about_nothing() -> None:
    assert asked(identity=[document({"Effect": "Allow", "Action": "*"})]).outcome == "ImplicitlyDenied"


def test_the_request_has_no_keys_but_those_given() -> None:
    condition = {"ArnLike": {"aws:PrincipalArn": "*"}}
    assert asked(identity=[document(statement(Condition=condition))]).outcome == "ImplicitlyDenied"


@pytest.mark.parametrize("written", [lambda d: d, json.dumps, lambda d: quote(json.dumps(d)), lambda d: [d]])
def test_documents_may_be_written_in_any_way(written: Any) -> None:
    identity = written(document(statement()))
    assert asked(identity=identity if isinstance(identity, list) else [identity]).outcome == "Allowed"


_actions = st.sampled_from(["*", "s3:*", "S3:Get*", "s3:GetObject", "iam:*", "ec2:Run?nstances", "s3", ""])
_resources = st.sampled_from(
    ["*", "arn:aws:s3:::*", "arn:aws:s3:::logs/${aws:username}", "arn:aws:s3:::logs", "?", "$"]
)
_operators = st.sampled_from(
    [
        *("StringEquals", "StringNotLike", "NumericLessThan", "DateGreaterThan", "Bool", "BinaryEquals", "IpAddress"),
        *("NotIpAddress", "ArnLike", "ArnNotEquals", "Null", "StringLikeIfExists", "ForAllValues:StringEquals"),
        *("ForAnyValue:StringNotLike", "Nonsense"),
    ]
)
_values = st.sampled_from(
    ["", "*", "a", "true", "5", "2026", "10.0.0.0/8", "arn:*", "${aws:username}", "${", 7, True]
)
_keys = st.sampled_from(["aws:username", "AWS:SourceIp", "x:y"])
_conditions = st.dictionaries(
    _operators, st.dictionaries(_keys, _values | st.lists(_values, max_size=2), max_size=2), max_size=2
)
_statements = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        "Action": _actions | st.lists(_actions, max_size=2),
        "NotAction": _actions,
        "Resource": _resources | st.lists(_resources, max_size=2),
        "NotResource": _resources,
        "Condition": _conditions,
    },
)
_documents = st.builds(
    lambda version, held: {"Version": version, "Statement": held},
    st.sampled_from(["2012-10-17", "2008-10-17"]),
    st.lists(_statements, max_size=4),
)
_junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_anything = _documents | _junk | st.fixed_dictionaries({"Statement": _junk})
_contexts = st.dictionaries(_keys, _values | st.lists(_values, max_size=3) | _junk, max_size=3)
_requests = st.fixed_dictionaries(
    {
        "action": st.sampled_from(["s3:GetObject", "iam:CreateRole", "ec2:RunInstances"]),
        "resource": st.sampled_from(["*", "arn:aws:s3:::logs/a", "arn:aws:s3:::logs"]),
        "context": _contexts,
    }
)
_levels = st.lists(st.builds(lambda held: level(*held), st.lists(_anything, max_size=2)), max_size=2)
_ceilings = st.fixed_dictionaries(
    {
        "boundary": st.none() | _documents,
        "service_control_policies": _levels,
        "resource_control_policies": _levels,
    }
)
_DENIALS = {"ImplicitlyDenied", "ExplicitlyDenied"}


@examples(2000)
@given(_requests, st.lists(_anything, max_size=2), _ceilings)
def test_no_policy_and_no_request_crashes(request: Json, identity: list[Any], ceilings: Json) -> None:
    decision = evaluate(request, identity=identity, **ceilings)
    assert (decision.outcome == "Allowed") is not bool(decision.blocked_by)
    assert decision.outcome == "ImplicitlyDenied" or decision.statements


@examples(500)
@given(_requests, st.lists(_documents, max_size=2), _ceilings, _statements)
def test_a_further_deny_never_allows(request: Json, identity: list[Json], ceilings: Json, extra: Json) -> None:
    denied = document({**extra, "Effect": "Deny"})
    scps, rcps = ceilings["service_control_policies"], ceilings["resource_control_policies"]
    if evaluate(request, identity=identity, **ceilings).outcome == "Allowed":
        return
    for changed in (
        {"identity": [denied, *identity]},
        {"service_control_policies": [*scps[:-1], level(denied, *(scps[-1]["policies"] if scps else [ADMIN]))]},
        {"resource_control_policies": [*rcps, level(denied)]},
    ):
        assert evaluate(request, **{"identity": identity, **ceilings, **changed}).outcome in _DENIALS


@examples(500)
@given(_requests, st.lists(_documents, max_size=2), _documents)
def test_a_boundary_never_grants(request: Json, identity: list[Json], boundary: Json) -> None:
    free = evaluate(request, identity=identity)
    assert free.outcome == "Allowed" or evaluate(request, identity=identity, boundary=boundary).outcome in _DENIALS


@examples(500)
@given(_requests, _documents, _ceilings)
def test_the_order_of_statements_changes_nothing(request: Json, policy: Json, ceilings: Json) -> None:
    turned = {**policy, "Statement": policy["Statement"][::-1]}
    one = evaluate(request, identity=[policy], **ceilings)
    other = evaluate(request, identity=[turned], **ceilings)
    assert (one.outcome, one.blocked_by, len(one.statements)) == (
        other.outcome,
        other.blocked_by,
        len(other.statements),
    )


def test_control_policies_bind_no_service_linked_role() -> None:
    def outcome(role: str) -> str:
        request = {"principal": f"arn:aws:iam::111122223333:role/{role}", "action": "s3:GetObject", "resource": "*"}
        levels = [level(deny())]
        above = {"service_control_policies": levels, "resource_control_policies": levels}
        return evaluate(request, identity=[ADMIN], **above).outcome

    assert outcome("aws-service-role/x.amazonaws.com/AWSServiceRoleForX") == "Allowed"
    assert outcome("AWSServiceRoleForX") == "ExplicitlyDenied"
