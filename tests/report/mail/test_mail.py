"""The mails of a review, made from a sealed report as `hygiene deliver` makes them."""

from __future__ import annotations

import email
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from email.policy import default
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from hygiene.errors import ConfigError, ReportError
from hygiene.frames import Decisions, columns_of, frame_of
from hygiene.model import MessageKind
from hygiene.report import write_report
from hygiene.report.mail import Envelope, OwnerLine, mail_bytes, open_questions, owner_letter, summary_letter
from hygiene.report.mail.html import MAX_HTML_BYTES, html_of
from hygiene.report.mail.letter import MAX_ROWS
from hygiene.report.mail.text import text_of
from hygiene.report.sealed import SealedReport, open_sealed
from hygiene.report.wording import whole_sentences
from hygiene.store import LocalStore
from tests.report.review_sample import a_decision, a_finding, a_review, a_role, the_facts, the_provenance, unused

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from hygiene.report.mail.letter import Letter

DUE = date(2026, 12, 15)
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SHEET = "access-review-2026-Q4.xlsx"
LINK = "https://reviews.example.com/iam/"


def sealed(folder: Path, roles: Iterable[dict[str, Any]], **facts: Any) -> SealedReport:
    held = list(roles)
    findings = [a_finding(role, "full-admin", role["severity"]) for role in held if role.get("severity")]
    folder.mkdir(exist_ok=True)
    write_report(a_review(held, findings), the_facts(**facts), the_provenance(), folder, ("html", "csv"))
    return open_sealed(LocalStore(folder))


def asked(number: int = 12, owner: str = "team-shop@example.com", **given: Any) -> list[dict[str, Any]]:
    """Return unused roles of one owner; the first three are high."""
    name = re.sub(r"[^a-z-]", "-", owner.partition("@")[0])
    severity = ["high"] * 3 + ["medium"] * number
    return [
        a_role(
            f"{name}-{index:02}",
            **{**unused(), "owner": owner, "severity": severity[index], "risk_score": max(0, 50 - index), **given},
        )
        for index in range(number)
    ]


def letter_of(folder: Path, roles: list[dict[str, Any]], kind: MessageKind = MessageKind.ASK) -> Letter:
    report = sealed(folder, roles)
    (questions,) = open_questions(report).values()
    return owner_letter(report, kind, questions, DUE, LINK)


def envelope(**given: Any) -> Envelope:
    values: dict[str, Any] = {"sender": "review@example.com", "to": "team-shop@example.com", "date": NOW}
    return Envelope(**({"message_id": "<1@x.example>"} | values | given))


def parsed(content: bytes) -> Any:
    return email.message_from_bytes(content, policy=default)


def sheet_rows(message: Any) -> list[dict[str, Any]]:
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == SHEET
    book = openpyxl.load_workbook(io.BytesIO(attachment.get_content()), read_only=True)
    header, *rows = book["decisions"].iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def test_the_subject_states_the_ask_and_the_date(tmp_path: Path) -> None:
    letter = letter_of(tmp_path, asked(12))
    assert letter.subject == "Access review 2026-Q4: 12 roles need your decision by 15 Dec (3 high)"


def test_one_role_is_asked_about_in_the_singular(tmp_path: Path) -> None:
    letter = letter_of(tmp_path, asked(1))
    assert letter.subject == "Access review 2026-Q4: 1 role needs your decision by 15 Dec (1 high)"
    assert letter.heading == "1 role needs your decision by 15 December 2026"


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (
            MessageKind.REMINDER_1,
            "Reminder: access review 2026-Q4: 2 roles still need your decision by 15 Dec (2 high)",
        ),
        (MessageKind.ESCALATION, "Overdue: access review 2026-Q4: 2 roles have no decision, due 15 Dec (2 high)"),
    ],
)
def test_a_reminder_says_that_it_is_one(tmp_path: Path, kind: MessageKind, subject: str) -> None:
    assert letter_of(tmp_path, asked(2), kind).subject == subject


def test_the_first_three_roles_come_with_their_reason_before_all_others(tmp_path: Path) -> None:
    letter = letter_of(tmp_path, asked(12))
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", html_of(letter), flags=re.DOTALL)
    assert [item.role for item in letter.items.first] == ["team-shop-00", "team-shop-01", "team-shop-02"]
    assert letter.items.first[0].reason == "Not used for 266 days; nothing shows that it is still needed."
    assert text.index("Not used for 266 days") < text.index("team-shop-03") < text.index("How to answer")


def test_an_owner_hears_of_a_promise_that_was_not_kept_before_being_asked_again(tmp_path: Path) -> None:
    late = {"decision": "remove", "decision_state": "overdue", "reviewer": f"Ana {'x' * 200}"}
    first, *others = asked(6, group_id="g")
    same = [role | {"severity": "high"} for role in (first, *others)]
    still_asked = frame_of(Decisions, [a_decision(role) for role in same])
    tables = replace(a_review([same[0] | late, *same[1:]]), decisions=still_asked)
    write_report(tables, the_facts(), the_provenance(), tmp_path, ("html", "csv"))
    (questions,) = open_questions(open_sealed(LocalStore(tmp_path))).values()
    items = owner_letter(open_sealed(LocalStore(tmp_path)), MessageKind.ASK, questions, DUE, LINK).items.first
    told = [item.reason for item in items if "decided to" in item.reason]
    assert len(told) == 1
    assert told[0].startswith("Ana x")
    assert "… decided to remove it; that is overdue. " in told[0]
    assert sum(item.alike + 1 for item in items) == 6


def test_the_ways_to_answer_are_those_this_report_has(tmp_path: Path) -> None:
    _, ways, reply = letter_of(tmp_path / "all", asked(1)).steps
    assert ways == (
        f"Write it down in the attached {SHEET}, which holds all of these roles, or on the page of your roles, which "
        "saves your decisions as a file for you, or in decisions.csv of the report; all three count the same."
    )
    assert reply == "Reply to this mail with that file attached."
    (tmp_path / "csv").mkdir()
    write_report(a_review(asked(1)), the_facts(), the_provenance(), tmp_path / "csv", ("csv",))
    report = open_sealed(LocalStore(tmp_path / "csv"))
    (questions,) = open_questions(report).values()
    ways = owner_letter(report, MessageKind.ASK, questions, DUE).steps[1]
    assert ways.endswith("all of these roles, or in decisions.csv of the report; both count the same.")


def test_an_owner_gets_no_row_of_another(tmp_path: Path) -> None:
    report = sealed(tmp_path, [*asked(4), *asked(3, "other@example.com"), *asked(2, "")])
    by_owner = open_questions(report)
    assert {owner: len(questions) for owner, questions in by_owner.items()} == {
        "": 2,
        "other@example.com": 3,
        "team-shop@example.com": 4,
    }
    mine = by_owner["team-shop@example.com"]
    message = parsed(mail_bytes(owner_letter(report, MessageKind.ASK, mine, DUE), envelope(), mine, SHEET))
    everything = "".join(part.get_content() for part in message.walk() if part.get_content_maintype() == "text")
    assert "other" not in everything
    assert {row["role_arn"].rsplit("/", 1)[1] for row in sheet_rows(message)} == {
        f"team-shop-{n:02}" for n in range(4)
    }


def test_the_sheet_is_the_reviews_own_sheet_with_every_role_of_the_owner(tmp_path: Path) -> None:
    report = sealed(tmp_path, asked(60))
    (questions,) = open_questions(report).values()
    letter = owner_letter(report, MessageKind.ASK, questions, DUE)
    rows = sheet_rows(parsed(mail_bytes(letter, envelope(), questions, SHEET)))
    assert len(rows) == 60
    assert list(rows[0]) == columns_of(Decisions)
    assert {row["decision"] for row in rows} == {None}


def test_no_more_than_25_rows_stand_in_a_mail_and_the_rest_is_counted(tmp_path: Path) -> None:
    letter = letter_of(tmp_path, asked(60))
    assert len(letter.items.first) + len(letter.items.more) == MAX_ROWS
    assert "35 more" in html_of(letter)
    assert "35 more" in text_of(letter)


def test_a_role_that_is_the_same_in_many_accounts_takes_one_row(tmp_path: Path) -> None:
    roles = [
        a_role("backup", f"{number:012}", **unused(), owner="ops@example.com", group_id="same")
        for number in range(40)
    ]
    letter = letter_of(tmp_path, roles)
    assert len(letter.items.first) == 1
    assert (letter.items.first[0].alike, letter.items.unseen) == (39, 0)
    assert "39 more roles with the same permissions" in html_of(letter)


def test_the_longest_texts_there_can_be_stay_below_the_budget(tmp_path: Path) -> None:
    hostile = "<&\"'\u202e" * 400
    roles = asked(60, suggestion_reason=hostile, account_name=hostile)
    letter = letter_of(tmp_path, [role | {"role_name": f"{'=' * 60}{n:02}"} for n, role in enumerate(roles)])
    assert len(html_of(letter).encode()) < MAX_HTML_BYTES


def test_the_parts_are_text_then_html_then_the_sheet(tmp_path: Path) -> None:
    report = sealed(tmp_path, asked(2))
    (questions,) = open_questions(report).values()
    message = parsed(mail_bytes(owner_letter(report, MessageKind.ASK, questions, DUE), envelope(), questions, SHEET))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]


def test_headers_say_who_wrote_it_and_that_nobody_should_answer_by_machine(tmp_path: Path) -> None:
    wanted = envelope(reply_to="security@example.com", copy_to="security@example.com", answers_to="<0@x.example>")
    message = parsed(mail_bytes(letter_of(tmp_path, asked(1)), wanted, (), SHEET))
    assert message["From"] == "Access review <review@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert (message["Message-ID"], message["References"]) == ("<1@x.example>", "<0@x.example>")
    assert (message["Reply-To"], message["Cc"]) == ("security@example.com", "security@example.com")


def test_lines_end_as_smtp_wants_and_are_short_enough_for_every_relay(tmp_path: Path) -> None:
    letter = letter_of(tmp_path, asked(30, suggestion_reason="ü" * 3000))
    content = mail_bytes(letter, envelope(), (), SHEET)
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 998


def test_the_same_review_gives_the_same_bytes(tmp_path: Path) -> None:
    report = sealed(tmp_path, asked(5))
    (questions,) = open_questions(report).values()
    letter = owner_letter(report, MessageKind.ASK, questions, DUE)
    once, again = (mail_bytes(letter, envelope(), questions, SHEET) for _ in range(2))
    assert once == again


@pytest.mark.parametrize("field", ["to", "message_id", "answers_to", "reply_to"])
def test_a_line_end_in_a_header_is_refused(tmp_path: Path, field: str) -> None:
    letter = letter_of(tmp_path, asked(1))
    with pytest.raises(ValueError, match=r"(?i)invalid|linefeed|newline|carriage"):
        mail_bytes(letter, envelope(**{field: "a@example.com\r\nBcc: thief@example.org"}), (), SHEET)


class Tags(HTMLParser):
    """Collects tags and the addresses a reader's program could load or follow."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


HOSTILE = ("<script>alert(1)</script>", "{{ 7*7 }}", "=HYPERLINK(1)", "x\r\nBcc: thief@example.org", "a\u202egnp.exe")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_owners_and_accounts_stay_text(tmp_path: Path, text: str) -> None:
    report = sealed(tmp_path, asked(3, text, account_name=text, suggestion_reason=text))
    (questions,) = open_questions(report).values()
    letter = owner_letter(report, MessageKind.ASK, questions, DUE, LINK)
    summary = summary_letter(report, [OwnerLine(text, 3, 3, "no address", is_reached=False)], questions, DUE, LINK)
    for one in (letter, summary):
        html = html_of(one)
        found = Tags(html)
        assert {"script", "img", "iframe", "form", "link", "svg"}.isdisjoint(found.tags)
        assert not [name for name, _ in found.attributes if name.startswith("on") or name in {"src", "background"}]
        assert {value for name, value in found.attributes if name == "href"} <= {one.link}
        assert "\u202e" not in html + text_of(one)
        message = parsed(mail_bytes(one, envelope(), questions, SHEET))
        assert message["Bcc"] is None
        assert len(sheet_rows(message)) == 3


def test_the_sheet_holds_formulas_as_text(tmp_path: Path) -> None:
    report = sealed(tmp_path, asked(2, suggestion_reason="=1+1"))
    (questions,) = open_questions(report).values()
    letter = owner_letter(report, MessageKind.ASK, questions, DUE)
    (attachment,) = parsed(mail_bytes(letter, envelope(), questions, SHEET)).iter_attachments()
    cells = openpyxl.load_workbook(io.BytesIO(attachment.get_content()))["decisions"]["H"]
    assert [(cell.value, cell.data_type) for cell in cells[1:]] == [("=1+1", "s")] * 2


def test_styles_are_inlined_and_media_queries_kept(tmp_path: Path) -> None:
    html = html_of(letter_of(tmp_path, asked(4)))
    assert 'style="' in html
    assert "prefers-color-scheme: dark" in html
    assert "url(" not in html


def test_the_button_leads_to_the_owners_own_page(tmp_path: Path) -> None:
    letter = letter_of(tmp_path, asked(2))
    assert re.fullmatch(r"https://reviews\.example\.com/iam/2026-Q4/owners/team-shop-[a-z0-9-]+\.html", letter.link)


def test_a_mail_without_a_link_says_nothing_of_one(tmp_path: Path) -> None:
    report = sealed(tmp_path, asked(2))
    (questions,) = open_questions(report).values()
    letter = owner_letter(report, MessageKind.ASK, questions, DUE)
    assert letter.link == ""
    assert "href" not in html_of(letter)


def test_answered_roles_are_not_asked_again(tmp_path: Path) -> None:
    roles = asked(3)
    report = sealed(tmp_path, roles)
    (questions,) = open_questions(report, {roles[0]["role_id"]: roles[0]["row_sha256"]}).values()
    assert [question.role_name for question in questions] == ["team-shop-01", "team-shop-02"]


def test_the_summary_shows_the_numbers_of_the_summary_file(tmp_path: Path) -> None:
    report = sealed(tmp_path, [*asked(4), *asked(2, "Finance"), a_role("kept")])
    by_owner = open_questions(report)
    letter = summary_letter(report, [], by_owner["Finance"], DUE)
    assert letter.subject == (
        "Access review 2026-Q4: 6 roles need a decision by 15 Dec (5 critical or high, 2 with nobody to ask)"
    )
    assert [(fact.number, fact.label) for fact in letter.facts][:2] == [
        (str(report.summary["needs_decision"]), "need a decision"),
        (str(report.summary["needs_decision_critical_or_high"]), "of them critical or high"),
    ]
    assert sum(map(len, by_owner.values())) == report.summary["needs_decision"]


def test_the_bar_adds_up(tmp_path: Path) -> None:
    roles = [*asked(3), *asked(4, suggestion="reduce", suggestion_reason="Wide.")]
    letter = letter_of(tmp_path, [role | {"role_arn": f"{role['role_arn']}-{n}"} for n, role in enumerate(roles)])
    assert sum(part.percent for part in letter.bar) == 100
    assert [(part.suggestion, part.number) for part in letter.bar] == [("remove", 3), ("reduce", 4)]


def test_no_policy_text_ever_stands_in_a_mail(tmp_path: Path) -> None:
    letter = letter_of(tmp_path, asked(3))
    assert '"Statement"' not in html_of(letter) + text_of(letter)


def test_a_report_that_was_changed_is_refused(tmp_path: Path) -> None:
    report = sealed(tmp_path, asked(2))
    roles = tmp_path / "roles.csv"
    roles.write_bytes(roles.read_bytes().replace(b"team-shop-00", b"team-shop-99"))
    with pytest.raises(ReportError, match=r"roles\.csv was changed since the report was sealed"):
        open_sealed(report.store)


def test_a_report_with_a_file_missing_is_refused(tmp_path: Path) -> None:
    report = sealed(tmp_path, asked(2))
    (tmp_path / "findings.csv").unlink()
    with pytest.raises(ReportError, match=r"findings\.csv is missing"):
        open_sealed(report.store)


def test_a_folder_that_is_no_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no report there"):
        open_sealed(LocalStore(tmp_path))
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ReportError, match="no finished report"):
        open_sealed(LocalStore(tmp_path))


def test_tables_that_contradict_the_summary_are_refused(tmp_path: Path) -> None:
    report = sealed(tmp_path, asked(2))
    with pytest.raises(ReportError, match="contradict"):
        open_questions(replace(report, summary={**report.summary, "needs_decision": 3}))


@pytest.mark.parametrize(
    ("text", "length", "shown"),
    [
        ("One. Two is long.", 6, "One."),
        ("No end in sight here", 12, "No end in…"),
        ("Fits.", 10, "Fits."),
        ("s3:GetObject in v1.2 of it. Rest", 28, "s3:GetObject in v1.2 of it."),
    ],
)
def test_reasons_are_cut_at_the_end_of_a_sentence(text: str, length: int, shown: str) -> None:
    assert whole_sentences(text, length) == shown


def test_questions_come_with_the_riskiest_first(tmp_path: Path) -> None:
    roles = asked(5)
    roles[4] |= {"severity": "critical"}
    (questions,) = open_questions(sealed(tmp_path, roles)).values()
    names = [question.role_name for question in questions]
    assert names == ["team-shop-04", "team-shop-00", "team-shop-01", "team-shop-02", "team-shop-03"]


def test_the_review_in_words_is_the_same_in_both_mails_both_parts_and_the_summary(tmp_path: Path) -> None:
    report = sealed(tmp_path, asked(4))
    (questions,) = open_questions(report).values()
    words = report.summary["in_words"]
    told = [words["compared"], *words["to_do"]]
    assert len(told) > 1
    for letter in (
        owner_letter(report, MessageKind.ASK, questions, DUE),
        summary_letter(report, [], questions, DUE),
    ):
        html = " ".join(re.sub(r"<[^>]+>", " ", html_of(letter)).split())
        text = " ".join(text_of(letter).split())
        assert [sentence for sentence in told if sentence not in html or sentence not in text] == []
        assert "What got worse" in html
        assert "What got worse" in text


def test_a_report_from_before_there_were_words_is_still_sent(tmp_path: Path) -> None:
    report = sealed(tmp_path, asked(1))
    older = replace(report, summary={key: value for key, value in report.summary.items() if key != "in_words"})
    (questions,) = open_questions(older).values()
    letter = owner_letter(older, MessageKind.ASK, questions, DUE)
    assert "in words" not in html_of(letter) + text_of(letter)
