from __future__ import annotations

import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from hygiene.report.shell import option, word

_HOSTILE = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=40, deadline=None)
@given(st.lists(_HOSTILE, min_size=1, max_size=20))
def test_bash_reads_every_text_back_as_one_argument(texts: list[str]) -> None:
    script = f"printf '%s\\0' {' '.join(map(word, texts))}"
    result = subprocess.run(["/usr/bin/env", "bash", "-c", script], capture_output=True, check=True)
    assert result.stdout.decode().split("\0")[:-1] == texts


@given(st.text(max_size=40))
def test_a_word_stays_on_its_line_and_within_ascii(text: str) -> None:
    assert word(text).isascii()
    assert word(text).isprintable()


def test_a_value_that_begins_with_a_dash_stays_a_value() -> None:
    assert option("role-name", "-rf") == "--role-name=-rf"
    assert option("role-name", "a b") == "'--role-name=a b'"
