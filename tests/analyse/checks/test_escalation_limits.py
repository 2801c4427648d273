"""What takes a path away, or leaves it: Denies and boundaries on certain resources, the service, users and chains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hygiene.model import AccountDocuments, ControlPolicy
from tests.builders import (
    ACCOUNT,
    ADMIN,
    MODEST,
    SISTER,
    a_policy,
    a_reference,
    a_role,
    an_organization,
    an_scp,
    analysed,
    analysed_population,
    details,
    document,
    found,
    statement,
    trusts,
)

if TYPE_CHECKING:
    from hygiene.analyse.account import AccountAnalysis

CHECK = "privilege-escalation"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/edge"
USER, GROUP, ROLE = (f"arn:aws:iam::{ACCOUNT}:{kind}/" for kind in ("user", "group", "role"))
MFA_KEY = "aws:multifactorauthpresent"
MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
EC2 = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
NOT_LAMBDA = {"StringNotEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
RUN = statement("ec2:RunInstances")
PASS = statement("iam:PassRole")
ATTACH = statement("iam:AttachRolePolicy")
PEOPLE = {
    "UserDetailList": [
        {"Arn": USER + "boss", "UserName": "boss", "GroupList": ["admins"]},
        {"Arn": USER + "clerk", "UserName": "clerk", "GroupList": ["readers"]},
    ],
    "GroupDetailList": [
        {
            "Arn": GROUP + "admins",
            "GroupName": "admins",
            "GroupPolicyList": [{"PolicyName": "all", "PolicyDocument": ADMIN}],
        },
        {"Arn": GROUP + "readers", "GroupName": "readers"},
    ],
}

Fates = dict[str | None, set[str]]


def by_fate(analysis: AccountAnalysis) -> Fates:
    rows = [row for row in found(analysis, CHECK) if row["role_name"] == "subject"]
    return {row["held_back_by"]: set(row["detail"].split(";")) for row in rows}


def deny(action: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return statement(action, resource, "Deny", **more)


def fates(*statements: dict[str, Any], others: Any = (), boundary: Any = None) -> Fates:
    role = a_role("subject", inline=document(*statements), boundary=BOUNDARY if boundary else "")
    policies = [a_policy(BOUNDARY, boundary)] if boundary else []
    return by_fate(analysed(role, *others, policies=policies))


@pytest.mark.parametrize(
    ("denied", "held_back_by"),
    [
        (deny("iam:PassRole", Condition=MFA), "not-evaluated: aws:multifactorauthpresent"),
        (deny("iam:PassRole", Condition=EC2), "deny"),
        (deny("iam:PassRole", Condition=NOT_LAMBDA), "deny"),
        (deny("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "ecs.amazonaws.com"}}), None),
        (deny("iam:PassRole", "arn:aws:iam::*:role/*"), "deny"),
        (deny("iam:PassRole", ROLE + "boss"), None),
        ({"Effect": "Deny", "Action": "iam:PassRole", "NotResource": ROLE + "modest"}, "deny"),
        ({"Effect": "Deny", "Action": "iam:PassRole", "NotResource": ROLE + "boss"}, None),
    ],
)
def test_a_deny_of_passing_roles_goes_by_the_service_and_the_roles(
    denied: dict[str, Any], held_back_by: str | None
) -> None:
    others = [
        a_role("boss", inline=ADMIN, trust=trusts({"Service": "ec2.amazonaws.com"})),
        a_role("modest", trust=trusts({"Service": "ec2.amazonaws.com"})),
    ]
    assert fates(PASS, RUN, denied, others=others) == {held_back_by: {"ec2-001"}}


def test_a_role_that_may_go_to_every_service_but_one_goes_to_the_others() -> None:
    passing = statement("iam:PassRole", Condition=NOT_LAMBDA)
    assert fates(passing, RUN, statement(["lambda:CreateFunction", "lambda:InvokeFunction"])) == {None: {"ec2-001"}}


@pytest.mark.parametrize(
    ("statements", "held_back_by"),
    [
        ([ATTACH, deny("iam:AttachRolePolicy", ROLE + "*")], "deny"),
        ([ATTACH, deny("iam:AttachRolePolicy", ROLE + "subject")], None),
        ([ATTACH, deny("iam:AttachRolePolicy", USER + "*")], None),
        ([statement("iam:AttachRolePolicy", ROLE + "subject"), deny("iam:*", ROLE + "sub*")], "deny"),
        ([statement("iam:AttachRolePolicy", ROLE + "subject"), deny("iam:*", ROLE + "other")], None),
    ],
)
def test_a_deny_on_roles_is_held_against_the_roles_it_names(
    statements: list[dict[str, Any]], held_back_by: str | None
) -> None:
    assert fates(*statements) == {held_back_by: {"iam-009"}}


@pytest.mark.parametrize(
    ("allowed", "held_back_by"),
    [
        (statement("iam:*", "arn:aws:iam::*:role/*"), None),
        (statement("iam:*", ROLE + "sub*"), None),
        (statement("iam:*", ROLE + "other"), "boundary"),
        (statement("iam:*", USER + "*"), "boundary"),
        (statement("iam:*", ROLE + "*", Condition=MFA), "not-evaluated: aws:multifactorauthpresent"),
    ],
)
def test_a_boundary_lets_through_what_it_names(allowed: dict[str, Any], held_back_by: str | None) -> None:
    assert fates(ATTACH, boundary=document(allowed)) == {held_back_by: {"iam-009"}}


def test_a_boundary_that_lets_pass_one_harmless_role_holds_back() -> None:
    modest = a_role("modest", trust=trusts({"Service": "ec2.amazonaws.com"}))
    boss = a_role("boss", inline=ADMIN, trust=trusts({"Service": "ec2.amazonaws.com"}))

    def passing(name: str) -> Fates:
        edge = document(statement("iam:PassRole", ROLE + name), RUN)
        return fates(PASS, RUN, others=[modest, boss], boundary=edge)

    assert passing("modest") == {"boundary": {"ec2-001"}}
    assert passing("boss") == {None: {"ec2-001"}}


def test_a_role_that_only_writes_logs_is_harmless() -> None:
    logs = document(statement(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]))
    runs = statement(["lambda:CreateFunction", "lambda:InvokeFunction"])
    passing = statement("iam:PassRole", ROLE + "basic")
    assert fates(passing, runs, others=[a_role("basic", inline=logs)]) == {}


def test_a_deny_holds_back_an_action_the_catalogue_does_not_know() -> None:
    assert fates(PASS, statement("codestar:CreateProject")) == {None: {"x-codestar-create-project"}}
    path = {"x-codestar-create-project"}
    assert fates(PASS, statement("codestar:*"), deny("codestar:Create*")) == {"deny": path}
    assert fates(PASS, statement("codestar:*"), boundary=document(PASS)) == {"boundary": path}


FUNCTION = "arn:aws:lambda:*:*:function:"


@pytest.mark.parametrize(
    ("made", "used", "expected"),
    [
        (FUNCTION + "app-*", FUNCTION + "app-*", {"lambda-001"}),
        (FUNCTION + "app-*", FUNCTION + "app-one", {"lambda-001"}),
        (FUNCTION + "app-*", "*", {"lambda-001"}),
        ("arn:aws:lambda:*", "arn:aws:lambda:*", {"lambda-001"}),
        (FUNCTION + "app-*", FUNCTION + "other", set()),
        ("arn:aws:s3:::bucket/*", "*", set()),
    ],
)
def test_who_makes_something_chooses_its_name(made: str, used: str, expected: set[str]) -> None:
    statements = [PASS, statement("lambda:CreateFunction", made), statement("lambda:InvokeFunction", used)]
    assert set().union(*fates(*statements).values()) == expected


def test_a_deny_on_every_such_name_holds_back() -> None:
    runs = statement(["lambda:CreateFunction", "lambda:InvokeFunction"], FUNCTION + "app-*")
    assert fates(PASS, runs, deny("lambda:CreateFunction", FUNCTION + "*")) == {"deny": {"lambda-001"}}
    assert fates(PASS, runs, deny("lambda:CreateFunction", FUNCTION + "other")) == {None: {"lambda-001"}}


def test_a_change_set_of_one_stack_is_no_path() -> None:
    one = "arn:aws:cloudformation:*:*:stack/app-*/*"
    assert fates(statement(["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"], one)) == {}


@pytest.mark.parametrize(
    "resource",
    [
        f"arn:aws:iam::{ACCOUNT}:*",
        "arn:aws:iam::*",
        "arn:aws:*:*:*:*",
        "arn:aws:iam::????????????:role/*",
        "arn:aws:iam::1111*:role/*",
        "arn:aws:iam::${aws:PrincipalAccount}:role/*",
    ],
)
def test_every_role_may_be_written_in_many_ways(resource: str) -> None:
    assert fates(statement("iam:AttachRolePolicy", resource)) == {None: {"iam-009"}}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([statement("iam:CreateAccessKey", USER + "boss")], {"iam-002"}),
        ([statement("iam:CreateAccessKey", USER + "b*")], {"iam-002"}),
        ([statement("iam:CreateAccessKey", USER + "clerk")], set()),
        ([statement(["iam:CreateAccessKey", "iam:DeleteAccessKey"], USER + "boss")], {"iam-002", "iam-003"}),
        ([statement(["iam:AttachUserPolicy", "iam:CreateAccessKey"], USER + "clerk")], {"iam-015"}),
        (
            [statement("iam:PutUserPolicy", USER + "clerk"), statement("iam:CreateAccessKey", USER + "boss")],
            {"iam-002"},
        ),
        ([statement("iam:AddUserToGroup", GROUP + "admins")], {"iam-013"}),
        ([statement("iam:AddUserToGroup", GROUP + "readers")], set()),
    ],
)
def test_named_users_and_groups_count_where_they_are_worth_becoming(
    statements: list[dict[str, Any]], expected: set[str]
) -> None:
    held = AccountDocuments(
        ACCOUNT, authorization_details={**details(a_role("subject", inline=document(*statements))), **PEOPLE}
    )
    rows = analysed_population(held).findings
    rows = rows[rows["check"] == CHECK]
    assert {path for detail in rows["detail"] for path in detail.split(";")} == expected


ROOT, DIRECT = trusts({"AWS": ACCOUNT}), trusts({"AWS": ROLE + "subject"})
ASSUME = statement("sts:AssumeRole", ROLE + "boss")
BUT_SUBJECT = document(
    {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"},
    {"Effect": "Deny", "Principal": {"AWS": ROLE + "subject"}, "Action": "sts:AssumeRole"},
)


OTHERWISE = {"ArnNotEquals": {"aws:PrincipalArn": ROLE + "*"}}


@pytest.mark.parametrize(
    ("statements", "trust", "boundary", "expected"),
    [
        ([ASSUME], ROOT, None, [None]),
        ([ASSUME], BUT_SUBJECT, None, []),
        ([ASSUME, deny("sts:*", ROLE + "boss")], ROOT, None, ["deny"]),
        ([ASSUME, deny("sts:AssumeRole", ROLE + "boss", Condition=MFA)], ROOT, None, [f"not-evaluated: {MFA_KEY}"]),
        ([ASSUME, deny("sts:AssumeRole", ROLE + "other")], ROOT, None, [None]),
        ([statement()], DIRECT, None, [None]),
        ([statement()], ROOT, None, []),
        ([deny("sts:AssumeRole")], DIRECT, None, ["deny"]),
        ([deny("sts:AssumeRole", Condition=OTHERWISE)], DIRECT, None, [None]),
        ([ASSUME], DIRECT, MODEST, ["boundary"]),
        ([ASSUME], ROOT, document(statement("sts:AssumeRole", ROLE + "other")), ["boundary"]),
        ([ASSUME], ROOT, document(statement("sts:AssumeRole", ROLE + "b*")), [None]),
    ],
)
def test_a_step_of_a_chain_can_be_denied_or_out_of_bounds(
    statements: list[dict[str, Any]], trust: Any, boundary: Any, expected: list[str | None]
) -> None:
    boss = a_role("boss", inline=ADMIN, trust=trust)
    assert fates(*statements, others=[boss], boundary=boundary) == {fate: {"sts-001"} for fate in expected}


@pytest.mark.parametrize(
    ("more", "expected"), [({}, "scp"), ({"Condition": MFA}, "not-evaluated: aws:multifactorauthpresent")]
)
def test_a_control_policy_forbids_assuming_even_a_role_that_trusts_by_name(more: Any, expected: str) -> None:
    scp = an_scp(document(statement("*"), deny("sts:AssumeRole", **more)))
    reference = a_reference(an_organization(policies=[scp]))
    roles = [a_role("subject"), a_role("boss", inline=ADMIN, trust=DIRECT)]
    rows = found(analysed(*roles, reference=reference), CHECK)
    assert [row["held_back_by"] for row in rows if row["role_name"] == "subject"] == [expected]


def test_a_longer_chain_that_is_sure_goes_before_a_shorter_one_under_a_condition() -> None:
    roles = [
        a_role("subject", inline=document(statement("sts:AssumeRole", [ROLE + "boss", ROLE + "middle"]))),
        a_role("middle", inline=document(ASSUME), trust=ROOT),
        a_role(
            "boss",
            inline=ADMIN,
            trust=document(
                {"Effect": "Allow", "Principal": {"AWS": ROLE + "middle"}, "Action": "sts:AssumeRole"},
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": ROLE + "subject"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"sts:ExternalId": "key"}},
                },
            ),
        ),
    ]
    rows = [row for row in found(analysed(*roles), CHECK) if row["role_name"] == "subject"]
    assert [row["held_back_by"] for row in rows] == [None]
    assert "in 2 steps" in rows[0]["evidence"]


def test_limits_of_assuming_outlive_the_first_pass() -> None:
    sister = f"arn:aws:iam::{SISTER}:role/boss"
    caller = a_role("subject", inline=document(statement("sts:AssumeRole"), deny("sts:AssumeRole", sister)))
    boss = a_role("boss", account=SISTER, inline=ADMIN, trust=ROOT)
    findings = analysed_population(
        AccountDocuments(ACCOUNT, authorization_details=details(caller)),
        AccountDocuments(SISTER, authorization_details=details(boss)),
    ).findings
    evidence = findings[(findings["check"] == CHECK) & (findings["role_arn"] == caller["Arn"])]["evidence"]
    assert not evidence.str.contains("Becomes an administrator").any()
    assert evidence.str.contains("Would become an administrator").any()


@pytest.mark.parametrize(
    "content",
    [
        "no policy at all",
        {"Statement": [{"Effect": "Maybe"}]},
        {"Statement": [{"Effect": "Maybe"}, statement("s3:GetObject")]},
    ],
)
def test_a_control_policy_nobody_can_read_makes_no_role_harmless(content: Any) -> None:
    reference = a_reference(an_organization(policies=[an_scp(content)]))
    rows = found(analysed(a_role(inline=document(ATTACH)), reference=reference), CHECK)
    assert [row["held_back_by"] for row in rows] == [None]


def test_what_was_read_of_a_damaged_control_policy_still_denies() -> None:
    content = {"Statement": [{"Effect": "Maybe"}, deny("iam:*")]}
    reference = a_reference(an_organization(policies=[an_scp(content)]))
    rows = found(analysed(a_role(inline=document(ATTACH)), reference=reference), CHECK)
    assert [row["held_back_by"] for row in rows] == ["scp"]


def test_a_resource_control_policy_that_only_denies_takes_away_no_more_than_it_says() -> None:
    outside = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-test"}}
    content = document(deny("s3:*", Condition=outside), deny("kms:Decrypt"))
    policy = ControlPolicy("RESOURCE_CONTROL_POLICY", "p-2", "perimeter", content, ("r-1",))
    rows = analysed(a_role(inline=ADMIN), reference=a_reference(an_organization(policies=[policy]))).findings
    assert {row["held_back_by"] for row in rows if row["check"] == CHECK} == {None}


def test_everything_but_roles_hides_no_role_that_is_named() -> None:
    boss = a_role("boss", inline=ADMIN, trust=ROOT)
    both = statement(["iam:DeleteRolePermissionsBoundary", "sts:AssumeRole"], ROLE + "boss")
    but_roles = {"Effect": "Allow", "Action": "iam:DeleteRolePermissionsBoundary", "NotResource": ROLE + "*"}
    assert fates(both, others=[boss]) == {None: {"iam-023", "sts-001"}}
    assert fates(both, but_roles, others=[boss]) == {None: {"iam-023", "sts-001"}}


def test_any_role_under_a_condition_makes_a_named_one_no_less_certain() -> None:
    boss = a_role("boss", inline=ADMIN)
    named = statement("iam:UpdateAssumeRolePolicy", ROLE + "boss")
    wide = statement("iam:UpdateAssumeRolePolicy", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    assert fates(named, others=[boss]) == {None: {"iam-012"}}
    assert fates(named, wide, others=[boss]) == {None: {"iam-012"}}


POLICY = f"arn:aws:iam::{ACCOUNT}:policy/shared"


@pytest.mark.parametrize(
    ("more", "trust", "expected"),
    [
        (statement("sts:AssumeRole", ROLE + "worker"), {"AWS": ACCOUNT}, {None: {"iam-016"}}),
        (statement("sts:AssumeRole"), {"AWS": ACCOUNT}, {None: {"iam-016", "sts-001"}}),
        (statement("sts:AssumeRole", ROLE + "worker"), {"AWS": ROLE + "other"}, {}),
        (statement("sts:AssumeRole", ROLE + "else"), {"AWS": ACCOUNT}, {}),
        (
            statement("iam:UpdateAssumeRolePolicy", ROLE + "worker"),
            {"Service": "lambda.amazonaws.com"},
            {None: {"iam-020"}},
        ),
    ],
)
def test_a_policy_of_a_role_it_can_become_is_as_good_as_its_own(
    more: dict[str, Any], trust: dict[str, Any], expected: dict[str | None, set[str]]
) -> None:
    worker = a_role("worker", inline=None, attached=(POLICY,), trust=trusts(trust))
    subject = a_role("subject", inline=document(statement("iam:CreatePolicyVersion", POLICY), more))
    shared = a_policy(POLICY, document(statement("s3:GetObject", "arn:aws:s3:::reports/*")))
    assert by_fate(analysed(subject, worker, policies=[shared])) == expected


def test_becoming_a_role_under_a_condition_of_its_trust_is_not_proven() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    worker = a_role("worker", inline=None, attached=(POLICY,), trust=trusts({"AWS": ACCOUNT}, Condition=mfa))
    given = document(statement("iam:CreatePolicyVersion", POLICY), statement("sts:AssumeRole", ROLE + "worker"))
    shared = a_policy(POLICY, document(statement("s3:GetObject", "arn:aws:s3:::reports/*")))
    analysis = analysed(a_role("subject", inline=given), worker, policies=[shared])
    assert by_fate(analysis) == {"not-evaluated: aws:multifactorauthpresent": {"iam-016"}}


FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:mine"


@pytest.mark.parametrize(
    ("given", "boss", "expected"),
    [
        ([statement("lambda:UpdateFunctionCode", FUNCTION)], ADMIN, {None: {"lambda-003"}}),
        ([statement("lambda:UpdateFunctionCode", f"{FUNCTION[:-4]}m*")], ADMIN, {None: {"lambda-003"}}),
        ([statement("lambda:UpdateFunctionCode", FUNCTION)], MODEST, {}),
        ([statement("lambda:UpdateFunctionCode", f"{FUNCTION}-not")], ADMIN, {}),
        (
            [statement(["lambda:UpdateFunctionCode", "lambda:InvokeFunction"], FUNCTION)],
            ADMIN,
            {None: {"lambda-003", "lambda-004"}},
        ),
        (
            [
                statement("lambda:UpdateFunctionCode", FUNCTION),
                statement("lambda:InvokeFunction", f"{FUNCTION}-not"),
            ],
            ADMIN,
            {None: {"lambda-003"}},
        ),
        (
            [
                statement("lambda:UpdateFunctionCode", FUNCTION),
                statement("lambda:*", FUNCTION, effect="Deny"),
            ],
            ADMIN,
            {"deny": {"lambda-003"}},
        ),
    ],
)
def test_a_named_resource_that_runs_with_a_powerful_role_is_a_path(
    given: list[dict[str, Any]], boss: Any, expected: dict[str | None, set[str]]
) -> None:
    reference = a_reference(an_organization(), references={ROLE + "boss": (FUNCTION,)})
    analysis = analysed(a_role("subject", inline=document(*given)), a_role("boss", inline=boss), reference=reference)
    assert by_fate(analysis) == expected


def test_changing_a_role_that_lets_only_a_service_in_is_no_way_to_assume_it() -> None:
    given = [statement("iam:PutRolePolicy", ROLE + "worker"), statement("sts:AssumeRole", ROLE + "worker")]
    assert fates(*given, others=[a_role("worker", trust=ROOT)]) == {None: {"iam-017"}}
    assert fates(*given, others=[a_role("worker")]) == {}


def test_what_the_trust_policy_of_a_changed_role_asks_is_not_evaluated() -> None:
    given = [statement("iam:PutRolePolicy", ROLE + "worker"), statement("sts:AssumeRole", ROLE + "worker")]
    with_mfa = trusts({"AWS": ACCOUNT}, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    assert fates(*given, others=[a_role("worker", trust=with_mfa)]) == {
        "not-evaluated: aws:multifactorauthpresent": {"iam-017"}
    }
