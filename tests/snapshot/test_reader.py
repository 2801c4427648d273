from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.errors import ConfigError, SnapshotError
from hygiene.model import AccountDocuments
from hygiene.snapshot import decoding, open_snapshot
from tests.builders import ACCOUNT, SISTER, a_role, analysed_population, details

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "accounts" / ACCOUNT
    folder.mkdir(parents=True)
    put(folder / "authorization-details.json", details(a_role()))
    return tmp_path


def put(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content), encoding="utf-8")


def test_only_the_authorization_details_are_required(place: Path) -> None:
    documents = open_snapshot(str(place)).documents(ACCOUNT)
    assert documents.authorization_details is not None
    assert documents.roles is None
    assert not documents.gaps


def test_a_file_may_be_gzipped(place: Path) -> None:
    folder = place / "accounts" / ACCOUNT
    (folder / "roles.json.gz").write_bytes(gzip.compress(json.dumps({"Roles": [a_role()]}).encode()))
    roles = open_snapshot(str(place)).documents(ACCOUNT).roles
    assert roles is not None
    assert len(roles) == 1


@pytest.mark.parametrize("suffix", ["json", "json.gz", "txt"])
def test_one_file_will_do_and_names_its_account(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"export.{suffix}"
    text = json.dumps(details(a_role())).encode()
    file.write_bytes(gzip.compress(text) if suffix.endswith("gz") else b"\xef\xbb\xbf" + text)
    snapshot = open_snapshot(str(file))
    assert snapshot.account_ids == (ACCOUNT,)
    assert snapshot.documents(ACCOUNT).authorization_details is not None


@pytest.mark.parametrize(
    ("misfit", "read"),
    [
        ({"RolePolicyList": "x"}, [{"PolicyName": "unreadable", "PolicyDocument": None}]),
        ({"RolePolicyList": [5]}, [{"PolicyName": "unreadable", "PolicyDocument": None}]),
        ({"AttachedManagedPolicies": {"a": 1}}, None),
        ({"InstanceProfileList": ["x"]}, None),
        ({"Tags": 7}, None),
        ({"PermissionsBoundary": "arn"}, None),
    ],
)
def test_a_list_of_another_shape_is_a_gap_and_no_role_without_policies(
    place: Path, misfit: dict[str, Any], read: Any
) -> None:
    put(place / "accounts" / ACCOUNT / "authorization-details.json", details({**a_role(), **misfit}))
    documents = open_snapshot(str(place)).documents(ACCOUNT)
    (name,) = misfit
    assert [name in gap.message for gap in documents.gaps] == [True]
    held = AccountDocuments(ACCOUNT, authorization_details=documents.authorization_details)
    analysis = analysed_population(held)
    assert len(analysis.roles) == 1
    is_told = "policy-unreadable" in set(analysis.findings["check"])
    assert is_told is (name in {"RolePolicyList", "AttachedManagedPolicies", "PermissionsBoundary"})
    if read is not None:
        assert (documents.authorization_details or {})["RoleDetailList"][0]["RolePolicyList"] == read


def test_a_listed_role_whose_arn_is_no_text_is_a_gap(place: Path) -> None:
    put(place / "accounts" / ACCOUNT / "roles.json", {"Roles": [{**a_role(), "Arn": ["x"]}, a_role()]})
    documents = open_snapshot(str(place)).documents(ACCOUNT)
    assert documents.roles is not None
    assert (len(documents.roles), len(documents.gaps)) == (1, 1)


def test_versions_and_people_of_another_shape_are_gaps(place: Path) -> None:
    content = details(a_role(), policies=[{"Arn": "arn:aws:iam::111122223333:policy/p", "PolicyVersionList": 5}])
    content["UserDetailList"] = ["x", {"Arn": "arn:aws:iam::111122223333:user/u", "UserPolicyList": "x"}]
    put(place / "accounts" / ACCOUNT / "authorization-details.json", content)
    documents = open_snapshot(str(place)).documents(ACCOUNT)
    assert len(documents.gaps) == 2


@pytest.mark.parametrize("content", [b"", b"   ", b"{", b"\x00\xff", b"[1, 2]", b'{"RoleDetailList": {}}', b"null"])
def test_a_damaged_file_is_a_gap_of_its_account(place: Path, content: bytes) -> None:
    (place / "accounts" / ACCOUNT / "authorization-details.json").write_bytes(content)
    documents = open_snapshot(str(place)).documents(ACCOUNT)
    assert documents.authorization_details is None
    assert [gap.collector for gap in documents.gaps] == ["authorization-details"]


@pytest.mark.parametrize("content", [b"{", b'{"Roles": 5}', b'{"Roles": [7]}', b'"x"'])
def test_a_damaged_second_file_leaves_the_roles_judged(place: Path, content: bytes) -> None:
    (place / "accounts" / ACCOUNT / "roles.json").write_bytes(content)
    documents = open_snapshot(str(place)).documents(ACCOUNT)
    assert documents.authorization_details is not None
    assert [gap.collector for gap in documents.gaps] == ["roles"]


def test_a_broken_gzip_is_a_gap(place: Path) -> None:
    whole = gzip.compress(b'{"SummaryMap": {"Roles": 1}}')
    (place / "accounts" / ACCOUNT / "account-summary.json.gz").write_bytes(whole[:-8])
    assert open_snapshot(str(place)).documents(ACCOUNT).gaps


def test_a_small_file_that_expands_without_end_is_a_gap(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_EXPANDED_BYTES", 1 << 20)
    summary = place / "accounts" / ACCOUNT / "account-summary.json.gz"
    summary.write_bytes(gzip.compress(json.dumps({"SummaryMap": {"Roles": 1}}).encode().ljust(1 << 20)))
    assert not open_snapshot(str(place)).documents(ACCOUNT).gaps
    summary.write_bytes(gzip.compress(b" " * (1 << 20)) + gzip.compress(b"{}"))
    (gap,) = open_snapshot(str(place)).documents(ACCOUNT).gaps
    assert "more than 1 MiB once expanded" in gap.message


@pytest.mark.parametrize("cut", [{"IsTruncated": True}, {"Marker": "abc"}, {"NextToken": "abc"}])
def test_a_document_that_is_cut_off_is_a_gap_and_is_still_judged(place: Path, cut: dict[str, Any]) -> None:
    put(place / "accounts" / ACCOUNT / "authorization-details.json", {**details(a_role()), **cut})
    documents = open_snapshot(str(place)).documents(ACCOUNT)
    assert documents.authorization_details is not None
    assert "cut off" in documents.gaps[0].message


def test_a_role_of_another_account_is_not_judged_here(place: Path) -> None:
    put(place / "accounts" / ACCOUNT / "authorization-details.json", details(a_role(), a_role("x", account=SISTER)))
    documents = open_snapshot(str(place)).documents(ACCOUNT)
    assert documents.authorization_details is not None
    assert len(documents.authorization_details["RoleDetailList"]) == 1
    assert SISTER in documents.gaps[0].message


def test_a_role_without_an_arn_is_named_not_dropped_silently(place: Path) -> None:
    put(place / "accounts" / ACCOUNT / "authorization-details.json", details({"RoleName": "x"}, a_role()))
    assert "without a proper Arn" in open_snapshot(str(place)).documents(ACCOUNT).gaps[0].message


@pytest.mark.parametrize("gaps", [[{"operation": "iam:ListRoles", "error": "denied"}], {"gaps": [{"code": "X"}]}])
def test_recorded_gaps_are_read_in_either_shape(place: Path, gaps: Any) -> None:
    put(place / "accounts" / ACCOUNT / "gaps.json", gaps)
    assert len(open_snapshot(str(place)).documents(ACCOUNT).gaps) == 1


def test_nothing_there_is_said_with_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no snapshot there"):
        open_snapshot(str(tmp_path / "nowhere"))


def test_a_newer_snapshot_is_refused_with_a_sentence(place: Path) -> None:
    put(place / "manifest.json", {"schema_version": 99})
    with pytest.raises(SnapshotError, match="newer hygiene"):
        open_snapshot(str(place))


@pytest.mark.parametrize("content", ["{", "[]", "5"])
def test_a_damaged_account_list_is_a_problem_of_the_whole(place: Path, content: str) -> None:
    (place / "organization.json").write_text(content)
    snapshot = open_snapshot(str(place))
    assert snapshot.organization is None
    assert snapshot.problems


def test_the_organization_places_its_accounts_and_prefers_state(place: Path) -> None:
    put(
        place / "organization.json",
        {
            "organization": {"Id": "o-1", "MasterAccountId": SISTER},
            "accounts": [
                {"Id": ACCOUNT, "Name": "prod", "State": "SUSPENDED", "Status": "ACTIVE"},
                {"Id": SISTER, "Status": "ACTIVE"},
            ],
            "parents": {ACCOUNT: "ou-1", "ou-1": "r-1"},
            "names": {"r-1": "Root", "ou-1": "Prod"},
        },
    )
    organization = open_snapshot(str(place)).organization
    assert organization is not None
    first, second = organization.accounts
    assert (first.state, first.ou_path, first.ou_ids) == ("SUSPENDED", "Root/Prod", ("r-1", "ou-1"))
    assert second.state == "ACTIVE"


def test_account_ids_have_twelve_digits_and_everything_else_is_a_problem(place: Path) -> None:
    accounts = [{"Id": ACCOUNT}, {"Id": 12345678901}, {"Id": {"a": 1}}, {"Id": "prod"}, {}]
    policies = [{"type": "SERVICE_CONTROL_POLICY", "content": {}, "targets": ACCOUNT}, {"content": {}, "targets": 5}]
    put(place / "organization.json", {"accounts": accounts, "policies": policies, "gaps": 5})
    snapshot = open_snapshot(str(place))
    assert snapshot.organization is not None
    assert [account.id for account in snapshot.organization.accounts] == [ACCOUNT, "012345678901"]
    assert [policy.targets for policy in snapshot.organization.policies] == [(ACCOUNT,), ("5",)]
    assert "organization.json has an account without an Id of 12 digits" in snapshot.problems


def test_a_control_policy_that_cannot_be_read_is_named(place: Path) -> None:
    policy = {"type": "SERVICE_CONTROL_POLICY", "id": "p-1", "name": "limit", "content": "{", "targets": ["r-1"]}
    put(place / "organization.json", {"accounts": [{"Id": ACCOUNT}], "policies": [policy]})
    (problem,) = open_snapshot(str(place)).problems
    assert problem.startswith("organization.json: policy limit: the document is not JSON")


def test_a_loop_in_the_tree_ends(place: Path) -> None:
    tree = {ACCOUNT: "ou-1", "ou-1": "ou-2", "ou-2": "ou-1"}
    put(place / "organization.json", {"organization": {}, "accounts": [{"Id": ACCOUNT}], "parents": tree})
    organization = open_snapshot(str(place)).organization
    assert organization is not None
    assert organization.accounts[0].ou_ids == ("ou-2", "ou-1")
