"""Views into HTML: one strict environment, escaping on, and a policy by hash that lets nothing else run or load."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from hygiene.frames import DECISIONS, SEVERITIES
from hygiene.report.escaping import EscapingEnvironment
from hygiene.report.in_words import NOTHING
from hygiene.report.template_cache import TemplateCache
from hygiene.report.visible import parts
from hygiene.report.wording import STATES, whole_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

    from hygiene.report.attestation import AttestationView
    from hygiene.report.pieces import Shortened
    from hygiene.report.questions import Form
    from hygiene.report.view import GroupView, IndexView, ListView, NamesView, RolesView

_CUT = "<!--cut-->"
"""Between the pieces of a template that is rendered for many things at once.

No text from outside can hold it: escaping takes its `<` away.
"""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=_)(?=[A-Za-z0-9])")


class Renderer:
    """Renders the pages of one report; templates, style and script are read and hashed once."""

    def __init__(self, review_id: str) -> None:
        environment = EscapingEnvironment(
            loader=PackageLoader("hygiene.report"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            # Constant expressions are looked for in a fifth of the compiling; our templates have none.
            optimized=False,
            bytecode_cache=TemplateCache(),
        )
        style = f"{_asset('report.css')}{_print_footer(review_id)}"
        script = _asset("report.js")
        # The answers come first: they are matched to the rows by place, and report.js may sort these at once.
        self._list_script = Markup(_asset("answers.js") + script + _asset("keys.js"))  # noqa: S704  our own files
        self._list_policy = _policy(style, self._list_script)
        environment.filters["number"] = _number
        environment.filters["breakable"] = _breakable
        environment.filters["named"] = _named
        environment.filters["whole_sentences"] = whole_sentences
        environment.filters["parts"] = parts
        environment.globals["style"] = Markup(style)  # noqa: S704  our own file, and digits and letters
        environment.globals["script"] = Markup(script)  # noqa: S704  our own file
        environment.globals["severity"] = {word: _severity(word) for word in (*SEVERITIES, "")}
        environment.globals["nothing"] = NOTHING
        environment.globals["states"] = STATES
        environment.globals["decisions"] = DECISIONS
        environment.globals["policy"] = _policy(style, script)
        self._environment = environment
        self._index: Template = environment.get_template("index.html.j2")
        self._list: Template = environment.get_template("list.html.j2")

    def index(self, view: IndexView, table: RolesView, rows: Markup, form: Form | None) -> str:
        """Return `index.html`; the table has roles where the whole population is read at a glance."""
        own = {"script": self._list_script, "policy": self._list_policy} if table.roles else {}
        return self._index.render(view=view, page=view.page, table=table, rows=rows, form=form, **own)

    def attestation(self, view: AttestationView) -> str:
        """Return `attestation.html`: the same look, and what a page on paper needs besides."""
        style = f"{self._environment.globals['style']}{_asset('attestation.css')}"
        template = self._environment.get_template("attestation.html.j2")
        return template.render(
            view=view,
            page=view.page,
            style=Markup(style),  # noqa: S704  our own files
            policy=_policy(style, _asset("report.js")),
        )

    def roles(self, view: ListView, rows: Markup, form: Form | None, groups: Shortened[GroupView] | None) -> str:
        """Return the page of an account, an owner or a work list around the rows of its table."""
        return self._list.render(
            view=view,
            page=view.page,
            table=view.table,
            rows=rows,
            form=form,
            groups=groups,
            script=self._list_script,
            policy=self._list_policy,
        )

    def names(self, view: NamesView, rows: Markup) -> str:
        """Return a page of roles by name around the rows of its table."""
        return self._environment.get_template("names.html.j2").render(view=view, page=view.page, rows=rows)

    def pieces(self, template: str, things: Sequence[object]) -> list[str]:
        """Return the pieces into which `template` cuts its rendering of `things`, escaped, in their order.

        One call for a thousand things costs little more than the text it makes; a thousand calls cost twice that.
        """
        rendered = self._environment.get_template(template).render(things=things)
        return rendered.split(_CUT)[:-1]


def _number(value: int) -> str:
    return f"{value:,}"


def _severity(word: str) -> Markup:
    return Markup('<span class="s s-{0}">{0}</span>').format(word) if word else Markup("<i>none</i>")


@lru_cache(maxsize=4096)
def _breakable(text: str) -> Markup:
    """Return the escaped text with places where a line may break: before `@` and `.`, after `/`."""
    broken = str(escape(text)).replace("/", "/<wbr>").replace("@", "<wbr>@").replace(".", "<wbr>.")
    return Markup(broken)  # noqa: S704  escaped above; an entity holds none of the three characters


@lru_cache(maxsize=4096)
def _named(name: str) -> Markup:
    """Return an escaped name that breaks where its words meet, such as after `Account` in `AccountAccessRole`."""
    return Markup(_HUMP.sub("<wbr>", str(escape(name))))  # noqa: S704  escaped; an entity has no capital after a small one


def _asset(name: str) -> str:
    return (files("hygiene.report") / "templates" / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy of a page with exactly this style and this script."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _print_footer(review_id: str) -> str:
    """Return the footer of a printed page; in CSS every character but letters and digits is written as its code."""
    safe = re.sub(r"[^A-Za-z0-9]", lambda match: f"\\{ord(match[0]):06x}", review_id)
    return f'@page{{@bottom-left{{content:"Role review {safe}"}}}}\n'
