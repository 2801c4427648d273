from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from markupsafe import Markup, escape

from hygiene.report.escaping import EscapingEnvironment, escaped

TEMPLATE = (
    "{{ value }}|{{ value ~ 'x' }}|{{ value|upper }}{% for c in value %}<{{ c }}>{% endfor %}|{{ safe }}|{{ 7 }}"
)


@given(st.text())
def test_text_is_escaped_as_markupsafe_does(text: str) -> None:
    assert escaped(text) == escape(text)


@pytest.mark.parametrize(
    ("special", "safe"), [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("'", "&#39;"), ('"', "&#34;")]
)
def test_every_special_character_is_escaped(special: str, safe: str) -> None:
    assert escaped(f"a{special}b") == f"a{safe}b"


def test_what_is_no_text_is_escaped_too_and_markup_stays() -> None:
    assert escaped(["<"]) == "[&#39;&lt;&#39;]"
    assert escaped(7) == "7"
    assert escaped(Markup("<b>")) == "<b>"


@given(st.text())
def test_a_template_gives_what_it_gives_in_a_plain_environment(text: str) -> None:
    ours, plain = (
        environment(autoescape=True).from_string(TEMPLATE).render(value=text, safe=Markup("<b>&amp;</b>"))
        for environment in (EscapingEnvironment, Environment)
    )
    assert ours == plain


def test_templates_do_use_our_escaping() -> None:
    assert "environment.escaped(" in str(EscapingEnvironment(autoescape=True).compile("{{ value }}", raw=True))
