"""A letter into the HTML part of a mail: tables and inlined styles, no script, no picture, nothing to load."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined

from hygiene.report.in_words import NOTHING
from hygiene.report.mail.letter import WORDS_HEADING, alike

if TYPE_CHECKING:
    from jinja2 import Template

    from hygiene.report.mail.letter import Letter

MAX_HTML_BYTES = 90_000
"""Gmail hides what comes after about 102 KB of decoded HTML."""


def html_of(letter: Letter) -> str:
    """Return the HTML part, at most MAX_HTML_BYTES long: the letter's texts and rows are bounded."""
    return _inliner().inline(_template().render(letter=letter))


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("hygiene.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["alike"] = alike
    environment.globals["words_heading"] = WORDS_HEADING
    environment.globals["nothing"] = NOTHING
    return environment.get_template("mail/letter.html.j2")


@cache
def _inliner() -> css_inline.CSSInliner:
    """Return the inliner. It keeps media queries, for phones and dark screens, and never loads anything."""
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
