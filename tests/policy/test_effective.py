from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygiene.policy.actions import catalogue
from hygiene.policy.document import parse_document
from hygiene.policy.effective import effective_permissions
from hygiene.policy.principal import KnownPrincipal
from hygiene.policy.reach import Reach, reach_of
from tests.builders import ADMIN, document, statement

ROLE = KnownPrincipal("arn:aws:iam::111122223333:role/app", "o-test")
GET = "s3:GetObject"


def reach(*statements: dict[str, Any]) -> Reach:
    return reach_of(parse_document(document(*statements)))


def fate(own: Reach, action: str = GET, **ceilings: Any) -> list[str]:
    verdicts = effective_permissions(own, principal=ROLE, **ceilings).on_any_resource(catalogue().mask((action,)))
    return [verdict.held_back_by for verdict in verdicts]


def test_an_allow_on_any_resource_is_effective() -> None:
    assert fate(reach(statement(GET))) == [""]


def test_an_allow_on_one_bucket_is_not_any_resource() -> None:
    assert fate(reach(statement(GET, "arn:aws:s3:::reports/*"))) == []


@pytest.mark.parametrize(
    ("resource", "is_any"),
    [
        ("*", True),
        ("**", True),
        ("arn:*", True),
        ("arn:aws:*", True),
        ("arn:aws:*:*:*:*", True),
        ("arn:*:s3:::*", True),
        ("arn:aws:s3:*", True),
        ("arn:aws:sqs:*", False),
        ("arn:aws:s3*", False),
        ("arn:aws:s3:::r*", False),
    ],
)
def test_any_resource_is_written_in_many_ways(resource: str, is_any: bool) -> None:
    assert fate(reach(statement(GET, resource))) == ([""] if is_any else [])


def test_a_deny_in_another_policy_counts() -> None:
    assert fate(reach(statement(GET)) | reach(statement("s3:*", effect="Deny"))) == ["deny"]


def test_a_deny_on_one_bucket_leaves_the_others() -> None:
    assert fate(reach(statement(GET), statement("s3:*", "arn:aws:s3:::secret/*", effect="Deny"))) == [""]


def test_a_boundary_limits_and_never_grants() -> None:
    assert fate(reach(statement(GET)), boundary=reach(statement("ec2:*"))) == ["boundary"]
    assert fate(reach(statement("ec2:*")), boundary=reach(statement("*"))) == []


def test_every_level_of_scp_must_allow_and_one_policy_of_a_level_is_enough() -> None:
    everything, nothing_of_s3 = reach(statement("*")), reach(statement("ec2:*"))
    assert fate(reach(statement(GET)), scp_levels=(everything, nothing_of_s3)) == ["scp"]
    assert fate(reach(statement(GET)), scp_levels=(everything, everything | nothing_of_s3)) == [""]


def test_a_condition_on_the_allow_is_said_not_dropped() -> None:
    own = reach(statement(GET, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    assert fate(own) == ["not-evaluated: aws:multifactorauthpresent"]


def test_a_deny_outside_some_regions_leaves_the_action_in_the_others() -> None:
    elsewhere = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}}
    scp = reach(statement("*"), statement("*", effect="Deny", Condition=elsewhere))
    assert fate(reach(statement(GET)), scp_levels=(scp,)) == [""]


def test_a_deny_that_spares_this_very_role_does_not_touch_it() -> None:
    spared = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}}
    assert fate(reach(statement(GET), statement("s3:*", effect="Deny", Condition=spared))) == [""]


def test_a_deny_that_spares_only_others_applies() -> None:
    spared = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/platform-*"}}
    assert fate(reach(statement(GET), statement("s3:*", effect="Deny", Condition=spared))) == ["deny"]


def test_a_deny_under_an_undecided_condition_lowers_the_certainty() -> None:
    deny = statement("s3:*", effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})
    assert fate(reach(statement(GET), deny)) == ["not-evaluated: aws:securetransport"]


def test_an_rcp_that_keeps_strangers_out_does_not_touch_our_own_roles() -> None:
    perimeter = {
        "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-test"},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    }
    rcp = reach(statement("*"), statement("s3:*", effect="Deny", Condition=perimeter))
    assert fate(reach(statement(GET)), rcp_levels=(rcp,)) == [""]
    closed = reach(statement("*"), statement("s3:*", effect="Deny"))
    assert fate(reach(statement(GET)), rcp_levels=(closed,)) == ["rcp"]


def test_not_action_allows_everything_else_unknown_services_too() -> None:
    own = reach({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})
    assert fate(own) == [""]
    assert fate(own, "iam:CreateRole") == []
    assert own.grant.anywhere & catalogue().unknown_bit


_patterns = st.sampled_from(["*", "s3:*", "s3:Get*", "iam:PassRole", "ec2:Describe*", "sts:AssumeRole"])
_statements = st.builds(
    statement,
    _patterns,
    st.sampled_from(["*", "arn:aws:s3:::one/*"]),
    st.sampled_from(["Allow", "Deny"]),
    Condition=st.sampled_from([{}, {"Bool": {"aws:SecureTransport": "true"}}]),
)


def allowed(own: Reach, **ceilings: Any) -> int:
    return effective_permissions(own, principal=ROLE, **ceilings).final.somewhere_if


@given(st.lists(_statements, max_size=5), _statements)
def test_adding_a_deny_never_adds_a_permission(statements: list[dict[str, Any]], extra: dict[str, Any]) -> None:
    more = allowed(reach(*statements, {**extra, "Effect": "Deny"}))
    assert more & ~allowed(reach(*statements)) == 0


@given(st.lists(_statements, max_size=5), st.lists(_statements, max_size=3))
def test_a_boundary_never_grants(statements: list[dict[str, Any]], limits: list[dict[str, Any]]) -> None:
    assert allowed(reach(*statements), boundary=reach(*limits)) & ~allowed(reach(*statements)) == 0


@given(st.lists(_statements, max_size=5).flatmap(lambda s: st.tuples(st.just(s), st.permutations(s))))
def test_the_order_of_statements_changes_nothing(both: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    assert allowed(reach(*both[0])) == allowed(reach(*both[1]))


def test_full_access_scp_changes_nothing() -> None:
    full = reach_of(parse_document(ADMIN))
    assert fate(reach(statement(GET)), scp_levels=(full, full)) == [""]


def test_a_deny_of_all_but_named_resources_leaves_nothing_on_any_resource() -> None:
    deny = {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::public/*"}
    assert fate(reach(statement(GET), deny)) == ["deny"]


def test_a_conditional_deny_on_named_resources_leaves_any_resource_certain() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "false"}}
    deny = statement(GET, "arn:aws:s3:::secret/*", effect="Deny", Condition=mfa)
    assert fate(reach(statement(GET), deny)) == [""]


def test_an_allow_for_this_very_role_is_like_one_without_a_condition() -> None:
    ours = {"StringEquals": {"aws:PrincipalOrgID": "o-test"}}
    assert fate(reach(statement(GET, Condition=ours))) == [""]
    both = {**ours, "Bool": {"aws:SecureTransport": "true"}}
    assert fate(reach(statement(GET, Condition=both))) == ["not-evaluated: aws:securetransport"]


def test_an_allow_that_is_never_for_this_role_gives_nothing() -> None:
    theirs = reach(statement(GET, Condition={"StringEquals": {"aws:PrincipalOrgID": "o-other"}}))
    assert fate(theirs) == []
    assert fate(theirs | reach(statement(GET))) == [""]
    assert fate(reach(statement(GET)), boundary=theirs) == ["boundary"]
    assert fate(reach(statement(GET)), scp_levels=(theirs,)) == ["scp"]


@pytest.mark.parametrize(
    ("action", "resource", "fates"),
    [
        (GET, "arn:aws:s3:::*", ["deny"]),
        (GET, "arn:aws:s3:::r*", [""]),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::*", [""]),
        ("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:function:*", ["deny"]),
        ("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:*:function:*", [""]),
        ("lambda:PublishLayerVersion", "arn:aws:lambda:*:*:function:*", [""]),
        ("lambda:UpdateFunctionCode", "arn:aws:lambda:*:111122223333:function:*", ["deny"]),
        ("lambda:UpdateFunctionCode", "arn:aws:lambda:*:${aws:PrincipalAccount}:function:*", ["deny"]),
        ("lambda:UpdateFunctionCode", "arn:aws:lambda:*:222233334444:function:*", [""]),
        ("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:111122223333:function:*", [""]),
        ("iam:PutRolePolicy", "arn:aws:iam::111122223333:role/*", ["deny"]),
        ("iam:PutRolePolicy", "arn:aws:iam::222233334444:role/*", [""]),
        ("iam:PutRolePolicy", "arn:aws:iam::*:role/*", ["deny"]),
        ("iam:PutUserPolicy", "arn:aws:iam::*:role/*", [""]),
        ("ec2:RunInstances", "arn:aws:ec2:*:*:instance/*", ["deny"]),
    ],
)
def test_a_deny_on_every_resource_of_its_kind_is_as_good_as_one_on_any(
    action: str, resource: str, fates: list[str]
) -> None:
    denies = reach(statement("*"), statement("*", resource, effect="Deny"))
    assert fate(denies, action) == fates
    assert fate(reach(statement("*")), action, scp_levels=(denies,)) == [one.replace("deny", "scp") for one in fates]


def test_a_deny_on_a_kind_under_a_condition_is_said() -> None:
    asked = {"Bool": {"aws:SecureTransport": "false"}}
    denies = statement("s3:*", "arn:aws:s3:::*", effect="Deny", Condition=asked)
    assert fate(reach(statement("*"), denies)) == ["not-evaluated: aws:securetransport"]
