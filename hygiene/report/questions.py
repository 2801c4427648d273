"""The questions of a page as data for its answer form: rows of `decisions.csv`, cell by cell as that file has them.

The form fills them in and writes the same file again, so a row that nobody answered is the same, byte for byte.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from hygiene.frames import Decisions, columns_of
from hygiene.report.cells import safe_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

NO_QUESTION = "null"
"""Stands for a role nobody is asked about: AWS owns it."""

_encoded = json.JSONEncoder(separators=(",", ":")).encode


class Asking(NamedTuple):
    """What every form of a report shares; `as_of` is a date, `sheets` are the files of the report to fill in."""

    review_id: str
    as_of: str
    sheets: tuple[str, ...]


class Form(NamedTuple):
    """The answer form of a page: its questions as JSON, how many need an answer, and the sheets that do the same."""

    data: Markup
    needed: int
    as_of: str
    sheets: tuple[str, ...]


def form_of(page: str, questions: Sequence[str], needed: int, asking: Asking) -> Form | None:
    """Return the form of the page at this path, None where nobody is asked anything.

    `questions` as `questions_of` returns them, in the order of the page's rows.
    """
    if all(question == NO_QUESTION for question in questions):
        return None
    head = _encoded(
        {
            "review": asking.review_id,
            "file": answers_file(asking.review_id, page),
            "asOf": asking.as_of,
            "columns": columns_of(Decisions),
        }
    )
    text = f'{head[:-1]},"rows":[{",".join(questions)}]}}'
    # In JSON only texts hold a `<`; without one nothing can end the script element or open a comment in it.
    data = Markup(text.replace("<", "\\u003c"))  # noqa: S704  ASCII without `<` by now
    return Form(data, needed, asking.as_of, asking.sheets)


def answers_file(review_id: str, page: str) -> str:
    """Return the name under which the answers of a page are saved: `decisions-<review id>-<owner slug>.csv`."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", review_id).strip("-.")
    return f"decisions-{plain}-{page.rpartition('/')[2].removesuffix('.html')}.csv"


def questions_of(decisions: pd.DataFrame, roles: Sequence[tuple[str, str]]) -> list[str]:
    """Return the question about each role, given as ARN and worst severity (`""`: no finding), as a JSON text.

    It is `[severity, cell, cell, …]`, cells as in `decisions.csv` less the quotes, or `NO_QUESTION`.
    """
    asked = decisions[decisions["role_arn"].isin([arn for arn, _ in roles])]
    cells = zip(*(safe_texts(asked[name]) for name in asked.columns), strict=True)
    rows = dict(zip(asked["role_arn"].tolist(), cells, strict=True))
    return [_encoded((severity, *rows[arn])) if arn in rows else NO_QUESTION for arn, severity in roles]
