from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from hygiene import frames
from hygiene.errors import FrameError
from hygiene.frames import columns_of, frame_of, validated
from hygiene.schema import Table, flag, moment, number, text, whole


class Trees(Table):
    """A table with every kind of column."""

    tag = text("With its zeros", unique=True, pattern=r"\d{3}")
    kind = text(isin=("oak", "ash"))
    note = text(nullable=True)
    rings = whole(nullable=True, at_least=1, at_most=999)
    height = number(nullable=True)
    felled_at = moment(nullable=True)
    alive = flag()


def a_tree(**given: Any) -> dict[str, Any]:
    return {"tag": "001", "kind": "oak", "alive": True, **given}


def test_a_row_becomes_a_frame_in_the_types_of_its_schema() -> None:
    felled = datetime(2026, 11, 23, tzinfo=UTC)
    frame = frame_of(Trees, [a_tree(rings=7, felled_at=felled), a_tree(tag="002")])
    assert (
        list(frame.columns) == columns_of(Trees) == ["tag", "kind", "note", "rings", "height", "felled_at", "alive"]
    )
    assert frame["tag"].tolist() == ["001", "002"]
    assert frame["rings"].tolist() == [7, pd.NA]
    assert frame["felled_at"].tolist() == [pd.Timestamp(felled), pd.NaT]
    assert frame["note"].isna().all()
    assert [str(dtype) for dtype in frame.dtypes[2:]] == ["str", "Int64", "float64", "datetime64[us, UTC]", "bool"]


def test_a_table_without_rows_has_the_same_types() -> None:
    assert Trees.empty().dtypes.tolist() == frame_of(Trees, [a_tree()]).dtypes.tolist()
    assert validated(Trees, Trees.empty()).empty


def test_a_column_reads_as_its_name() -> None:
    assert Trees.kind == "kind"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tag": None}, "column tag is empty in a row"),
        ({"alive": None}, "column alive is empty in a row"),
        ({"tag": "0012"}, "column tag holds '0012'"),
        ({"kind": "elm"}, "column kind holds 'elm', which is not oak or ash"),
        ({"rings": 0}, "column rings holds 0, less than 1"),
        ({"rings": 1000}, "column rings holds 1000, more than 999"),
        ({"rings": 1.5}, "column rings does not hold Int64"),
        ({"rings": "many"}, "column rings does not hold Int64"),
        ({"height": "tall"}, "column height does not hold float64"),
        ({"felled_at": "last week"}, "column felled_at does not hold datetime64"),
    ],
)
def test_a_value_that_breaks_a_rule_is_refused_by_name(given: dict[str, Any], said: str) -> None:
    with pytest.raises(FrameError, match="schema Trees") as refused:
        frame_of(Trees, [a_tree(tag="009"), a_tree(**given)])
    assert said in str(refused.value)


def test_a_doubled_row_is_refused() -> None:
    with pytest.raises(FrameError, match="column tag holds '001' twice"):
        frame_of(Trees, [a_tree(), a_tree()])


def test_a_frame_with_other_columns_is_refused() -> None:
    frame = frame_of(Trees, [a_tree()])
    for wrong in (frame.drop(columns="note"), frame.assign(leaves=1), frame[frame.columns[::-1]]):
        with pytest.raises(FrameError, match="its columns differ"):
            validated(Trees, wrong)


def test_numbers_that_came_as_other_types_are_taken_over() -> None:
    frame = frame_of(Trees, [a_tree(rings=7)])
    floats = frame.assign(rings=frame["rings"].astype("float64"))
    assert validated(Trees, floats)["rings"].tolist() == [7]


def test_every_table_of_ours_can_be_empty_and_says_what_a_row_is() -> None:
    for name in frames.__all__:
        schema = getattr(frames, name)
        if isinstance(schema, type) and issubclass(schema, Table):
            assert schema.empty().empty
            assert schema.__doc__
