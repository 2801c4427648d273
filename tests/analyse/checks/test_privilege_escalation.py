from __future__ import annotations

from typing import Any

from hygiene.config import CheckSettings
from hygiene.model import AccountDocuments
from tests.builders import (
    ACCOUNT,
    ADMIN,
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

CHECK = "privilege-escalation"
LAMBDA_PATH = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]


def role_arn(name: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def paths(*statements: dict[str, Any], others: Any = (), **role: Any) -> dict[str | None, set[str]]:
    """Return path ids by what holds them back, for a role of these statements."""
    analysis = analysed(a_role("subject", inline=document(*statements), **role), *others)
    rows = [row for row in found(analysis, CHECK) if row["role_name"] == "subject"]
    return {row["held_back_by"]: set(row["detail"].split(";")) for row in rows}


def test_fires_when_every_permission_of_a_path_is_there() -> None:
    assert paths(statement(LAMBDA_PATH)) == {None: {"lambda-001"}}


def test_quiet_when_one_is_missing() -> None:
    assert paths(statement(LAMBDA_PATH[:2])) == {}


def test_fires_when_the_path_is_split_over_two_policies() -> None:
    other = a_policy("arn:aws:iam::111122223333:policy/other", document(statement(LAMBDA_PATH[1:])))
    role = a_role("subject", inline=document(statement("iam:PassRole")), attached=(other["Arn"],))
    (finding,) = found(analysed(role, policies=[other]), CHECK)
    assert set(finding["policies"].split(";")) == {"inline", "other"}


def test_longer_paths_that_contain_a_shorter_one_are_named_too() -> None:
    assert paths(statement(["iam:CreateAccessKey", "iam:DeleteAccessKey"])) == {None: {"iam-002", "iam-003"}}


def test_passing_one_harmless_role_is_no_escalation() -> None:
    worker = a_role("worker", trust=trusts({"Service": "lambda.amazonaws.com"}))
    passes = statement("iam:PassRole", role_arn("worker"))
    assert paths(passes, statement(LAMBDA_PATH[1:]), others=[worker]) == {}


def test_passing_one_powerful_role_to_a_service_it_trusts_is() -> None:
    passes, runs = statement("iam:PassRole", role_arn("boss")), statement(LAMBDA_PATH[1:])
    boss = a_role("boss", inline=ADMIN)
    assert paths(passes, runs, others=[boss]) == {None: {"lambda-001"}}
    elsewhere = a_role("boss", inline=ADMIN, trust=trusts({"Service": "ec2.amazonaws.com"}))
    assert paths(passes, runs, others=[elsewhere]) == {}


def test_any_role_may_be_written_as_an_arn() -> None:
    passes = statement("iam:PassRole", "arn:aws:iam::*:role/*")
    assert paths(passes, statement(LAMBDA_PATH[1:])) == {None: {"lambda-001"}}


def test_passed_to_service_is_weighed() -> None:
    def passing_to(service: str) -> dict[str | None, set[str]]:
        condition = {"StringEquals": {"iam:PassedToService": service}}
        return paths(statement("iam:PassRole", Condition=condition), statement(LAMBDA_PATH[1:]))

    assert passing_to("lambda.amazonaws.com") == {None: {"lambda-001"}}
    assert passing_to("ec2.amazonaws.com") == {}


def test_a_role_is_passed_to_the_service_that_runs_with_it() -> None:
    batch = statement(["batch:RegisterJobDefinition", "batch:SubmitJob"])
    passes = statement("iam:PassRole", role_arn("boss"))
    tasks = a_role("boss", inline=ADMIN, trust=trusts({"Service": "ecs-tasks.amazonaws.com"}))
    assert paths(passes, batch, others=[tasks]) == {None: {"batch-001", "batch-002"}}
    build = statement(["elasticmapreduce:RunJobFlow"])
    instance = a_role("boss", inline=ADMIN, trust=trusts({"Service": "ec2.amazonaws.com"}))
    assert paths(passes, build, others=[instance]) == {None: {"emr-001"}}


def test_the_service_that_is_passed_to_is_the_one_that_is_trusted() -> None:
    only_batch = {"StringEquals": {"iam:PassedToService": "batch.amazonaws.com"}}
    passes = statement("iam:PassRole", role_arn("boss"), Condition=only_batch)
    tasks = a_role("boss", inline=ADMIN, trust=trusts({"Service": "ecs-tasks.amazonaws.com"}))
    held = paths(passes, statement(["batch:RegisterJobDefinition", "batch:SubmitJob"]), others=[tasks])
    assert held == {None: {"batch-002"}}


def test_services_of_the_chinese_regions_are_known_by_their_global_names() -> None:
    condition = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com.cn"}}
    boss = a_role("boss", inline=ADMIN, trust=trusts({"Service": "ec2.amazonaws.com.cn"}))
    passes = statement("iam:PassRole", role_arn("boss"), Condition=condition)
    assert paths(passes, statement("ec2:RunInstances"), others=[boss]) == {None: {"ec2-001"}}


def test_a_role_for_identity_pools_is_passed_to_cognito() -> None:
    trust = trusts({"Federated": "cognito-identity.amazonaws.com"}, "sts:AssumeRoleWithWebIdentity")
    boss = a_role("boss", inline=ADMIN, trust=trust)
    passes = statement("iam:PassRole", role_arn("boss"))
    held = paths(passes, statement("cognito-identity:SetIdentityPoolRoles"), others=[boss])
    assert held == {None: {"cognitoidentity-001"}}


def test_changing_only_its_own_role_is_escalation_and_only_another_one_is_not() -> None:
    assert paths(statement("iam:PutRolePolicy", role_arn("subject"))) == {None: {"iam-005"}}
    assert paths(statement("iam:PutRolePolicy", role_arn("other")), others=[a_role("other")]) == {}


def test_a_new_version_of_its_own_policy_is_escalation_and_of_another_one_is_not() -> None:
    own = "arn:aws:iam::111122223333:policy/own"
    policy = a_policy(own, document(statement("iam:CreatePolicyVersion", own)))
    assert found(analysed(a_role(inline=None, attached=(own,)), policies=[policy]), CHECK)
    elsewhere = document(statement("iam:CreatePolicyVersion", "arn:aws:iam::111122223333:policy/else"))
    assert not found(analysed(a_role(inline=elsewhere)), CHECK)


def test_a_user_managing_its_own_keys_is_no_path_for_a_role() -> None:
    assert paths(statement("iam:CreateAccessKey", "arn:aws:iam::*:user/${aws:username}")) == {}
    assert paths(statement("iam:CreateAccessKey", "arn:aws:iam::*:user/*")) == {None: {"iam-002"}}


def test_one_named_function_is_no_path_and_every_function_is() -> None:
    one = "arn:aws:lambda:eu-west-1:111122223333:function:mine"
    assert paths(statement("lambda:UpdateFunctionCode", one)) == {}
    assert paths(statement("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:function:*")) == {None: {"lambda-003"}}


def test_a_deny_removes_it_and_a_conditional_deny_does_not() -> None:
    assert paths(statement("iam:AttachRolePolicy"), statement("iam:*", effect="Deny")) == {"deny": {"iam-009"}}
    mfa = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    held = paths(statement("iam:AttachRolePolicy"), statement("iam:*", effect="Deny", Condition=mfa))
    assert held == {"not-evaluated: aws:multifactorauthpresent": {"iam-009"}}


def test_boundary_and_scp_hold_it_back() -> None:
    limit = a_policy("arn:aws:iam::111122223333:policy/limit", document(statement("s3:*")))
    role = a_role(inline=document(statement("iam:AttachRolePolicy")), boundary=limit["Arn"])
    assert found(analysed(role, policies=[limit]), CHECK)[0]["held_back_by"] == "boundary"
    scp = a_reference(an_organization(policies=[an_scp(document(statement("s3:*")))]))
    role = a_role(inline=document(statement("iam:AttachRolePolicy")))
    assert found(analysed(role, reference=scp), CHECK)[0]["held_back_by"] == "scp"


def test_a_chain_of_roles_is_followed_and_shown_step_by_step() -> None:
    middle = a_role(
        "middle",
        inline=document(statement("sts:AssumeRole", role_arn("end"))),
        trust=trusts({"AWS": role_arn("start")}),
    )
    end = a_role("end", inline=ADMIN, trust=trusts({"AWS": role_arn("middle")}))
    findings = {row["role_name"]: row for row in found(analysed(a_role("start"), middle, end), CHECK)}
    assert findings["start"]["detail"] == "sts-001"
    assert "in 2 steps, by assuming middle (111122223333) → end (111122223333)" in findings["start"]["evidence"]
    assert "in 1 step" in findings["middle"]["evidence"]


def test_a_whole_account_that_is_trusted_needs_the_callers_own_permission() -> None:
    boss = a_role("boss", inline=ADMIN, trust=trusts({"AWS": ACCOUNT}))
    may = a_role("may", inline=document(statement("sts:AssumeRole", role_arn("boss"))))
    names = {row["role_name"] for row in found(analysed(boss, may, a_role("may-not")), CHECK)}
    assert names == {"boss", "may"}


def test_a_chain_that_ends_at_a_modest_role_is_none() -> None:
    modest = a_role("modest", trust=trusts({"AWS": role_arn("start")}))
    assert not found(analysed(a_role("start"), modest), CHECK)


def test_a_condition_on_the_way_lowers_the_certainty() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    boss = a_role("boss", inline=ADMIN, trust=trusts({"AWS": role_arn("start")}, Condition=mfa))
    row = next(row for row in found(analysed(a_role("start"), boss), CHECK) if row["role_name"] == "start")
    assert (row["held_back_by"], row["confidence"]) == ("not-evaluated: aws:multifactorauthpresent", "possible")


def test_a_condition_that_names_another_role_keeps_this_one_out() -> None:
    only = {"ArnEquals": {"aws:PrincipalArn": role_arn("chosen")}}
    boss = a_role("boss", inline=ADMIN, trust=trusts({"AWS": ACCOUNT}, Condition=only))
    allowed = document(statement("sts:AssumeRole", role_arn("boss")))
    names = {
        row["role_name"]
        for row in found(analysed(boss, a_role("chosen", inline=allowed), a_role("x", inline=allowed)), CHECK)
    }
    assert names == {"boss", "chosen"}


def test_chains_cross_accounts_of_the_organization() -> None:
    start = a_role("start", inline=document(statement("sts:AssumeRole", role_arn("boss", SISTER))))
    boss = a_role("boss", account=SISTER, inline=ADMIN, trust=trusts({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))
    analysis = analysed_population(AccountDocuments(ACCOUNT, details(start)), AccountDocuments(SISTER, details(boss)))
    rows = analysis.findings[analysis.findings["check"] == CHECK].set_index("role_name")
    assert "boss (444455556666)" in str(rows.loc["start", "evidence"])
    assert analysis.roles.set_index("role_name").loc["start", "suggestion"] == "reduce"


def test_switched_off_it_reports_no_chain_either() -> None:
    boss = a_role("boss", inline=ADMIN, trust=trusts({"AWS": role_arn("start")}))
    off = {CHECK: CheckSettings(enabled=False)}
    assert not found(analysed(a_role("start"), boss, checks=off), CHECK)


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(), CHECK)
