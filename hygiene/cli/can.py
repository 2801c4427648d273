"""Prints whether a role may do something: the outcome as the first word, then what decides, as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer

from hygiene.errors import ConfigError
from hygiene.pipeline.asking import Answer, Question, ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hygiene.policy import Decision
    from hygiene.policy.document import ConditionClause, Statement
    from hygiene.policy.evaluate import PolicyStatement

_LAYERS = {
    "identity": "no policy of the role allows it",
    "boundary": "the permissions boundary does not allow it",
    "scp": "no service control policy allows it",
    "rcp": "no resource control policy allows it",
}


def parse_context(pairs: Sequence[str]) -> dict[str, list[str]]:
    """Return condition key to values; a key given again gets a further value. Raises ConfigError with a sentence."""
    context: dict[str, list[str]] = {}
    written: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise ConfigError(f"--context {pair!r}: write KEY=VALUE, such as aws:RequestedRegion=eu-west-1.")
        name = written.setdefault(key.strip().lower(), key.strip())
        context.setdefault(name, []).append(value)
    return context


def answer_question(
    snapshot: str,
    role_arn: str,
    action: str,
    resource: str,
    context: Sequence[str],
    resource_account: str | None,
    *,
    is_quiet: bool = False,
) -> None:
    """Print the answer; with `is_quiet` its one line alone."""
    question = Question(role_arn, action, resource, parse_context(context), resource_account)
    answer = ask(snapshot, question)
    typer.echo(_line(answer))
    if not is_quiet:
        typer.echo(json.dumps(_details(answer), indent=2))


def _line(answer: Answer) -> str:
    decision = answer.decision
    if decision.statements:
        verb = "allows" if decision.outcome == "Allowed" else "denies"
        first, *others = decision.statements
        more = f", and {len(others)} more" if others else ""
        reason = f"{_named(first)} {verb} it{more}"
    else:
        reason = " and ".join(_silence(decision))
    unread = " (not everything could be read, see problems)" if decision.problems else ""
    absent = answer.absent_keys()
    keys = f" Not given, so taken as absent: {', '.join(absent)}." if absent else ""
    return _printable(f"{decision.outcome} - {reason}{unread}.{keys}")


def _silence(decision: Decision) -> list[str]:
    places = {layer: [place for place in decision.silent if place.startswith(layer)] for layer in decision.blocked_by}
    return [f"{_LAYERS[layer]}{_targets(places[layer])}" for layer in decision.blocked_by]


def _targets(places: Sequence[str]) -> str:
    targets = [place.partition(" at ")[2] for place in places]
    return f" at {', '.join(targets)}" if any(targets) else ""


def _named(found: PolicyStatement) -> str:
    statement = found.statement
    sid = f" ({statement.sid})" if statement.sid else ""
    target = f" at {found.target}" if found.target else ""
    return f"statement {statement.number}{sid} of {found.policy} [{found.layer}{target}]"


def _printable(text: str) -> str:
    """Keep names that strangers gave on the one line, and away from the terminal's control characters."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _details(answer: Answer) -> dict[str, Any]:
    decision = answer.decision
    details = {
        "blocked_by": list(decision.blocked_by),
        "decided_by": [_shown(found) for found in decision.statements],
        "condition_not_met": [_shown(found) for found in decision.near_misses],
        "taken_as_absent": list(answer.absent_keys()),
        "problems": list(decision.problems),
        "notes": list(answer.notes),
    }
    return {name: value for name, value in details.items() if value}


def _shown(found: PolicyStatement) -> dict[str, Any]:
    shown = {
        "layer": found.layer,
        "attached_to": found.target,
        "policy": found.policy,
        "statement": found.statement.number,
        **_elements(found.statement),
        "unmet": list(found.unmet_keys),
    }
    return {name: value for name, value in shown.items() if value}


def _elements(statement: Statement) -> dict[str, Any]:
    return {
        "Sid": statement.sid,
        "Effect": statement.effect,
        "Action": _short(statement.actions),
        "NotAction": _short(statement.not_actions),
        "Resource": _short(statement.resources),
        "NotResource": _short(statement.not_resources),
        "Condition": _condition(statement.condition),
    }


def _condition(clauses: Sequence[ConditionClause]) -> dict[str, dict[str, Any]]:
    shown: dict[str, dict[str, Any]] = {}
    for clause in clauses:
        shown.setdefault(clause.operator, {})[clause.key] = _short(clause.values)
    return shown


def _short(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
