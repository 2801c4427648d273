"""What is said to somebody who wrote a command line that cannot be: one line, as for every other error."""

from __future__ import annotations

import typer

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""The base of everything typer finds wrong with a command line; typer gives it no public name."""


def in_one_line(error: Exception) -> str:
    """Return what is wrong and where to read on; nothing where the help is on the screen already."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return ""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "hygiene"
    format_message = getattr(error, "format_message", error.__str__)
    words = " ".join(str(format_message()).split()).rstrip(".")
    end = "" if words.endswith("?") else "."
    return f"{words}{end} Try '{command} --help'."
