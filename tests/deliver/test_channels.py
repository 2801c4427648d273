"""SNS, the copy on S3 and Security Hub, over HTTP in the simulated organization with an unmodified boto3."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from hygiene.config import S3Delivery
from hygiene.deliver.operations import OPERATIONS
from hygiene.deliver.s3_copy import ReportCopy
from hygiene.deliver.security_hub import SecurityHub, archived
from hygiene.deliver.sns import Topic, subject_line
from hygiene.deliver.transport import Outcome
from hygiene.errors import DeliveryError
from hygiene.model import Announcement
from hygiene.store import LocalStore
from tests.builders import AS_OF
from tests.deliver.delivery_world import BANK, DELIVERY_ROLE, HUB_ACCOUNT, SHOP, WITHOUT_ROLE, delivery_world
from tests.report.review_sample import a_finding, a_role
from tests.worlds import simulated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORDS = Announcement("Access review 2026-Q4", "3 roles need a decision", {"kind": "review", "needs_decision": 3})
NOW = datetime(2026, 12, 31, 12, 0, tzinfo=UTC)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with simulated(delivery_world(), monkeypatch) as running:
        yield running


@pytest.fixture(autouse=True)
def _only_listed_operations(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever the code under test calls stands in the list that the templates are held against."""
    running = request.getfixturevalue("aws") if "aws" in request.fixturenames else None
    yield
    if running is not None:
        listed = {operation.name for operation in OPERATIONS}
        called = {call.operation for call in running.calls if call.service in {"sts", "securityhub", "sns"}}
        assert called <= listed | {"CreateTopic", "CreateQueue", "Subscribe", "GetFindings"}


def queue_of(topic: str) -> str:
    """Return a queue that gets what the topic is told."""
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    url: str = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


def test_a_topic_is_told_once_with_words_for_people_and_json_for_machines(aws: Any) -> None:
    topic = boto3.client("sns").create_topic(Name="reviews")["TopicArn"]
    inbox = queue_of(topic)
    aws.forget_calls()
    assert Topic(topic).announce(WORDS, "key").outcome is Outcome.ACCEPTED
    assert [call.operation for call in aws.calls] == ["Publish"]
    (message,) = boto3.client("sqs").receive_message(QueueUrl=inbox, MaxNumberOfMessages=10)["Messages"]
    told = json.loads(message["Body"])
    assert told["Subject"] == "Access review 2026-Q4"
    assert json.loads(told["Message"]) == dict(WORDS.facts)


def test_throttling_is_waited_out_and_a_missing_topic_is_a_refusal(aws: Any) -> None:
    topic = boto3.client("sns").create_topic(Name="reviews")["TopicArn"]
    aws.faults.fail(None, "sns", "Publish", code="Throttling", status=400, times=1)
    waits: list[float] = []
    assert Topic(topic, sleep=waits.append).announce(WORDS, "key").outcome is Outcome.ACCEPTED
    assert len(waits) == 1
    gone = Topic(f"{topic}-gone").announce(WORDS, "key")
    assert (gone.outcome, gone.detail.split(":")[0]) == (Outcome.REFUSED, "NotFound")


def test_without_a_connection_it_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with pytest.raises(DeliveryError, match="cannot be reached"):
        Topic("arn:aws:sns:eu-west-1:111122223333:reviews").announce(WORDS, "key")


def test_subjects_are_ascii_on_one_short_line_whatever_stood_in_them() -> None:
    assert subject_line("Ünï\r\nBcc: all@example.com\x00\u202e") == "n? Bcc: all@example.com?"
    assert len(subject_line("a" * 500)) == 99
    assert subject_line("\n ") == "IAM access review"


@pytest.fixture
def report(tmp_path: Path) -> LocalStore:
    (tmp_path / "report" / "accounts").mkdir(parents=True)
    store = LocalStore(tmp_path / "report")
    for name in ("index.html", "accounts/1.html", "roles.csv", "manifest.json"):
        store.write(name, name.encode())
    return store


def _text(header: Any) -> str:
    return header.decode() if isinstance(header, bytes) else str(header)


def digests(store: LocalStore) -> dict[str, str]:
    names = [name for name in store.names() if name != "manifest.json"]
    return {name: hashlib.sha256(store.read(name) or b"").hexdigest() for name in names}


def test_a_copy_is_sealed_last_typed_checked_and_locked_where_the_bucket_locks(aws: Any, report: LocalStore) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="evidence", ObjectLockEnabledForBucket=True)
    copy = ReportCopy(S3Delivery(bucket="evidence", prefix="iam/", kms_key="alias/reviews", lock_days=30))
    aws.forget_calls()
    receipt = copy.copy(report, digests(report), "manifest.json", "2026-Q4/x", NOW)
    assert (receipt.outcome, receipt.detail) == (Outcome.ACCEPTED, "4 files, locked until 2027-01-30")
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket="evidence")["Contents"]]
    assert keys == [
        f"iam/2026-Q4/x/{name}" for name in ("accounts/1.html", "index.html", "manifest.json", "roles.csv")
    ]
    head = s3.head_object(Bucket="evidence", Key=keys[1])
    assert (head["ContentType"], head["ObjectLockMode"]) == ("text/html; charset=utf-8", "GOVERNANCE")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "alias/reviews")
    puts = [call for call in aws.calls if call.service == "s3" and call.operation.startswith("PUT")]
    assert puts[-1].operation.endswith("manifest.json")
    assert copy.location("2026-Q4/x") == "s3://evidence/iam/2026-Q4/x"


def test_a_file_that_is_not_as_sealed_is_refused_and_no_seal_is_written(aws: Any, report: LocalStore) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="evidence")
    sent: list[str] = []
    known = digests(report)
    copy = ReportCopy(S3Delivery(bucket="evidence"))
    aws.faults.fail(None, "s3", "PUT /evidence/q/roles.csv", code="BadDigest", status=400, times=1)
    copy._client.meta.events.register(
        "before-send.s3.PutObject", lambda request, **_: sent.append(_text(request.headers["x-amz-checksum-sha256"]))
    )
    receipt = copy.copy(report, known, "manifest.json", "q", NOW)
    assert receipt.outcome is Outcome.REFUSED
    assert "BadDigest" in receipt.detail
    assert "q/manifest.json" not in [entry["Key"] for entry in s3.list_objects_v2(Bucket="evidence")["Contents"]]
    sealed = {base64.b64encode(bytes.fromhex(digest)).decode() for digest in known.values()}
    assert set(sent) == sealed


@pytest.mark.usefixtures("aws")
def test_no_lock_without_object_lock_and_a_missing_bucket_is_a_refusal(report: LocalStore) -> None:
    boto3.client("s3").create_bucket(Bucket="plain")
    receipt = ReportCopy(S3Delivery(bucket="plain")).copy(report, digests(report), "manifest.json", "q", NOW)
    assert (receipt.outcome, receipt.detail) == (Outcome.ACCEPTED, "4 files")
    missing = ReportCopy(S3Delivery(bucket="nowhere")).copy(report, digests(report), "manifest.json", "q", NOW)
    assert missing.outcome is Outcome.REFUSED
    assert "NoSuchBucket" in missing.detail


def findings(hub: SecurityHub, account_id: str, number: int) -> list[Any]:
    made = []
    for index in range(number):
        row = a_finding(a_role(f"app-{index}", account_id), "full-admin", evidence=f"<b>{index}\u202e</b>")
        texts = {key: "" if value is None else str(value) for key, value in row.items()}
        made.append(hub.finding({"exception": "", **texts}, "Administrator", "2026-Q4", "", AS_OF))
    return made


def test_findings_are_imported_from_their_own_account_a_hundred_a_call(aws: Any) -> None:
    hub = SecurityHub(DELIVERY_ROLE, None)
    aws.forget_calls()
    assert hub.import_findings(SHOP, findings(hub, SHOP, 101)).detail == "101 findings"
    assert hub.import_findings(BANK, findings(hub, BANK, 1)).detail == "1 finding"
    made = [(call.account_id, call.operation) for call in aws.calls if call.service == "securityhub"]
    assert made == [(SHOP, "BatchImportFindings")] * 2 + [(BANK, "BatchImportFindings")]


@pytest.mark.usefixtures("aws")
def test_a_finding_says_what_the_format_asks_for_and_hides_nothing_invisible() -> None:
    hub = SecurityHub(DELIVERY_ROLE, None)
    (finding,) = findings(hub, SHOP, 1)
    assert finding["ProductArn"] == f"arn:aws:securityhub:us-east-1:{SHOP}:product/{SHOP}/default"
    assert (finding["AwsAccountId"], finding["RecordState"]) == (SHOP, "ACTIVE")
    assert finding["Severity"] == {"Label": "HIGH", "Original": "high"}
    assert finding["Title"] == "app-0: Administrator"
    assert finding["Description"] == "<b>0\N{REPLACEMENT CHARACTER}</b>"
    assert finding["Resources"] == [
        {"Type": "AwsIamRole", "Id": f"arn:aws:iam::{SHOP}:role/app-0", "Partition": "aws"}
    ]
    gone = archived(finding, NOW)
    assert (gone["Id"], gone["RecordState"], gone["UpdatedAt"]) == (
        finding["Id"],
        "ARCHIVED",
        "2026-12-31T12:00:00.000Z",
    )


def test_an_account_without_the_role_or_that_refuses_is_a_refusal_of_that_account(aws: Any) -> None:
    hub = SecurityHub(DELIVERY_ROLE, None)
    without = hub.import_findings(WITHOUT_ROLE, findings(hub, WITHOUT_ROLE, 1))
    assert (without.outcome, "AccessDenied" in without.detail) == (Outcome.REFUSED, True)
    aws.faults.fail(SHOP, "securityhub", "BatchImportFindings", code="InvalidAccessException", status=401, times=1)
    refused = hub.import_findings(SHOP, findings(hub, SHOP, 1))
    assert (refused.outcome, "InvalidAccessException" in refused.detail) == (Outcome.REFUSED, True)
    own = hub.import_findings(HUB_ACCOUNT, findings(hub, HUB_ACCOUNT, 1))
    assert "not authorized to perform: securityhub:BatchImportFindings" in own.detail


@pytest.mark.usefixtures("aws")
def test_findings_that_are_refused_one_by_one_make_the_delivery_fail() -> None:
    hub = SecurityHub(DELIVERY_ROLE, None)
    bad = {**findings(hub, SHOP, 1)[0], "Resources": []}
    receipt = hub.import_findings(SHOP, [bad])
    assert receipt.outcome is Outcome.REFUSED
    assert receipt.detail.startswith("1 of 1 findings refused: InvalidInput")
