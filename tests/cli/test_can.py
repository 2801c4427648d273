"""`hygiene can` as a person meets it: the outcome first, then what decides; usage errors as sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.cli import main
from tests.builders import ACCOUNT, ADMIN, SISTER, STRANGER, a_policy, a_role, details, document, statement
from tests.cases.shared import shared_cases

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]
Ended = tuple[int, str, str]

MANAGEMENT = "000011112222"
EDGE = f"arn:aws:iam::{ACCOUNT}:policy/edge"
BUCKET = "arn:aws:s3:::reports/a"


def arn(name: str = "app", account: str = ACCOUNT, path: str = "/") -> str:
    return f"arn:aws:iam::{account}:role{path}{name}"


def control(kind: str, content: Json, *targets: str, name: str = "limit") -> Json:
    return {"type": f"{kind}_CONTROL_POLICY", "id": f"p-{name}", "name": name, "content": content, "targets": targets}


@pytest.fixture
def hygiene(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Ended]:
    """Run the command line in a folder of its own; returns exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Ended:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), said.out, said.err

    return run


@pytest.fixture
def can(hygiene: Callable[..., Ended]) -> Callable[..., tuple[str, Json]]:
    """Ask a snapshot; returns the one line and what decides."""

    def ask(*arguments: str, snapshot: str = "snap") -> tuple[str, Json]:
        code, out, err = hygiene("can", *arguments, "--snapshot", snapshot)
        assert (code, err) == (0, "")
        line, _, rest = out.partition("\n")
        return line, json.loads(rest)

    return ask


def a_snapshot(*roles: Json, policies: list[Json] | None = None, organization: list[Json] | None = None) -> None:
    """Write a snapshot of these roles; `organization` holds control policies, None means no organization at all."""
    by_account: dict[str, list[Json]] = {}
    for role in roles:
        by_account.setdefault(role["Arn"].split(":")[4], []).append(role)
    for account, held in by_account.items():
        folder = Path("snap/accounts") / account
        folder.mkdir(parents=True)
        (folder / "authorization-details.json").write_text(json.dumps(details(*held, policies=policies or [])))
    if organization is not None:
        content = {
            "organization": {"Id": "o-test", "MasterAccountId": MANAGEMENT},
            "accounts": [{"Id": account, "State": "ACTIVE"} for account in (MANAGEMENT, ACCOUNT, SISTER)],
            "parents": {MANAGEMENT: "r-1", ACCOUNT: "ou-1", SISTER: "r-1", "ou-1": "r-1"},
            "policies": organization,
        }
        Path("snap/organization.json").write_text(json.dumps(content))


def test_the_outcome_is_the_first_word_and_the_policy_is_named(can: Callable[..., tuple[str, Json]]) -> None:
    a_snapshot(a_role())
    line, why = can(arn(), "s3:GetObject", BUCKET)
    assert line == "Allowed - statement 1 of inline [identity] allows it."
    assert why["decided_by"][0]["Resource"] == "arn:aws:s3:::reports/*"
    line, why = can(arn(), "s3:PutObject", BUCKET)
    assert line == "ImplicitlyDenied - no policy of the role allows it."
    assert why["blocked_by"] == ["identity"]


def test_one_exported_file_is_enough_and_says_what_it_cannot_know(can: Callable[..., tuple[str, Json]]) -> None:
    Path("account.json").write_text(json.dumps(details(a_role())))
    line, why = can(arn(), "s3:GetObject", BUCKET, snapshot="account.json")
    assert line.startswith("Allowed ")
    assert "no organization" in why["notes"][0]


def test_without_a_resource_the_question_is_about_any(can: Callable[..., tuple[str, Json]]) -> None:
    a_snapshot(a_role())
    assert can(arn(), "s3:GetObject")[0].startswith("ImplicitlyDenied ")


def test_the_boundary_decides(can: Callable[..., tuple[str, Json]]) -> None:
    a_snapshot(a_role(inline=ADMIN, boundary=EDGE), policies=[a_policy(EDGE, document(statement("ec2:*")))])
    line, _ = can(arn(), "s3:GetObject", BUCKET)
    assert line == "ImplicitlyDenied - the permissions boundary does not allow it."


def test_a_boundary_that_was_not_exported_allows_nothing_and_is_named(can: Callable[..., tuple[str, Json]]) -> None:
    a_snapshot(a_role(inline=ADMIN, boundary=EDGE))
    line, why = can(arn(), "s3:GetObject", BUCKET)
    assert line.startswith(
        "ImplicitlyDenied - the permissions boundary does not allow it (not everything could be read"
    )
    assert EDGE in why["problems"][0]


def test_a_service_control_policy_decides_and_the_level_is_named(can: Callable[..., tuple[str, Json]]) -> None:
    regions = statement("*", effect="Deny", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})
    scps = [control("SERVICE", ADMIN, "r-1", "ou-1"), control("SERVICE", document(regions), "ou-1", name="regions")]
    a_snapshot(a_role(inline=ADMIN), organization=scps)
    line, why = can(arn(), "s3:GetObject", BUCKET)
    assert line.startswith("ExplicitlyDenied - statement 1 of regions [scp at ou-1] denies it.")
    assert "Not given, so taken as absent: aws:requestedregion" in line
    assert why["decided_by"][0]["attached_to"] == "ou-1"
    assert can(arn(), "s3:GetObject", BUCKET, "--context", "aws:requestedregion=eu-west-1")[0].startswith("Allowed ")
    instance = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1"
    assert can(arn(), "ec2:StopInstances", instance)[0].startswith("Allowed ")


def test_control_policies_bind_neither_the_management_account_nor_service_linked_roles(
    can: Callable[..., tuple[str, Json]],
) -> None:
    nothing = [control(kind, document(statement("*", effect="Deny")), "r-1") for kind in ("SERVICE", "RESOURCE")]
    path = "/aws-service-role/x.amazonaws.com/"
    own = a_role("hub", account=MANAGEMENT, inline=ADMIN)
    a_snapshot(own, a_role("linked", path=path, inline=ADMIN), a_role(inline=ADMIN), organization=nothing)
    line, why = can(arn("hub", MANAGEMENT), "s3:GetObject", BUCKET)
    assert line.startswith("Allowed ")
    assert "management account" in why["notes"][0]
    assert can(arn("linked", path=path), "s3:GetObject", BUCKET)[0].startswith("Allowed ")
    assert can(arn(), "s3:GetObject", BUCKET)[0].startswith("ExplicitlyDenied ")


def test_resource_control_policies_go_by_the_account_of_the_resource(can: Callable[..., tuple[str, Json]]) -> None:
    locked = control("RESOURCE", document(statement("s3:*", effect="Deny", Principal="*")), SISTER, name="locked")
    a_snapshot(a_role(inline=ADMIN), organization=[locked])
    assert can(arn(), "s3:GetObject", BUCKET)[0].startswith("Allowed ")
    line, why = can(arn(), "s3:GetObject", BUCKET, "--resource-account", SISTER)
    assert line.startswith("ExplicitlyDenied - statement 1 of locked [rcp")
    assert why["blocked_by"] == ["rcp"]
    line, why = can(arn(), "s3:GetObject", BUCKET, "--resource-account", STRANGER)
    assert line.startswith("Allowed ")
    assert f"own policy in account {STRANGER}" in why["notes"][-1]


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("ArnEquals", "aws:PrincipalArn", arn()),
        ("StringEquals", "aws:PrincipalAccount", ACCOUNT),
        ("StringEquals", "aws:PrincipalOrgID", "o-test"),
        ("ForAnyValue:StringEquals", "aws:PrincipalOrgPaths", "o-test/r-1/ou-1/"),
        ("StringEquals", "aws:PrincipalTag/Team", "blue"),
        ("StringEquals", "aws:PrincipalType", "AssumedRole"),
        ("StringEquals", "aws:ResourceAccount", SISTER),
        ("StringEquals", "aws:ResourceOrgID", "o-test"),
    ],
)
def test_what_the_snapshot_knows_is_in_the_request(
    can: Callable[..., tuple[str, Json]], operator: str, key: str, value: str
) -> None:
    policy = document(statement("sqs:*", Condition={operator: {key: value}}))
    a_snapshot(a_role(inline=policy, tags={"team": "blue"}), organization=[])
    assert can(arn(), "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{SISTER}:q")[0].startswith("Allowed ")


def test_context_repeated_gives_a_key_several_values(can: Callable[..., tuple[str, Json]]) -> None:
    policy = document(statement(Condition={"ForAllValues:StringEquals": {"aws:TagKeys": ["env"]}}))
    a_snapshot(a_role(inline=policy))
    assert can(arn(), "s3:GetObject", "--context", "aws:TagKeys=env")[0].startswith("Allowed ")
    two = ("--context", "aws:TagKeys=env", "--context", "AWS:tagkeys=a=b")
    line, why = can(arn(), "s3:GetObject", *two)
    assert line.startswith("ImplicitlyDenied ")
    assert why["condition_not_met"][0]["unmet"] == ["aws:tagkeys"]


def test_one_context_takes_several_pairs(can: Callable[..., tuple[str, Json]]) -> None:
    wanted = {"ForAllValues:StringEquals": {"aws:TagKeys": ["env", "a=b"]}, "Bool": {"aws:SecureTransport": "true"}}
    a_snapshot(a_role(inline=document(statement(Condition=wanted))))
    pairs = ("aws:TagKeys=env", "AWS:tagkeys=a=b", "aws:SecureTransport=true")
    assert can(arn(), "s3:GetObject", "--context", *pairs)[0].startswith("Allowed ")
    assert can("--context", *pairs, arn(), "s3:GetObject", BUCKET)[0].startswith("Allowed ")
    assert can(arn(), "--context", pairs[2], "-v", "s3:GetObject", BUCKET)[0].startswith("Allowed ")
    assert can(f"--context={pairs[0]}", *pairs[1:], arn(), "s3:GetObject")[0].startswith("Allowed ")


def test_quiet_says_the_one_line_alone(hygiene: Callable[..., Ended]) -> None:
    a_snapshot(a_role())
    code, out, _ = hygiene("can", arn(), "s3:GetObject", BUCKET, "--snapshot", "snap", "--quiet")
    assert (code, out) == (0, "Allowed - statement 1 of inline [identity] allows it.\n")


def test_names_of_strangers_stay_on_their_line(can: Callable[..., tuple[str, Json]]) -> None:
    role = a_role()
    role["RolePolicyList"][0]["PolicyName"] = "in\nline\x1b[31m"
    a_snapshot(role)
    assert can(arn(), "s3:GetObject", BUCKET)[0].endswith("[identity] allows it.")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((arn("app", path="/team/"), "s3:GetObject"), f"Did you mean {arn()}?"),
        ((arn("nobody"), "s3:GetObject"), "is not in snap"),
        ((arn("app", STRANGER), "s3:GetObject"), f"does not hold the roles of account {STRANGER}"),
        (("app", "s3:GetObject"), "no role ARN"),
        ((arn(), "s3:*"), "no single action"),
        ((arn(), "s3:GetObject", "reports"), "no ARN"),
        ((arn(), "s3:GetObject", "--context", "x"), "KEY=VALUE"),
        ((arn(), "s3:GetObject", "--context", "=x"), "KEY=VALUE"),
        ((arn(), "s3:GetObject", "--resource-account", "5"), "12 digits"),
    ],
)
def test_a_question_that_makes_no_sense_ends_with_2_and_a_sentence(
    hygiene: Callable[..., Ended], arguments: tuple[str, ...], said: str
) -> None:
    a_snapshot(a_role())
    code, out, err = hygiene("can", *arguments, "--snapshot", "snap")
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_a_snapshot_that_is_not_there_ends_with_2(hygiene: Callable[..., Ended]) -> None:
    code, _, err = hygiene("can", arn(), "s3:GetObject", "--snapshot", "nowhere")
    assert code == 2
    assert "nowhere" in err


@pytest.mark.parametrize("case", shared_cases("evaluation"))
def test_can_answers_every_evaluation_case(can: Callable[..., tuple[str, Json]], case: Json) -> None:
    request, policies = case["request"], case["policies"]
    role = a_role(inline=None, boundary=EDGE if policies["boundary"] else "", tags={"x": "y"})
    role["RolePolicyList"] = [
        {"PolicyName": f"p{number}", "PolicyDocument": held} for number, held in enumerate(policies["identity"])
    ]
    targets = ["r-1", "ou-1", ACCOUNT]
    organization = [
        control(kind, held, targets[number])
        for kind, levels in (
            ("SERVICE", policies["service_control_policies"]),
            ("RESOURCE", policies["resource_control_policies"]),
        )
        for number, level in enumerate(levels)
        for held in level["policies"]
    ]
    boundary = [a_policy(EDGE, policies["boundary"])] if policies["boundary"] else []
    a_snapshot(role, policies=boundary, organization=organization)
    context = [
        word
        for key, value in request["context"].items()
        for each in (value if isinstance(value, list) else [value])
        for word in ("--context", f"{key}={each}")
    ]
    line, _ = can(request["principal"], request["action"], request["resource"], *context)
    assert line.split()[0] == case["expect"]["decision"]


def test_it_imports_neither_tables_nor_aws() -> None:
    import subprocess
    import sys

    code = "import sys, hygiene.pipeline.asking; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"pandas", "boto3", "botocore"} & set(done.stdout.split())
