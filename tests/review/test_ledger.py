from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hygiene.errors import LedgerError
from hygiene.review.ledger import latest, ledger_bytes, original_name, parse_ledger
from tests.review.answering import an_answer


def test_answers_come_back_as_they_were_written() -> None:
    answers = (an_answer(justification='“quoted”\n"=1+1"\u2028', target_date=date(2027, 1, 31)), an_answer("b"))
    assert parse_ledger(ledger_bytes(answers), "ledger") == answers


def test_no_ledger_is_no_answer() -> None:
    assert parse_ledger(None, "ledger") == ()


def test_the_last_answer_about_a_role_holds() -> None:
    first = an_answer(decision="keep")
    second = replace(first, decision="remove")
    assert latest((first, second, an_answer("b")))[first.role_id] is second


def test_the_same_answer_by_another_file_says_the_same() -> None:
    first = an_answer()
    assert first.says_the_same(replace(first, original="other.csv", imported_at=first.imported_at + timedelta(1)))
    assert not first.says_the_same(replace(first, justification="because"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{cut", "line 2: damaged"),
        (b"[]", "line 2: damaged"),
        (b'{"schema_version": 1}', "line 2: damaged"),
        (b'{"schema_version": 2}', "newer hygiene"),
        (b'{"schema_version": 1, "decision": "perhaps"}', "no decision"),
        (b"\xff\xfe", "line 2: damaged"),
    ],
)
def test_a_damaged_line_is_named_and_never_skipped(line: bytes, said: str) -> None:
    with pytest.raises(LedgerError, match=said):
        parse_ledger(ledger_bytes([an_answer()]) + line + b"\n", "ledger")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a b\n.csv", "…", "x" * 300 + ".csv", "=cmd|'.xlsx"])
def test_an_original_is_kept_under_a_safe_name(name: str) -> None:
    kept = original_name(name, "0123456789abcdef" * 4)
    assert kept.startswith("0123456789abcdef-")
    assert len(kept) < 120
    assert not set(kept) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert ".." not in kept
