"""Colours can be read, and nothing in style or script needs more than the policy of a page allows."""

from __future__ import annotations

import itertools
import re
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

STYLE = (files("hygiene.report") / "templates" / "report.css").read_text(encoding="utf-8")
BLOCKS = re.findall(r":root \{([^}]*)\}", STYLE)
LIGHT, DARK = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in BLOCKS[:2])
TEXTS = ("ink", "muted", "link", "remove", "reduce", "keep", "investigate", "note")
GROUNDS = ("bg", "soft", "gap-bg", "warning-bg", "note-bg", "answer-bg")


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_colour_has_enough_contrast(scheme: dict[str, str]) -> None:
    pairs = [*itertools.product(TEXTS, GROUNDS), ("on-remove", "remove"), ("bg", "ink")]
    low = {pair: contrast(scheme[pair[0]], scheme[pair[1]]) for pair in pairs}
    assert {pair: value for pair, value in low.items() if value < 4.5} == {}


def test_nothing_is_loaded_from_elsewhere() -> None:
    script = (files("hygiene.report") / "templates" / "report.js").read_text(encoding="utf-8")
    for forbidden in ("http", "url(", "@import", "fetch(", "XMLHttp", "eval(", "innerHTML", ".style"):
        assert forbidden not in STYLE + script
    assert "</" not in STYLE + script


def test_long_pages_hold_no_character_beyond_ascii_of_their_own(big_report: Path) -> None:
    # One such character makes Python hold all of a page's text in twice the memory, and encode it in twice the time.
    pages = [*(big_report / "views").glob("*.html"), big_report / "accounts" / "666677778888.html"]
    assert pages[1:]
    assert [page.name for page in pages if not page.read_text(encoding="utf-8").isascii()] == []
