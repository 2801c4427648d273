"""What a document looks like in a snapshot."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from hygiene.snapshot import layout

AT = datetime(2026, 12, 31, 6, 0, 0, 250_000, tzinfo=UTC)


def by_json(document: object) -> bytes:
    text = json.dumps(document, indent=2, ensure_ascii=False, default=lambda at: at.isoformat())
    return f"{text}\n".encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    "document",
    [
        {"empty": [[], {}, [{}]], "at": AT, "number": 2.5, "flags": [True, None], "pair": (1, 2)},
        {"name": '=cmd <script> \x00\x1f\x7f\u2028 é \U0001f600 "quoted" \\ \t\n'},
        {"name": "half a pair \ud800"},
        {"number": 2**70},
        {1: "a key that is no text"},
    ],
)
def test_a_document_is_written_as_json_indents_it_whoever_writes(document: object) -> None:
    assert layout.encode(document) == by_json(document)


def test_what_has_no_place_in_a_snapshot_is_an_error() -> None:
    with pytest.raises(TypeError, match="set has no place in a snapshot"):
        layout.encode({"names": {"a"}})
