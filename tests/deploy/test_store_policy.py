"""What OUT on S3 needs: the template, the list in the code, and the calls of a whole run agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

from hygiene import pipeline
from hygiene.collect.progress import Silent
from hygiene.store.s3_errors import ACTIONS
from tests.builders import AS_OF
from tests.deploy.test_templates import template
from tests.worlds import quick_settings, simulated, twelve_accounts

if TYPE_CHECKING:
    import pytest

NAME = "store-policy.yaml"
NEEDED = {
    ("GET", True): {"s3:GetObject"},
    ("HEAD", True): {"s3:GetObject"},
    ("GET", False): {"s3:ListBucket"},
    # A copy reads one object and writes another; parts of a large object are written like a whole one.
    ("PUT", True): {"s3:PutObject", "s3:GetObject"},
    ("POST", True): {"s3:PutObject"},
    ("DELETE", True): {"s3:DeleteObject", "s3:AbortMultipartUpload"},
    # The one POST to a bucket: DeleteObjects.
    ("POST", False): {"s3:DeleteObject"},
}
"""By method, and whether a key is named.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""


def statements() -> list[dict[str, Any]]:
    (resource,) = template(NAME)["Resources"].values()
    found = resource["Properties"]["PolicyDocument"]["Statement"]
    return [entry["Fn::If"][1] if "Fn::If" in entry else entry for entry in found]


def allowed() -> set[str]:
    listed = [entry["Action"] for entry in statements()]
    return {action for entry in listed for action in ([entry] if isinstance(entry, str) else entry)}


def test_the_template_allows_exactly_the_list_and_the_buckets_key() -> None:
    assert {action for action in allowed() if action.startswith("s3:")} == set(ACTIONS)
    assert {action for action in allowed() if not action.startswith("s3:")} == {"kms:Decrypt", "kms:GenerateDataKey"}


def test_nothing_outside_of_the_prefix_is_allowed() -> None:
    for statement in statements():
        if statement["Action"] == "s3:ListBucket":
            assert statement["Condition"]["StringLike"]["s3:prefix"]
        else:
            resource = statement["Resource"]
            assert resource in ({"Ref": "KmsKeyArn"}, {"Fn::Sub": "arn:${AWS::Partition}:s3:::${Bucket}/${Prefix}/*"})


def test_a_whole_run_needs_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with simulated(twelve_accounts(roles=1), monkeypatch) as aws:
        boto3.client("s3").create_bucket(Bucket="reviews")
        aws.forget_calls()
        request = pipeline.ReportRequest(out="s3://reviews/team/out", as_of=AS_OF)
        for _ in range(2):
            pipeline.run(quick_settings(aws={"last_accessed": "off"}), pipeline.RunRequest(request), Silent())
        made = {call.operation for call in aws.calls if call.service == "s3"}
    kinds = {(place.split()[0], "/" in place.split()[1].strip("/")) for place in made}
    needed = {action for kind in kinds for action in NEEDED[kind]}
    assert len(kinds) >= 4
    assert needed <= set(ACTIONS)
    keys = [place.split(" ", 1)[1] for place in made if place.count("/") > 1]
    assert [key for key in keys if not key.startswith("/reviews/team/out")] == []
