"""How `--help` reads: paragraphs as wide as the screen, and no type behind switches that take no value."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup, TyperOption

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Readable:
    """What commands and groups of commands have in common."""

    def __init__(self, *args: Any, help: str | None = None, **kwargs: Any) -> None:  # noqa: A002 (click's name)
        super().__init__(*args, help=_paragraphs(help), **kwargs)  # type: ignore[call-arg]

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters. Click adds --help at the last moment, so switches are looked for here."""
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for param in params:
            if isinstance(param, TyperOption) and (param.is_flag or param.count):
                param.metavar = ""
        return params


class ManualCommand(_Readable, TyperCommand):
    """One command."""


class ContextCommand(ManualCommand):
    """One command whose --context takes every KEY=VALUE behind it, with --context before each or not."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Write --context before each pair, as click wants it."""
        return super().parse_args(ctx, list(_each_with_option(args, "--context")))


def _each_with_option(words: list[str], option: str) -> Iterator[str]:
    is_value, is_behind = False, False
    for word in words:
        if is_behind and not is_value and "=" in word and not word.startswith(("-", "arn:")):
            yield option
        elif not is_value:
            is_behind = word == option or word.startswith(f"{option}=")
        is_value = word == option and not is_value
        yield word


class ManualGroup(_Readable, TyperGroup):
    """Commands below one word."""


def _paragraphs(text: str | None) -> str | None:
    """Return a docstring with its lines joined, but for those that show what to type."""
    if text is None:
        return None
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(part if part.startswith("[dim]") else " ".join(part.splitlines()) for part in paragraphs)
