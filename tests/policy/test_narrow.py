from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygiene.policy import evaluate
from hygiene.policy.actions import catalogue
from hygiene.policy.document import parse_document
from hygiene.policy.narrow import Excess, narrowed
from hygiene.policy.packing import packed, size_of
from tests.builders import document, statement
from tests.examples import examples

SERVICES = ("s3", "sqs", "iam", "ec2")
KNOWN = (
    "s3:GetObject",
    "s3:PutObject",
    "s3:ListAllMyBuckets",
    "sqs:SendMessage",
    "iam:PassRole",
    "iam:CreateRole",
    "ec2:RunInstances",
    "ec2:DescribeInstances",
    "ec2:DescribeVpcs",
)
UNKNOWN = ("s3:TomorrowsCall", "ec2:DescribeTomorrow", "newservice:Do")


def excess_of(*unused: str, services: tuple[str, ...] = (), seen: tuple[str, ...] = ()) -> Excess:
    whole = catalogue().mask(tuple(f"{service}:*" for service in services))
    return Excess(catalogue().mask(unused) | whole, frozenset(services), seen, ("newservice",))


def kept(raw: dict[str, Any], excess: Excess) -> Any:
    left = narrowed(raw, parse_document(document(raw)).statements[0], excess)
    return left if left is None else left["Action"]


def test_a_statement_without_excess_stays_the_very_same() -> None:
    raw = statement(["s3:GetObject", "newservice:Do"])
    assert narrowed(raw, parse_document(document(raw)).statements[0], excess_of(services=("sqs",))) is raw


def test_a_wildcard_over_everything_becomes_the_services_that_are_left() -> None:
    every = tuple(service for service in catalogue().services if service not in SERVICES)
    assert kept(statement("*"), excess_of(services=every)) == ["ec2:*", "iam:*", "s3:*", "sqs:*", "newservice:*"]


def test_a_verb_of_which_everything_is_left_keeps_its_wildcard() -> None:
    left = kept(statement("sqs:*"), excess_of("sqs:CreateQueue"))
    assert "sqs:List*" in left
    assert "sqs:CreateQueue" not in left
    assert "sqs:SendMessage" in left


def test_a_wildcard_is_never_wider_than_the_one_it_replaces() -> None:
    assert kept(statement("s3:GetBucket*"), excess_of("s3:GetBucketAcl")) == [
        name for name in catalogue().names_in(catalogue().mask(("s3:GetBucket*",))) if name != "s3:GetBucketAcl"
    ]


def test_not_action_becomes_a_list_of_what_is_left() -> None:
    raw = {"Effect": "Allow", "NotAction": ["iam:*", "ec2:Describe*"], "Resource": "*", "Sid": "Most"}
    others = tuple(service for service in catalogue().services if service not in SERVICES)
    left = narrowed(raw, parse_document(document(raw)).statements[0], excess_of("ec2:RunInstances", services=others))
    assert left is not None
    assert list(left) == ["Effect", "Action", "Resource", "Sid"]
    assert {"s3:*", "sqs:*", "ec2:Create*"} <= set(left["Action"])
    assert not [name for name in left["Action"] if name.startswith(("iam:", "ec2:Describe", "ec2:RunInstances"))]


def test_resources_and_conditions_stay_to_the_letter() -> None:
    raw = statement("s3:*", ["arn:aws:s3:::a/*"], Condition={"Bool": {"aws:SecureTransport": True}})
    left = narrowed(raw, parse_document(document(raw)).statements[0], excess_of("s3:PutObject"))
    assert left == {**raw, "Action": left and left["Action"]}


def test_nothing_is_left_of_a_statement_that_was_not_used() -> None:
    assert kept(statement(["sqs:*", "sqs:TomorrowsCall"]), excess_of(services=("sqs",))) is None


def test_a_deny_stays_as_it_is() -> None:
    raw = statement("sqs:*", effect="Deny")
    assert kept(raw, excess_of(services=("sqs",))) == "sqs:*"


def test_an_action_in_use_that_the_catalogue_does_not_know_stays() -> None:
    excess = excess_of("s3:PutObject", seen=("s3:TomorrowsCall", "ec2:DescribeTomorrow"))
    assert "s3:TomorrowsCall" in kept(statement("s3:*"), excess)
    assert "ec2:DescribeTomorrow" not in kept(statement("s3:*"), excess)


_RESOURCES = ("*", "arn:aws:s3:::one/*", "arn:aws:s3:::two/a")
_patterns = st.sampled_from(
    ["*", "*:*", "S3:*", "s3:Get*", "s3:*Object", "s3:TomorrowsCall", "s?s:*", "iam:*", "ec2:D*", *KNOWN, *UNKNOWN]
)
_conditions = st.sampled_from(
    [{}, {"Bool": {"aws:SecureTransport": "true"}}, {"StringEquals": {"aws:RequestedRegion": ["eu-west-1"]}}]
)
_statements = st.builds(
    lambda action, names, resource, resources, effect, condition: {
        "Effect": effect,
        action: names if len(names) > 1 else names[0],
        resource: resources,
        **({"Condition": condition} if condition else {}),
    },
    st.sampled_from(["Action", "Action", "NotAction"]),
    st.lists(_patterns, min_size=1, max_size=4),
    st.sampled_from(["Resource", "Resource", "NotResource"]),
    st.lists(st.sampled_from(_RESOURCES), min_size=1, max_size=2),
    st.sampled_from(["Allow", "Allow", "Allow", "Deny"]),
    _conditions,
)
_requests = st.fixed_dictionaries(
    {
        "action": st.sampled_from([*KNOWN, *UNKNOWN]),
        "resource": st.sampled_from(["*", "arn:aws:s3:::one/x", "arn:aws:s3:::two/a", "arn:aws:sqs:::q"]),
        "context": st.sampled_from([{}, {"aws:SecureTransport": "true", "aws:RequestedRegion": "eu-west-1"}]),
    }
)
_excess = st.builds(
    lambda unused, services, seen: excess_of(
        *(name for name in unused if name not in seen),
        services=tuple(service for service in services if not any(name.startswith(f"{service}:") for name in seen)),
        seen=tuple(seen),
    ),
    st.lists(st.sampled_from(KNOWN)),
    st.lists(st.sampled_from(SERVICES)),
    st.lists(st.sampled_from([*KNOWN, *UNKNOWN])),
)


def _narrow_all(statements: list[dict[str, Any]], excess: Excess) -> list[dict[str, Any]]:
    read = parse_document(document(*statements)).statements
    left = [narrowed(raw, statements_read, excess) for raw, statements_read in zip(statements, read, strict=True)]
    return packed([("2012-10-17", raw) for raw in left if raw is not None])


@examples(300)
@given(st.lists(_statements, min_size=1, max_size=4), _excess, st.lists(_requests, min_size=1, max_size=6))
def test_nothing_is_allowed_that_was_not_and_everything_in_use_stays(
    statements: list[dict[str, Any]], excess: Excess, requests: list[dict[str, Any]]
) -> None:
    after = _narrow_all(statements, excess)
    for request in requests:
        was = evaluate(request, identity=[document(*statements)]).outcome
        now = evaluate(request, identity=after).outcome
        assert now != "Allowed" or was == "Allowed"
        known = catalogue().mask((request["action"],))
        is_kept = request["action"] in excess.seen or (known and not known & excess.actions)
        assert not is_kept or now == was


@examples(100)
@given(st.lists(_statements, min_size=1, max_size=6), st.integers(200, 700), st.lists(_requests, max_size=4))
def test_splitting_changes_no_answer(
    statements: list[dict[str, Any]], limit: int, requests: list[dict[str, Any]]
) -> None:
    pieces = packed([("2012-10-17", raw) for raw in statements], limit=max(limit, 300))
    assert all(size_of(piece) <= max(limit, 300) for piece in pieces)
    for request in requests:
        assert (
            evaluate(request, identity=pieces).outcome == evaluate(request, identity=[document(*statements)]).outcome
        )


def test_a_list_too_long_for_one_policy_is_split_and_a_sid_stands_once() -> None:
    names = catalogue().names_in(catalogue().services["ec2"])
    documents = packed([("2012-10-17", {**statement(names), "Sid": "All"})])
    assert len(documents) > 1
    assert all(size_of(one) <= 6144 for one in documents)
    assert [name for one in documents for part in one["Statement"] for name in part["Action"]] == names
    sids = [[part["Sid"] for part in one["Statement"] if "Sid" in part] for one in documents]
    assert all(len(held) == len(set(held)) for held in sids)


def test_statements_of_different_versions_never_share_a_document() -> None:
    old, new = statement(resource="arn:aws:s3:::${aws:username}"), statement()
    documents = packed([("2008-10-17", old), ("2012-10-17", new), ("2008-10-17", new)])
    assert [(one["Version"], len(one["Statement"])) for one in documents] == [("2008-10-17", 2), ("2012-10-17", 1)]


def test_a_statement_that_cannot_be_split_is_refused() -> None:
    endless = {"Effect": "Allow", "Action": "s3:*", "NotResource": [f"arn:aws:s3:::b{n}" for n in range(500)]}
    with pytest.raises(ValueError, match="longer than a policy"):
        packed([("2012-10-17", endless)])
