"""Sending a review's mails through a real server: each once, reminders in time, nothing lost and nothing twice."""

from __future__ import annotations

import email
import json
from datetime import UTC, datetime, timedelta
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.config import Email, Settings
from hygiene.errors import ConfigError, DeliveryError, LockHeldError, ReportError
from hygiene.pipeline.delivering import Delivered, DeliveryRequest, deliver
from hygiene.pipeline.places import LOCK
from hygiene.report import write_report
from hygiene.review.ledger import ledger_bytes
from hygiene.store import LocalStore, Lock
from tests.deliver.mail_server import mail_server
from tests.report.review_sample import a_review, a_role, the_facts, the_provenance, unused
from tests.review.answering import an_answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.deliver.mail_server import Inbox

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ROLES = [
    a_role("one", **unused(), owner="ana@example.com"),
    a_role("two", **unused(), owner="ana@example.com", severity="high"),
    a_role("three", **unused(), owner="ben@example.com"),
    a_role("four", **unused(), owner="Finance"),
    a_role("five", **unused(), owner=None),
    a_role("fine", owner="cleo@example.com"),
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Inbox]:
    with mail_server(tmp_path, "off") as (inbox, _):
        yield inbox


@pytest.fixture
def report(tmp_path: Path) -> Path:
    folder = tmp_path / "out" / "2026-Q4"
    folder.mkdir(parents=True)
    write_report(a_review(ROLES), the_facts(), the_provenance(), folder, ("html", "csv"))
    return folder


def settings(inbox: Inbox, **given: Any) -> Settings:
    values = {"host": "127.0.0.1", "port": inbox.port, "tls": "off", "sender": "review@example.com"}
    return Settings(email=Email(**(values | {"to": "security@example.com", "timeout_seconds": 5} | given)))


def sent(inbox: Inbox, report: Path, days: int = 0, **request: Any) -> Delivered:
    return deliver(settings(inbox), DeliveryRequest(str(report), **request), lambda: NOW + timedelta(days=days))


def arrived(inbox: Inbox) -> list[tuple[str, str]]:
    """Return recipients and the beginning of the subject of what arrived since the last look."""
    parsed = [(";".join(one.recipients), message(one.content)["Subject"].split(":")[0]) for one in inbox.messages]
    inbox.messages.clear()
    return sorted(parsed)


def message(content: bytes) -> Any:
    return email.message_from_bytes(content, policy=default)


def ledger(report: Path) -> list[dict[str, Any]]:
    path = report.parent / "ledger" / "o-exampleorg1-2026-Q4" / "sent.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def keep(report: Path, roles: list[tuple[str, str]]) -> None:
    """Put answers into the ledger: these roles, as (role id, row_sha256), are to be kept."""
    answers = [an_answer(role_id=role_id, decision="keep", row_sha256=row_sha256) for role_id, row_sha256 in roles]
    path = report.parent / "ledger" / "o-exampleorg1-2026-Q4" / "decisions.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(ledger_bytes(answers))


FIRST = [
    ("ana@example.com", "Access review 2026-Q4"),
    ("ben@example.com", "Access review 2026-Q4"),
    ("security@example.com", "Access review 2026-Q4"),
]


def test_every_owner_is_asked_once_and_the_security_team_told(server: Inbox, report: Path) -> None:
    assert sent(server, report).exit_code == 0
    assert arrived(server) == FIRST
    again = sent(server, report)
    assert (arrived(server), again.sent, again.exit_code) == ([], (), 0)


def test_roles_of_unreachable_owners_go_to_the_security_team_which_is_told_why(server: Inbox, report: Path) -> None:
    sent(server, report)
    (summary,) = [one for one in server.messages if one.recipients == ["security@example.com"]]
    text = message(summary.content).get_body(("plain",)).get_content()
    assert "2 roles with nobody to ask: your queue" in text
    assert "Finance: 1 to decide; no address is listed for this name" in text


def test_reminders_and_escalation_go_out_when_they_are_due(server: Inbox, report: Path) -> None:
    sent(server, report)
    arrived(server)
    sent(server, report, days=6)
    assert arrived(server) == []
    sent(server, report, days=7)
    assert [subject for _, subject in arrived(server)] == ["Reminder"] * 3
    sent(server, report, days=14)
    assert [subject for _, subject in arrived(server)] == ["Reminder"] * 3
    sent(server, report, days=21)
    assert arrived(server) == []
    sent(server, report, days=22)
    assert arrived(server) == [
        ("ana@example.com;security@example.com", "Overdue"),
        ("ben@example.com;security@example.com", "Overdue"),
        ("security@example.com", "Overdue"),
    ]
    sent(server, report, days=50)
    assert arrived(server) == []


def test_a_run_that_comes_late_sends_one_reminder_and_not_two(server: Inbox, report: Path) -> None:
    sent(server, report)
    arrived(server)
    sent(server, report, days=15)
    sent(server, report, days=15)
    assert len(arrived(server)) == 3
    assert {entry["kind"] for entry in ledger(report)} == {"ask", "summary", "reminder-2"}


def test_a_reminder_stands_in_the_thread_of_the_question_and_keeps_its_date(server: Inbox, report: Path) -> None:
    sent(server, report, owner="ana@example.com")
    question = message(server.messages.pop().content)
    sent(server, report, days=7, owner="ana@example.com")
    reminder = message(server.messages.pop().content)
    assert reminder["References"] == question["Message-ID"]
    assert "by 15 Dec" in question["Subject"]
    assert "by 15 Dec" in reminder["Subject"]


def test_who_answered_everything_is_not_reminded(server: Inbox, report: Path) -> None:
    sent(server, report)
    arrived(server)
    keep(report, [(role["role_id"], role["row_sha256"]) for role in ROLES[1:3]])
    sent(server, report, days=7, owner=None)
    reminded = {one.recipients[0]: message(one.content)["Subject"] for one in server.messages}
    assert set(reminded) == {"ana@example.com", "security@example.com"}
    assert "1 role still needs" in reminded["ana@example.com"]


def test_an_answer_about_a_role_that_changed_since_is_none(server: Inbox, report: Path) -> None:
    keep(report, [(ROLES[2]["role_id"], "0" * 64)])
    sent(server, report)
    assert ("ben@example.com", "Access review 2026-Q4") in arrived(server)


def test_what_was_refused_is_sent_by_the_next_delivery_and_nothing_else(server: Inbox, report: Path) -> None:
    server.refuses = lambda address: "550 no such user" if address.startswith("ben") else None
    first = sent(server, report)
    assert (first.exit_code, len(arrived(server))) == (3, 2)
    assert "550 no such user" in first.problems[0]
    server.refuses = lambda _: None
    assert sent(server, report).exit_code == 0
    assert arrived(server) == [("ben@example.com", "Access review 2026-Q4")]


def test_the_summary_says_of_nobody_that_they_were_asked_whose_mail_was_refused(server: Inbox, report: Path) -> None:
    server.refuses = lambda address: "550 no such user" if address.startswith("ben") else None
    sent(server, report)
    (summary,) = [one for one in server.messages if one.recipients == ["security@example.com"]]
    text = " ".join(message(summary.content).get_body(("plain",)).get_content().split())
    assert "ben@example.com: 1 to decide; the mail was not sent" in text
    assert "ana@example.com: 2 to decide, 1 critical or high; asked by mail" in text


def test_a_server_that_is_down_loses_nothing(server: Inbox, report: Path) -> None:
    down = deliver(settings(server, port=1), DeliveryRequest(str(report)), lambda: NOW)
    assert (down.exit_code, len(down.problems)) == (3, 1)
    assert sent(server, report).exit_code == 0
    assert arrived(server) == FIRST


def test_a_message_nobody_knows_the_end_of_is_asked_about_and_not_sent_twice(server: Inbox, report: Path) -> None:
    server.answers = [None]
    assert sent(server, report).exit_code == 3
    arrived(server)
    again = sent(server, report)
    assert (again.exit_code, arrived(server)) == (3, [])
    assert "ask to ana@example.com: was it sent?" in again.problems[0]
    assert "--resend --owner 'ana@example.com'" in again.problems[0]
    assert sent(server, report, resend=True, owner="ana@example.com").exit_code == 0
    assert arrived(server) == [FIRST[0]]
    assert sent(server, report).exit_code == 0


def test_a_kill_between_handing_over_and_writing_it_down_is_noticed(
    server: Inbox, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("hygiene.pipeline.sending.SentFile.end", killed)
        with pytest.raises(KeyboardInterrupt):
            sent(server, report)
    assert [(entry["owner"], entry["state"]) for entry in ledger(report)] == [("ana@example.com", "intent")]
    after = sent(server, report)
    assert "was it sent?" in after.problems[0]
    assert arrived(server) == FIRST


def test_resend_sends_again_and_only_then(server: Inbox, report: Path) -> None:
    sent(server, report)
    arrived(server)
    sent(server, report, resend=True)
    assert arrived(server) == FIRST


def test_a_trial_goes_to_one_address_and_is_not_remembered(server: Inbox, report: Path) -> None:
    sent(server, report, override="me@example.com")
    assert {to for to, _ in arrived(server)} == {"me@example.com"}
    assert ledger(report) == []
    sent(server, report)
    assert arrived(server) == FIRST


def test_a_dry_run_writes_the_mails_and_sends_none(report: Path) -> None:
    configured = Settings(email=Email(domains=("example.com",)))
    done = deliver(configured, DeliveryRequest(str(report), dry_run=True), lambda: NOW)
    files = sorted((report.parent / "mails" / "2026-Q4").glob("*.eml"))
    assert [file.name for file in files] == [
        "0001-ana@example.com.eml",
        "0002-ben@example.com.eml",
        "0003-not-configured@example.invalid.eml",
    ]
    assert done.exit_code == 0
    assert message(files[0].read_bytes())["To"] == "ana@example.com"
    assert ledger(report) == []


def test_a_changed_report_is_not_sent(server: Inbox, report: Path) -> None:
    (report / "decisions.csv").write_bytes((report / "decisions.csv").read_bytes().replace(b"remove", b"keep  "))
    with pytest.raises(ReportError, match=r"decisions\.csv was changed"):
        sent(server, report)
    assert arrived(server) == []


def test_sending_without_a_sender_is_a_sentence(report: Path) -> None:
    with pytest.raises(ConfigError, match=r"\[email\] from, to, host: not set"):
        deliver(Settings(), DeliveryRequest(str(report)), lambda: NOW)


def test_a_damaged_ledger_stops_the_delivery(server: Inbox, report: Path) -> None:
    sent(server, report)
    path = report.parent / "ledger" / "o-exampleorg1-2026-Q4" / "sent.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DeliveryError, match=r"sent\.jsonl, line \d+: damaged"):
        sent(server, report)


def test_a_report_made_again_in_the_same_quarter_asks_nobody_twice(server: Inbox, report: Path) -> None:
    sent(server, report)
    arrived(server)
    newer = report.parent / "again"
    newer.mkdir()
    roles = [*ROLES, a_role("six", **unused(), owner="dora@example.com")]
    write_report(a_review(roles), the_facts(), the_provenance(run_id="run-2"), newer, ("html", "csv"))
    sent(server, newer)
    assert arrived(server) == [("dora@example.com", "Access review 2026-Q4")]


def test_of_two_deliveries_at_once_one_leaves_and_each_message_goes_out_once(server: Inbox, report: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def politely(_: int) -> str:
        try:
            return " ".join(sent(server, report).problems)
        except LockHeldError as error:
            return str(error)

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(politely, range(4)))
    assert arrived(server) == FIRST
    assert {words.rsplit(". ", 1)[-1] for words in said if words} <= {
        "Nothing was sent: `hygiene deliver` sends it when that has ended."
    }


def test_a_delivery_leaves_a_review_at_work_alone_but_a_dry_run_needs_no_lock(server: Inbox, report: Path) -> None:
    with Lock(LocalStore(report.parent), LOCK, "a review"):
        with pytest.raises(LockHeldError, match="Nothing was sent"):
            sent(server, report)
        assert sent(server, report, dry_run=True).exit_code == 0
    assert arrived(server) == []
    assert sent(server, report).exit_code == 0
