from __future__ import annotations

import csv
import io
import tempfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hygiene.report.cells import cleaned, guarded, iso, safe_texts, unguarded
from hygiene.report.delimited import write_csv


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "  =", "\u00a0=", "\n@", "\r\n-"])
def test_a_cell_that_a_spreadsheet_could_run_is_guarded(start: str) -> None:
    assert guarded(f"{start}cmd|' /C calc'!A0").startswith("'")


@pytest.mark.parametrize("text", ["", "role", "a=b", "1-2", "arn:aws:iam::012345678901:role/x", "'quoted'", " space"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


@given(st.text())
@example("'=x")
@example("''@x")
@example("'")
@example("\r=x")
@example("\x1c=x")
def test_reading_back_takes_exactly_one_quote_away(text: str) -> None:
    assert unguarded(guarded(text)) == cleaned(text)
    assert guarded(text) in (cleaned(text), f"'{cleaned(text)}")


@given(st.text())
def test_a_guarded_cell_never_starts_like_a_formula(text: str) -> None:
    cell = guarded(text)
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    assert not cell.startswith(("\t", "\r", "\n"))


@given(st.text())
def test_no_control_character_but_tab_and_line_feed_is_left(text: str) -> None:
    assert not {char for char in guarded(text) if ord(char) < 32} - {"\t", "\n"}


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_a_csv_reader_gives_the_cleaned_text_back(texts: list[str]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow([guarded(text) for text in texts])
    file.seek(0)
    assert [unguarded(cell) for cell in next(csv.reader(file))] == [cleaned(text) for text in texts]


def test_numbers_and_times_are_plain() -> None:
    assert safe_texts(pd.Series([3, None, -2], dtype="Int64")) == ["3", "", "-2"]
    assert safe_texts(pd.Series([1.0, 0.25, None])) == ["1", "0.25", ""]
    moments = pd.Series([datetime(2026, 12, 31, 6, tzinfo=UTC), None], dtype="datetime64[us, UTC]")
    assert safe_texts(moments) == ["2026-12-31T06:00:00Z", ""]


def test_a_moment_is_written_in_utc() -> None:
    assert iso(datetime(2026, 12, 31, 6, tzinfo=UTC)) == "2026-12-31T06:00:00Z"
    assert iso(datetime(2026, 12, 31, 6, tzinfo=timezone(timedelta(hours=2)))) == "2026-12-31T04:00:00Z"


@given(st.lists(st.text(), max_size=5))
@example(["=x", "plain", '"quoted"', "a\nb", ""])
def test_a_column_is_guarded_cell_by_cell(cells: list[str]) -> None:
    assert safe_texts(pd.Series(cells, dtype="str")) == [guarded(cell) for cell in cells]


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_a_written_file_is_what_the_csv_module_writes(rows: list[tuple[str, str]]) -> None:
    frame = pd.DataFrame({name: pd.Series([row[at] for row in rows], dtype="str") for at, name in enumerate("ab")})
    expected = io.StringIO(newline="")
    writer = csv.writer(expected, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([["a", "b"], *([guarded(cell) for cell in row] for row in rows)])
    with tempfile.TemporaryDirectory() as folder:
        write_csv(frame, Path(folder) / "table.csv")
        assert (Path(folder) / "table.csv").read_bytes() == expected.getvalue().encode()
