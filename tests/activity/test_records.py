from __future__ import annotations

import json
from typing import Any

import pytest

from hygiene.activity.model import PRINCIPAL_KINDS, RoleChange
from hygiene.activity.records import Assumed, DamagedRecordError, SignedIn, read_record
from tests.activity.events import (
    HUB,
    ROLE,
    a_change,
    a_record,
    a_refusal,
    a_saml_user,
    a_service,
    a_session,
    a_user,
    a_web_user,
    an_account,
    an_assumption,
    the_root,
)
from tests.builders import ACCOUNT

SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"
OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"


def assumed(record: dict[str, Any]) -> Assumed:
    (said,) = read_record(record)
    assert isinstance(said, Assumed)
    return said


def changed(record: dict[str, Any]) -> RoleChange:
    (said,) = read_record(record)
    assert isinstance(said, RoleChange)
    return said


def signed_in(record: dict[str, Any]) -> SignedIn:
    (said,) = read_record(record)
    assert isinstance(said, SignedIn)
    return said


@pytest.mark.parametrize(
    ("identity", "principal"),
    [
        (a_session("deployer"), (f"arn:aws:iam::{ACCOUNT}:role/teams/deployer", "role", ACCOUNT)),
        (a_user("ana"), (f"arn:aws:iam::{ACCOUNT}:user/ana", "user", ACCOUNT)),
        (the_root(), (f"arn:aws:iam::{ACCOUNT}:root", "root", ACCOUNT)),
        (a_service("ec2.amazonaws.com"), ("ec2.amazonaws.com", "service", "")),
        (an_account(HUB), (HUB, "account", HUB)),
        (a_saml_user("ana@example.com"), (f"{SAML}|ana@example.com", "saml", ACCOUNT)),
        (a_web_user("repo:a/b:ref:x"), (f"{OIDC}|repo:a/b:ref:x", "web-identity", ACCOUNT)),
        ({"type": "IdentityCenterUser"}, ("unknown", "unknown", "")),
        ({"type": "Unknown"}, ("unknown", "unknown", "")),
        ("no object", ("unknown", "unknown", "")),
    ],
)
def test_who_assumed_is_named_without_the_session(identity: Any, principal: tuple[str, str, str]) -> None:
    said = next(one for one in read_record(an_assumption(userIdentity=identity)) if isinstance(one, Assumed))
    assert (said.principal, said.principal_kind, said.principal_account_id) == principal
    assert said.principal_kind in PRINCIPAL_KINDS


POOL = "eu-west-1:0a1b2c3d-0000-4000-8000-000000000000"
STORE = f"arn:aws:identitystore::{ACCOUNT}:identitystore/d-1234567890"


@pytest.mark.parametrize(
    ("identity", "principal"),
    [
        (
            {
                "type": "WebIdentityUser",
                "principalId": f"cognito-identity.amazonaws.com:{POOL}:eu-west-1:person",
                "userName": "eu-west-1:person",
                "identityProvider": "cognito-identity.amazonaws.com",
            },
            ("cognito-identity.amazonaws.com|eu-west-1:person", "web-identity", ""),
        ),
        (
            {
                "type": "IdentityCenterUser",
                "accountId": ACCOUNT,
                "onBehalfOf": {"userId": "544894e8-80c1", "identityStoreArn": STORE},
                "credentialId": "90e292de",
            },
            (f"{STORE}|544894e8-80c1", "unknown", ACCOUNT),
        ),
        ({"type": "Directory", "userName": "ana"}, ("ana", "unknown", "")),
        ({"type": "IdentityCenterUser", "onBehalfOf": "nonsense"}, ("unknown", "unknown", "")),
    ],
    ids=["cognito", "identity center", "directory", "malformed"],
)
def test_people_of_other_directories_are_told_apart(identity: Any, principal: tuple[str, str, str]) -> None:
    said = assumed(an_assumption(userIdentity=identity))
    assert (said.principal, said.principal_kind, said.principal_account_id) == principal


def test_a_session_without_issuer_is_named_by_its_own_arn() -> None:
    identity = a_session("deployer")
    del identity["sessionContext"]
    assert assumed(an_assumption(userIdentity=identity)).principal == f"arn:aws:iam::{ACCOUNT}:role/deployer"


def test_a_saml_provider_is_the_one_the_call_named() -> None:
    parameters = {"roleArn": ROLE, "principalArn": SAML}
    identity = {**a_saml_user("ana"), "identityProvider": "something else"}
    record = an_assumption(name="AssumeRoleWithSAML", userIdentity=identity, requestParameters=parameters)
    assert assumed(record).principal == f"{SAML}|ana"


def test_a_refusal_names_its_role_in_the_message_alone() -> None:
    said = assumed(a_refusal())
    assert (said.role_arn, said.error) == (ROLE, "AccessDenied")


def test_a_refusal_with_resources_names_its_role_there() -> None:
    record = a_refusal(errorMessage="no", resources=[{"type": "AWS::IAM::Role", "ARN": ROLE}])
    assert assumed(record).role_arn == ROLE


@pytest.mark.parametrize(
    ("more", "mfa"),
    [
        ({"userIdentity": a_session(mfa="true")}, True),
        ({"userIdentity": a_session(mfa="false")}, False),
        ({"userIdentity": a_session(mfa=None)}, None),
        ({"requestParameters": {"roleArn": ROLE, "serialNumber": "arn:aws:iam::1:mfa/ana"}}, True),
    ],
)
def test_mfa_is_unknown_where_nothing_says_it(more: dict[str, Any], mfa: bool | None) -> None:
    assert assumed(an_assumption(**more)).has_mfa is mfa


@pytest.mark.parametrize(
    ("name", "parameters", "subject"),
    [
        ("AttachRolePolicy", {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}, "policy/Administrator"),
        ("PutRolePolicy", {"policyName": "inline"}, "inline"),
        ("PutRolePermissionsBoundary", {"permissionsBoundary": "arn:aws:iam::aws:policy/B"}, "policy/B"),
        ("TagRole", {"tags": [{"key": "owner", "value": "x"}, {"key": "env"}]}, "env, owner"),
        ("UntagRole", {"tagKeys": ["owner"]}, "owner"),
        ("AddRoleToInstanceProfile", {"instanceProfileName": "web"}, "web"),
        ("TagRole", {"tags": "nonsense"}, ""),
    ],
)
def test_a_change_names_its_subject(name: str, parameters: dict[str, Any], subject: str) -> None:
    said = changed(a_change(name, parameters={"roleName": "app", **parameters}))
    assert subject in said.subject
    assert (said.action, said.role_name, said.by_kind) == (name, "app", "user")


def test_a_new_version_of_a_policy_names_policy_and_document() -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": []})
    parameters = {"policyArn": "arn:aws:iam::1:policy/p", "policyDocument": document}
    said = changed(a_change("CreatePolicyVersion", parameters={**parameters, "setAsDefault": True}))
    assert (said.role_name, said.subject, said.document) == ("", "arn:aws:iam::1:policy/p", document)
    aside = changed(a_change("CreatePolicyVersion", parameters=parameters))
    assert aside.subject == "arn:aws:iam::1:policy/p (not the default)"


def test_the_id_of_a_created_role_comes_from_the_answer() -> None:
    answer = {"role": {"roleName": "app", "roleId": "AROA9"}}
    assert changed(a_change("CreateRole", responseElements=answer)).role_id == "AROA9"


def test_a_refused_change_is_kept_with_its_error() -> None:
    assert changed(a_change("DeleteRole", errorCode="AccessDenied")).error == "AccessDenied"


def test_a_successful_sign_in_of_a_user_says_nothing() -> None:
    answer = {"ConsoleLogin": "Success"}
    assert read_record(a_record("ConsoleLogin", "signin", responseElements=answer)) == ()


def test_a_failed_sign_in_of_a_user_is_told_with_its_mfa() -> None:
    record = a_record(
        "ConsoleLogin",
        "signin",
        responseElements={"ConsoleLogin": "Failure"},
        additionalEventData={"MFAUsed": "Yes"},
        errorMessage="Failed authentication",
    )
    said = signed_in(record)
    assert (said.outcome, said.is_root, said.has_mfa) == ("Failure", False, True)


def test_every_call_of_the_root_user_is_told() -> None:
    said = signed_in(a_record("RunInstances", "ec2", userIdentity=the_root()))
    assert (said.is_root, said.action, said.outcome) == (True, "RunInstances", "Success")


def test_a_service_acting_in_the_name_of_root_is_not_root() -> None:
    identity = {**the_root(), "invokedBy": "support.amazonaws.com"}
    assert read_record(a_record("Describe", "trustedadvisor", userIdentity=identity)) == ()


def test_a_role_changed_by_root_is_both() -> None:
    said = read_record(a_change("DeleteRole", userIdentity=the_root()))
    assert {type(one) for one in said} == {RoleChange, SignedIn}


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        "text",
        {},
        {"eventSource": 1, "eventName": "AssumeRole"},
        an_assumption(eventTime=None),
        an_assumption(eventTime="yesterday"),
        an_assumption(eventTime=1767160800),
        an_assumption(role="not an arn"),
        an_assumption(requestParameters="roleArn"),
        a_change("DeleteRole", eventTime=None),
    ],
)
def test_what_lacks_what_it_must_have_is_damaged(record: Any) -> None:
    with pytest.raises(DamagedRecordError):
        read_record(record)


@pytest.mark.parametrize("value", [None, 7, [], {"a": 1}, "x" * 100_000, "\ud800", True])
@pytest.mark.parametrize("key", list(an_assumption()))
def test_no_field_of_any_type_is_fatal(key: str, value: Any) -> None:
    for record in (an_assumption(), a_change("PutRolePolicy"), a_record("ConsoleLogin", "signin")):
        try:
            said = read_record({**record, key: value})
        except DamagedRecordError:
            continue
        repr(said).encode()


def test_a_call_about_something_else_says_nothing() -> None:
    assert read_record(a_record("GetCallerIdentity", "sts")) == ()
    assert read_record(a_record("DescribeInstances", "ec2")) == ()
