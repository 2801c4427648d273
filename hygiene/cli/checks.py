"""Prints the catalogue of checks, for people and for machines."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import typer

from hygiene.analyse.catalogue import configured_checks

if TYPE_CHECKING:
    from hygiene.config import Settings
    from hygiene.model import CheckInfo


def show_checks(settings: Settings, *, as_json: bool) -> None:
    """Print the checks as this configuration runs them."""
    infos = [check.info() for check in configured_checks(settings.checks, settings.named())]
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(info) for info in infos], indent=2, ensure_ascii=False))
        return
    group = ""
    for info in infos:
        if info.group != group:
            group = info.group
            typer.secho(f"\n{group}", bold=True)
        typer.echo(_lines(info))


def _lines(info: CheckInfo) -> str:
    threshold = f"  [{info.threshold}]" if info.threshold else ""
    return f"  {info.id:<38} {info.severity:<9} {info.title}{threshold}\n  {'':<38} {'':<9} {info.source}"
