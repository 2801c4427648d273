"""A finished review leaves by every channel, each once per review or report and target, over HTTP."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from hygiene import pipeline
from hygiene.cli import main
from hygiene.config import Delivery, Email, S3Delivery, SecurityHubDelivery, Settings, SnsDelivery, WebhookDelivery
from hygiene.deliver.security_hub import SecurityHub
from hygiene.errors import ConfigError
from hygiene.model import Channel
from hygiene.pipeline.delivering import Delivered, DeliveryRequest, channels_of, deliver
from hygiene.pipeline.evidence import verify
from hygiene.pipeline.hub_findings import IMPORTED
from hygiene.report import write_report
from hygiene.store import open_store
from tests.builders import a_role as a_listed_role
from tests.builders import details
from tests.deliver.delivery_world import BANK, HUB_ACCOUNT, SHOP, delivery_world
from tests.deliver.mail_server import mail_server
from tests.deliver.web_server import SECRET, web_server
from tests.report.review_sample import a_finding, a_review, a_role, an_account, the_facts, the_provenance, unused
from tests.worlds import simulated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.deliver.web_server import Hook

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
TOPIC = f"arn:aws:sns:us-east-1:{HUB_ACCOUNT}:reviews"
WITHOUT_PASSWORD = """
[email]
enabled = true
host = "mail.example.com"
from = "review@example.com"
to = "security@example.com"
username = "review"
password_env = "NOT_SET"
"""
HOSTILE = "</script>{{7*7}}<!channel>"
ROLES = [
    a_role("one", SHOP, **unused(), owner="ana@example.com"),
    a_role("two", BANK, **unused(), owner=HOSTILE, severity="high"),
]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with simulated(delivery_world(), monkeypatch) as running:
        boto3.client("sns").create_topic(Name="reviews")
        boto3.client("s3").create_bucket(Bucket="evidence")
        running.forget_calls()
        yield running


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    with web_server() as running:
        monkeypatch.setenv("HOOK", running.url)
        yield running


def made(folder: Path, statuses: Mapping[str, str] | None = None, without: tuple[str, ...] = ()) -> str:
    """Write a report of two accounts: two high findings, one low, one that is held back, one that is accepted."""
    found = [
        a_finding(ROLES[0], "full-admin", evidence=f"Allows {HOSTILE}."),
        a_finding(ROLES[1], "full-admin"),
        a_finding(ROLES[0], "no-owner", "low"),
        a_finding(ROLES[0], "service-wildcard", held_back_by="scp"),
        a_finding(ROLES[1], "pass-any-role", exception="1"),
    ]
    kept = [finding for finding in found if f"{finding['role_name']} {finding['check']}" not in without]
    coverage = [an_account(account_id, (statuses or {}).get(account_id, "read")) for account_id in (SHOP, BANK)]
    for row in coverage:
        row["reason"] = None if row["status"] == "read" else "denied"
    folder.mkdir(parents=True)
    tables = a_review(ROLES, kept, coverage)
    write_report(tables, the_facts(), the_provenance(run_id=folder.name), folder, ("html", "csv"))
    return str(folder)


@pytest.fixture
def report(tmp_path: Path) -> str:
    return made(tmp_path / "out" / "2026-Q4")


def everything(**given: Any) -> Settings:
    sections = {
        "s3": S3Delivery(bucket="evidence", prefix="iam"),
        "sns": SnsDelivery(topic_arn=TOPIC),
        "webhook": WebhookDelivery(url_env="HOOK", timeout_seconds=5),
        "security_hub": SecurityHubDelivery(enabled=True),
    }
    email = Email(link="https://reviews.example.com/iam")
    return Settings(email=email, delivery=Delivery(**(sections | given)))


def delivered(report: str, settings: Settings | None = None, days: int = 0, **request: Any) -> Delivered:
    return deliver(settings or everything(), DeliveryRequest(report, **request), lambda: NOW + timedelta(days=days))


def made_calls(aws: Any) -> list[str]:
    """Return what was sent to whom since the last look; objects of the copy count as one."""
    names = {"Publish": "sns", "BatchImportFindings": "hub"}
    calls = [f"{names[call.operation]} {call.account_id}" for call in aws.calls if call.operation in names]
    copied = {"s3" for call in aws.calls if call.operation.startswith("PUT /evidence/")}
    aws.forget_calls()
    return sorted([*calls, *copied])


def ledger(report: str) -> list[dict[str, Any]]:
    out = open_store(report.rpartition("/")[0])
    content = out.read("ledger/o-exampleorg1-2026-Q4/sent.jsonl") or b""
    return [json.loads(line) for line in content.splitlines()]


FIRST = sorted([f"hub {SHOP}", f"hub {BANK}", f"sns {HUB_ACCOUNT}", "s3"])


def test_every_channel_is_told_once_and_the_ledger_says_so(aws: Any, hook: Hook, report: str) -> None:
    first = delivered(report)
    assert (first.problems, made_calls(aws), len(hook.posts)) == ((), FIRST, 1)
    again = delivered(report, days=1)
    assert (again.sent, again.problems, made_calls(aws), len(hook.posts)) == ((), (), [], 1)
    states = [(entry["kind"], entry["state"]) for entry in ledger(report)]
    kinds = ("s3", "sns", "webhook", "security-hub", "security-hub")
    assert states == [(kind, state) for kind in kinds for state in ("intent", "sent")]
    assert delivered(report, resend=True, only=frozenset({Channel.SNS})).exit_code == 0
    assert made_calls(aws) == [f"sns {HUB_ACCOUNT}"]


@pytest.mark.usefixtures("aws")
def test_announcements_hold_numbers_and_the_link_and_no_strangers_text(hook: Hook, report: str) -> None:
    done = delivered(report)
    ((_, content, _),) = hook.posts
    assert content["text"].startswith("IAM access review 2026-Q4: 2 roles in all 2 accounts; 2 need a decision")
    assert content["text"].endswith("https://reviews.example.com/iam/2026-Q4/index.html")
    written = json.dumps([content, ledger(report), done.sent])
    for secret in (HOSTILE, "ana@example.com", SECRET, "role/one"):
        assert secret not in written


def test_a_dry_run_says_what_would_go_and_sends_nothing(
    aws: Any, hook: Hook, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = delivered(report, dry_run=True)
    kinds = [line.split(" to ")[0] for line in planned.planned]
    assert kinds == ["s3", "sns", "webhook", "security-hub", "security-hub"]
    assert "1 to import, 0 to archive" in planned.planned[-1]
    assert (made_calls(aws), hook.posts, ledger(report)) == ([], [], [])
    monkeypatch.delenv("HOOK")
    with pytest.raises(ConfigError, match="the variable HOOK is not set"):
        delivered(report, dry_run=True)


def test_what_failed_is_delivered_by_the_next_one_and_nothing_else(aws: Any, hook: Hook, report: str) -> None:
    aws.faults.fail(None, "sns", "Publish", code="AuthorizationError", status=403, times=1)
    aws.faults.fail(SHOP, "securityhub", "BatchImportFindings", code="InvalidAccessException", status=401, times=1)
    hook.answers = [(500, {}, b"oops")]
    failed = delivered(report)
    assert (failed.exit_code, len(failed.problems)) == (3, 3)
    assert "AuthorizationError" in failed.problems[0]
    assert f"webhook to 127.0.0.1 {failed.problems[1].split()[3]}" in failed.problems[1]
    made_calls(aws)
    assert delivered(report).exit_code == 0
    assert made_calls(aws) == sorted([f"hub {SHOP}", f"sns {HUB_ACCOUNT}"])
    assert len(hook.posts) == 2


def test_one_that_nobody_knows_the_end_of_is_asked_about_and_not_repeated(aws: Any, hook: Hook, report: str) -> None:
    hook.answers = [None]
    assert "perhaps delivered" in delivered(report).problems[0]
    asked = delivered(report)
    assert "--resend --only webhook" in asked.problems[0]
    assert (asked.exit_code, len(hook.posts)) == (3, 1)
    made_calls(aws)
    assert delivered(report, resend=True, only=frozenset({Channel.WEBHOOK})).exit_code == 0
    assert (len(hook.posts), made_calls(aws)) == (2, [])
    assert delivered(report).exit_code == 0


def test_a_report_made_again_is_copied_and_imported_again_but_announced_once(
    aws: Any, hook: Hook, report: str, tmp_path: Path
) -> None:
    delivered(report)
    made_calls(aws)
    delivered(made(tmp_path / "out" / "again"))
    assert made_calls(aws) == sorted([f"hub {SHOP}", f"hub {BANK}", "s3"])
    assert len(hook.posts) == 1
    folders = boto3.client("s3").list_objects_v2(Bucket="evidence", Prefix="iam/2026-Q4/", Delimiter="/")
    assert len(folders["CommonPrefixes"]) == 2


@pytest.mark.usefixtures("aws", "hook")
def test_the_copy_is_a_report_that_verifies(report: str) -> None:
    (copied, *_) = delivered(report).sent
    place = next(word for word in copied.split() if word.startswith("s3://evidence/iam/2026-Q4/")).rstrip(":")
    assert verify(place).problems == ()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str, str]]:
    """What Security Hub was told: account, check, record state, when it was made."""
    seen: list[tuple[str, str, str, str]] = []
    inner = SecurityHub.import_findings

    def listening(self: SecurityHub, account_id: str, findings: Any) -> Any:
        for one in findings:
            check = one["GeneratorId"].removeprefix("role-hygiene/")
            seen.append((account_id, check, one["RecordState"], one["CreatedAt"][:10]))
        return inner(self, account_id, findings)

    monkeypatch.setattr(SecurityHub, "import_findings", listening)
    return seen


HUB_ALONE = Settings(delivery=Delivery(security_hub=SecurityHubDelivery(enabled=True)))


@pytest.mark.usefixtures("aws")
def test_findings_that_are_gone_are_archived_unless_their_account_was_not_wholly_read(
    tmp_path: Path, told: list[Any]
) -> None:
    def review(name: str, **given: Any) -> list[Any]:
        told.clear()
        assert delivered(made(tmp_path / "out" / name, **given), HUB_ALONE, days=len(name)).problems == ()
        return list(told)

    first = [(SHOP, "full-admin", "ACTIVE", "2026-11-25"), (BANK, "full-admin", "ACTIVE", "2026-11-25")]
    assert review("a") == first
    gone = ("one full-admin", "two full-admin")
    assert review("bb", without=gone, statuses={BANK: "partial"}) == [(SHOP, "full-admin", "ARCHIVED", "2026-11-25")]
    assert review("ccc", without=gone) == [(BANK, "full-admin", "ARCHIVED", "2026-11-25")]
    assert review("dddd", without=gone) == []
    assert review("eeeee")[0] == (SHOP, "full-admin", "ACTIVE", "2026-11-29")
    assert open_store(tmp_path / "out").names(IMPORTED) == [f"{IMPORTED}/{SHOP}.json", f"{IMPORTED}/{BANK}.json"]


@pytest.mark.usefixtures("aws")
def test_a_kill_while_importing_forgets_nothing_that_may_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: list[Any]
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    report = made(tmp_path / "out" / "2026-Q4")
    with monkeypatch.context() as patched:
        patched.setattr("hygiene.pipeline.sending.SentFile.end", killed)
        with pytest.raises(KeyboardInterrupt):
            delivered(report, HUB_ALONE)
    told.clear()
    assert delivered(made(tmp_path / "out" / "next", without=("one full-admin",)), HUB_ALONE).problems == ()
    assert (SHOP, "full-admin", "ARCHIVED", "2026-11-24") in told


def test_which_channels_a_request_means() -> None:
    request = DeliveryRequest("out/2026-Q4")
    quiet, loud = Settings(), everything()
    mail = replace(request, owner="ana@example.com")
    assert channels_of(quiet, request) == {Channel.MAIL}
    assert channels_of(loud, request) == set(Channel) - {Channel.MAIL}
    assert channels_of(loud, mail) == channels_of(loud, replace(request, override="a@example.com")) == {Channel.MAIL}
    assert channels_of(loud, replace(request, dry_run=True)) == set(Channel)
    with pytest.raises(ConfigError, match=r"--only sns: \[delivery.sns\] topic_arn is not set"):
        channels_of(quiet, replace(request, only=frozenset({Channel.SNS})))


@pytest.mark.parametrize(
    "configuration",
    [
        '[delivery.webhook]\nurl_env = "NOT_SET"\n',
        WITHOUT_PASSWORD,
    ],
)
def test_a_run_does_not_begin_without_the_secrets_it_will_need(
    configuration: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hygiene.toml").write_text(configuration)
    assert ends("run", "--config", str(tmp_path / "hygiene.toml"), "--out", str(tmp_path / "out")) == 2
    assert "the variable NOT_SET is not set" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_where_a_review_goes_is_no_part_of_its_evidence(tmp_path: Path) -> None:
    source = tmp_path / "account.json"
    source.write_text(json.dumps(details(a_listed_role("app"))))
    request = pipeline.ReportRequest(out=str(tmp_path / "out"), as_of=NOW, formats=("csv",))
    reported = pipeline.report(everything(), str(source), request)
    manifest = (open_store(reported.location).read("manifest.json") or b"").decode()
    assert '"unused_after_days"' in manifest
    for secret in (TOPIC, "evidence", "HOOK", "webhook"):
        assert secret not in manifest


def ends(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def test_delivering_from_s3_works_from_the_command_line(
    aws: Any, hook: Hook, report: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = open_store("s3://evidence/out")
    aside = out.make_aside("2026-Q4")
    for name in open_store(report).names():
        (aside / name).parent.mkdir(parents=True, exist_ok=True)
        (aside / name).write_bytes(open_store(report).read(name) or b"")
    out.publish_folder(aside, "2026-Q4")
    config = tmp_path / "hygiene.toml"
    with mail_server(tmp_path, "off") as (inbox, _):
        config.write_text(
            f'[email]\nhost = "127.0.0.1"\nport = {inbox.port}\ntls = "off"\n'
            'from = "review@example.com"\nto = "security@example.com"\n'
            f'[delivery.sns]\ntopic_arn = "{TOPIC}"\n[delivery.webhook]\nurl_env = "HOOK"\n'
        )
        command = ("deliver", "s3://evidence/out/2026-Q4", "--config", str(config))
        aws.forget_calls()
        assert ends(*command, "--dry-run", "--only", "mail,sns") == 0
        assert "Would go out: sns to" in capsys.readouterr().out
        assert out.names("mails/2026-Q4")
        assert (inbox.messages, ledger("s3://evidence/out/2026-Q4")) == ([], [])
        assert ends(*command) == 0
        assert len(inbox.messages) == 2
        assert "Sent: webhook to 127.0.0.1" in capsys.readouterr().out
        assert {entry["state"] for entry in ledger("s3://evidence/out/2026-Q4")} == {"intent", "sent"}
        assert ends(*command) == 0
        assert "Nothing to send today" in capsys.readouterr().out
        assert (len(inbox.messages), len(hook.posts)) == (2, 1)
    assert ends(*command, "--only", "fax") == 2
    assert "choose among s3, mail" in capsys.readouterr().err
