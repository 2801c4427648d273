"""Answers come back: from a report on disk, through the command, into the ledger."""

from __future__ import annotations

import csv
import io
import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from hygiene import pipeline
from hygiene.cli import main
from hygiene.config import Settings
from hygiene.errors import AnswersError, ConfigError, LedgerError
from hygiene.pipeline.importing import Imported, import_decisions
from hygiene.pipeline.ledgers import add_answers, answers_of
from hygiene.pipeline.places import LOCK
from hygiene.report.mail import open_questions
from hygiene.report.sealed import open_sealed
from hygiene.store import Lock, open_store
from tests.builders import ACCOUNT, AS_OF, a_role, details
from tests.review.answering import an_answer

if TYPE_CHECKING:
    from collections.abc import Callable

REVIEW = f"{ACCOUNT}-2026-Q4"
NOW = datetime(2027, 1, 3, 8, 0, tzinfo=UTC)
LEDGER = Path("out") / "ledger" / REVIEW


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def a_report(*roles: dict[str, Any], formats: tuple[str, ...] = ("csv", "xlsx", "parquet", "json")) -> None:
    held = roles or (a_role("old", last_used=200), a_role("older", last_used=300, inline=None), a_role("busy"))
    Path("account.json").write_text(json.dumps(details(*held)))
    request = pipeline.ReportRequest(out="out", as_of=AS_OF, formats=formats)
    pipeline.report(Settings(), "account.json", request)


def answered(name: str = "ana.csv", **decisions: str | dict[str, str]) -> Path:
    """Fill in the report's own decisions.csv: role name → decision, or cells."""
    with Path("out/2026-Q4/decisions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        given = decisions.get(row["role_arn"].rsplit("/", 1)[-1], {})
        row.update({"decision": given} if isinstance(given, str) else given)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    Path(name).write_bytes(text.getvalue().encode("utf-8-sig"))
    return Path(name)


def filled(**decisions: str) -> Path:
    """Fill in the report's own decisions.xlsx, as a person would."""
    book = openpyxl.load_workbook("out/2026-Q4/decisions.xlsx")
    sheet = book["decisions"]
    columns = {str(cell.value): cell.column or 0 for cell in sheet[1]}
    for line in range(2, sheet.max_row + 1):
        name = str(sheet.cell(line, columns["role_arn"]).value).rsplit("/", 1)[-1]
        if name in decisions:
            sheet.cell(line, columns["decision"]).value = decisions[name]
            sheet.cell(line, columns["target_date"]).value = datetime(2027, 1, 31)  # noqa: DTZ001 (Excel's)
    book.save("ben.xlsx")
    return Path("ben.xlsx")


def imported(file: Path, reviewer: str = "ana@example.com", *, dry_run: bool = False) -> Imported:
    return import_decisions(file, "out/2026-Q4", reviewer, lambda: NOW, dry_run=dry_run)


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_answers_by_csv_and_by_xlsx_stand_in_the_ledger_with_their_originals() -> None:
    a_report()
    by_csv = answered(old="remove")
    assert len(imported(by_csv).new) == 1
    by_xlsx = filled(older="reduce")
    assert len(imported(by_xlsx, "ben@example.com").new) == 1
    old, older = answers_of(open_store("out"), REVIEW)
    assert (old.decision, old.reviewer, old.review_as_of) == ("remove", "ana@example.com", AS_OF)
    assert (older.decision, str(older.target_date), older.reviewer) == ("reduce", "2027-01-31", "ben@example.com")
    kept = files_below(LEDGER / "originals")
    assert sorted(kept.values()) == sorted([by_csv.read_bytes(), by_xlsx.read_bytes()])
    assert old.original in " ".join(kept)


def test_a_review_at_work_is_left_alone_and_the_command_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    a_report()
    file = answered(old="remove")
    command = ["decisions", "import", str(file), "--review", "out/2026-Q4", "--reviewer", "ana@example.com"]
    with Lock(open_store("out"), LOCK, "a review"):
        with pytest.raises(SystemExit) as ended:
            main(command)
        assert imported(file, dry_run=True).new
    assert ended.value.code == 0
    assert "Nothing was imported: do it again when that has ended." in capsys.readouterr().err
    assert not LEDGER.exists()
    assert len(imported(file).new) == 1


def test_the_same_file_again_changes_nothing_and_another_answer_replaces_the_first() -> None:
    a_report()
    imported(answered(old="remove"))
    before = files_below(Path("out"))
    again = imported(answered(old="remove"))
    assert (again.new, again.changed, again.same) == ((), (), 1)
    assert files_below(Path("out")) == before
    other = imported(answered(old={"decision": "keep", "justification": "audit"}, older="remove"))
    assert (len(other.new), len(other.changed)) == (1, 1)
    assert [answer.decision for answer in answers_of(open_store("out"), REVIEW)] == ["remove", "remove", "keep"]


def test_one_wrong_row_and_nothing_is_written() -> None:
    a_report()
    before = files_below(Path("out"))
    with pytest.raises(AnswersError, match=r"1 row cannot be taken, so nothing was imported\.\n  line \d: 'never'"):
        imported(answered(old="remove", older="never"))
    assert files_below(Path("out")) == before


def test_a_trial_says_what_would_change_and_writes_nothing() -> None:
    a_report()
    before = files_below(Path("out"))
    trial = imported(answered(old="remove"), dry_run=True)
    assert (len(trial.new), trial.is_written) == (1, False)
    assert files_below(Path("out")) == before


def test_a_file_beyond_all_measure_is_refused_before_it_is_read(tmp_path: Path) -> None:
    a_report()
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(101 * 2**20)
    with pytest.raises(AnswersError, match=r"is 101 MiB; at most 100 are read\. Delete the rows without an answer"):
        imported(tmp_path / "huge.csv")


def test_one_row_of_a_group_answers_for_one_role_and_many_rows_for_each_of_theirs() -> None:
    twins = [a_role(f"twin-{number}", last_used=300) for number in range(3)]
    a_report(*twins)
    (one,) = imported(answered(**{"twin-0": "remove"})).new
    assert one.role_arn.endswith("twin-0")
    a_report(*twins)
    with pytest.raises(AnswersError, match=r"2 rows cannot be taken.*\n.*several roles of one group"):
        imported(answered(**{"twin-1": "remove", "twin-2": "remove"}))
    left_over: dict[str, str | dict[str, str]] = {}
    for name in ("twin-1", "twin-2"):
        left_over[name] = {"decision": "remove", "justification": "left over"}
    taken = imported(answered("all.csv", **left_over))
    assert (len(taken.new), taken.same) == (2, 1), "the answer that came back with the sheet is the one there was"


def test_a_file_without_any_decision_is_refused() -> None:
    a_report()
    with pytest.raises(AnswersError, match="no row has a decision"):
        imported(answered())


def test_an_answer_about_a_role_that_changed_since_is_refused() -> None:
    a_report()
    file = answered(old="remove")
    a_report(a_role("old", last_used=200, inline=None))
    with pytest.raises(AnswersError, match="changed since this file was made"):
        imported(file)


def test_the_sheet_can_be_filled_in_where_it_lies_in_the_report() -> None:
    a_report()
    filled(old="remove").rename("out/2026-Q4/decisions.xlsx")
    assert len(imported(Path("out/2026-Q4/decisions.xlsx")).new) == 1


def test_a_role_that_was_passed_on_is_asked_of_its_new_owner_once_the_report_names_him() -> None:
    def asked() -> dict[str, list[str]]:
        out = open_store("out")
        answers = {answer.role_id: answer.row_sha256 for answer in answers_of(out, REVIEW)}
        found = open_questions(open_sealed(out.child("2026-Q4")), answers)
        return {owner: [question.role_name for question in questions] for owner, questions in found.items()}

    a_report()
    imported(answered(old={"decision": "not-mine", "justification": "ben@example.com"}, older="remove"))
    assert asked() == {}
    a_report()
    assert asked() == {"ben@example.com": ["old"]}


def test_what_people_left_in_the_folder_is_kept_when_the_report_is_made_again() -> None:
    a_report()
    sheet = filled(old="remove").read_bytes()
    Path("out/2026-Q4/decisions.xlsx").write_bytes(sheet)
    Path("out/2026-Q4/notes from Ana.txt").write_text("ask Ben")
    a_report()
    found = files_below(LEDGER / "found")
    assert sorted(found.values()) == sorted([sheet, b"ask Ben"])
    a_report()
    assert files_below(LEDGER / "found") == found


def test_a_report_that_was_edited_is_not_answered_by_its_tables() -> None:
    a_report(formats=("csv",))
    file = answered(old="remove")
    table = Path("out/2026-Q4/roles.csv")
    table.write_text(table.read_text(encoding="utf-8").replace("medium", "low"), encoding="utf-8")
    with pytest.raises(AnswersError, match=r"roles\.csv is not as it was sealed"):
        imported(file)


def test_a_report_with_csv_alone_can_be_answered() -> None:
    a_report(formats=("csv",))
    assert len(imported(answered(old="remove")).new) == 1


def test_what_is_not_there_is_said() -> None:
    a_report()
    with pytest.raises(ConfigError, match="no finished report there"):
        import_decisions(answered(old="remove"), "out/2026-Q3", "ana", lambda: NOW, dry_run=False)
    with pytest.raises(ConfigError, match="cannot be read"):
        imported(Path("missing.csv"))
    with pytest.raises(ConfigError, match="--reviewer"):
        imported(answered(old="remove"), " ")


def test_a_damaged_ledger_is_left_as_it_is() -> None:
    a_report()
    LEDGER.mkdir(parents=True)
    (LEDGER / "decisions.jsonl").write_text("{cut")
    with pytest.raises(LedgerError, match="line 1"):
        imported(answered(old="remove"))
    assert (LEDGER / "decisions.jsonl").read_text() == "{cut"


def test_two_imports_at_the_same_time_lose_no_answer(tmp_path: Path) -> None:
    names = [f"role-{number}" for number in range(8)]
    threads = [
        threading.Thread(target=add_answers, args=(open_store(tmp_path / "out"), REVIEW, [an_answer(name)]))
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.group_id for answer in answers_of(open_store(tmp_path / "out"), REVIEW)} == {
        f"group-{name}" for name in names
    }


@pytest.fixture
def hygiene(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def test_the_command_tells_what_it_took_and_ends_with_one_when_refused(
    hygiene: Callable[..., tuple[int, str, str]],
) -> None:
    a_report()
    options = ("--review", "out/2026-Q4", "--reviewer", "ana@example.com")
    code, out, _ = hygiene("decisions", "import", str(answered(old="remove")), *options, "--dry-run")
    assert (code, "1 new, 0 changed, 0 as before" in out, "Nothing was written" in out) == (0, True, True)
    code, out, err = hygiene("decisions", "import", str(answered(old="remove", busy={"ticket": "X"})), *options)
    assert (code, "old" in out, "it stays open" in err) == (0, True, True)
    code, _, err = hygiene("decisions", "import", str(answered(old="delete")), *options)
    assert (code, "Traceback" in err, "line 2: 'delete'" in err) == (1, False, True)
