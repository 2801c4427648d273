"""Keeps the documents honest: the table of checks, the commands and the files they name."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from hygiene.analyse.checks import all_checks

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
_TABLE = re.compile(r"(<!-- checks:[^\n]*-->\n).*?(<!-- /checks -->)", re.DOTALL)


def table_of_checks() -> str:
    """Return the table as it should stand in the README; `WRITE_DOCS=1 pytest tests/docs` puts it there."""
    lines = ["| Group | Check | Severity | What it finds |", "|---|---|---|---|"]
    lines += [f"| {check.group} | `{check.id}` | {check.severity} | {check.title} |" for check in all_checks()]
    return "\n".join(lines) + "\n"


def test_the_table_of_checks_in_the_readme_is_the_catalogue() -> None:
    text = README.read_text(encoding="utf-8")
    wanted = _TABLE.sub(lambda found: f"{found[1]}\n{table_of_checks()}\n{found[2]}", text)
    if os.environ.get("WRITE_DOCS"):
        README.write_text(wanted, encoding="utf-8")
    assert README.read_text(encoding="utf-8") == wanted


def test_the_readme_begins_with_the_three_commands() -> None:
    head = README.read_text(encoding="utf-8")[:1500]
    assert head.index("make demo") < head.index("make test") < head.index("hygiene run")


GUIDE = [str(page.relative_to(ROOT)) for page in sorted((ROOT / "docs" / "guide").glob("*.md"))]


@pytest.mark.parametrize(
    "document",
    ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "config/deploy/README.md", "docs/performance.md", *GUIDE],
)
def test_every_file_a_document_links_to_exists(document: str) -> None:
    page = ROOT / document
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "config/deploy/README.md", *GUIDE])
def test_every_command_in_a_document_exists(document: str) -> None:
    from typer.main import get_command

    from hygiene.cli.app import app

    commands = get_command(app).commands  # type: ignore[attr-defined]
    text = (ROOT / document).read_text(encoding="utf-8")
    shown = re.findall(r"^\s*hygiene ([a-z]+)|`hygiene ([a-z]+)", text, re.MULTILINE)
    for named in {first or second for first, second in shown}:
        assert named in commands


_BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


def command_lines(document: str) -> list[list[str]]:
    """Return what a document's shell blocks call `hygiene` with, without what else the shell reads."""
    text = (ROOT / document).read_text(encoding="utf-8").replace("\\\n", " ")
    text = re.sub(r"\$\(date [^)]*\)", "2026-12-31T06:00:00Z", text)
    lines = [line for block in _BLOCK.findall(text) for line in re.split(r"[\n;&|>]+", block)]
    words = [shlex.split(line, comments=True) for line in lines if re.search(r"\bhygiene [a-z]", line)]
    # What stands before are variables for this one command.
    return [found[found.index("hygiene") + 1 :] for found in words if "hygiene" in found]


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "config/deploy/README.md", *GUIDE])
def test_every_command_line_of_a_document_is_one_the_program_takes(document: str) -> None:
    from typer.main import get_command

    from hygiene.cli.app import app

    for line in command_lines(document):
        command, name, words = get_command(app), "hygiene", line
        while hasattr(command, "commands"):
            name, *words = words
            command = command.commands[name]
        command.make_context(name, words)


def test_make_knows_every_target_that_is_named() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        named = re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)", text, re.MULTILINE)
        assert {first or second for first, second in named} <= targets
