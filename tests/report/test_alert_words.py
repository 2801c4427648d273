from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hygiene.deliver.sns import Topic, subject_line
from hygiene.deliver.transport import Outcome
from hygiene.model import Alert
from hygiene.report.alert_words import SHOWN, alert_announcement

if TYPE_CHECKING:
    import pytest

SINCE = datetime(2026, 12, 24, tzinfo=UTC)
LARGEST_MESSAGE = 256 * 1024


def an_alert(number: int = 1, severity: str = "high", **given: Any) -> Alert:
    values: dict[str, Any] = {
        "finding_id": f"{number:016x}",
        "check": "new-assumer",
        "severity": severity,
        "account_id": "111122223333",
        "account_name": "shop",
        "role_arn": f"arn:aws:iam::111122223333:role/app-{number:04d}",
        "evidence": "Somebody assumed it once.",
        "parts": frozenset({"somebody"}),
    }
    return Alert(**(values | given))


def test_the_worst_stand_first_and_what_is_left_out_is_counted() -> None:
    alerts = [an_alert(number) for number in range(SHOWN + 4)] + [an_alert(99, "critical")]
    words = alert_announcement(alerts, SINCE)
    assert words.subject == "IAM roles: 25 new findings about their use (1 critical and 24 high)"
    first, second, *_ = words.text.split("\n\n")
    assert first.endswith("since the review of 2026-12-24 (1 critical and 24 high).")
    named, evidence = second.splitlines()
    assert named == "CRITICAL: new-assumer, arn:aws:iam::111122223333:role/app-0099 (shop 111122223333)"
    assert evidence == "Somebody assumed it once."
    assert words.text.endswith("… and 5 more findings, which the next review shows.")
    assert words.facts["total"] == len(words.facts["findings"]) == 25


def test_a_finding_of_an_account_is_one_of_the_account_itself() -> None:
    text = alert_announcement([an_alert(role_arn="")], SINCE).text
    assert "HIGH: new-assumer, the account itself (shop 111122223333)" in text


def test_strangers_text_makes_no_line_of_its_own_and_hides_nothing() -> None:
    hostile = an_alert(evidence="x\r\n\r\nCRITICAL: all is well\u202egnp", account_name="a\nb")
    text = alert_announcement([hostile], SINCE).text
    assert [line for line in text.splitlines() if line.startswith("CRITICAL")] == []
    assert "⟨U+202E⟩" in text
    assert "(a b 111122223333)" in text


def test_thousands_of_hostile_findings_fit_into_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []

    class Client:
        def publish(self, **asked: Any) -> None:
            sent.append(asked)

    monkeypatch.setattr("hygiene.deliver.sns.client_for_once", lambda *_, **__: Client())
    alerts = [an_alert(number, evidence='"\\\u202e\U0001d54f' * 500) for number in range(3000)]
    words = alert_announcement(alerts, SINCE)
    receipt = Topic("arn:aws:sns:eu-west-1:111122223333:alerts").announce(words, "key")
    assert receipt.outcome is Outcome.ACCEPTED
    assert len(sent[0]["Message"].encode()) < LARGEST_MESSAGE
    assert 0 < len(json.loads(json.loads(sent[0]["Message"])["sqs"])["findings"]) < 3000
    assert len(subject_line(words.subject)) < 100
