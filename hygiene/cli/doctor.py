"""`hygiene doctor`: prints what works, what is missing, and what to grant."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING

import typer

from hygiene.cli.progress import shown_progress
from hygiene.collect.doctor import Diagnosis, examine
from hygiene.collect.hub_doctor import Finding, examine_hub
from hygiene.collect.sessions import Sessions
from hygiene.pipeline.population import SINGLE_ACCOUNT, find_population

if TYPE_CHECKING:
    from hygiene.config import Settings

_COMPLETE, _MISSING = 0, 3


def diagnose(settings: Settings, *, is_quiet: bool) -> int:
    """Examine everything a review needs; return 0, or 3 when something is missing.

    Raises CredentialsError or PopulationError when there is nothing to examine yet.
    """
    with shown_progress(is_quiet=True) as progress:
        sessions = Sessions(settings.aws, progress, metadata.version("role-hygiene"))
    say = _Speaker(is_quiet)
    say.good(f"credentials: {sessions.caller.arn}")
    population = find_population(sessions, settings)
    say.good(f"accounts: {len(population.chosen)} to read, {len(population.skipped)} skipped ({population.basis})")
    for problem in population.problems:
        say.bad(problem)
    enter = sessions.own if population.basis == SINGLE_ACCOUNT else sessions.enter
    for finding in examine_hub(sessions.hub, settings, datetime.now(UTC)):
        _tell_of_hub(finding, sessions.caller.arn, say)
    for section, actions in sorted(_untried(settings).items()):
        say.note(f"[{section}] is not tried, for that would send something; it needs {', '.join(actions)}")
    diagnoses = examine([account.id for account in population.chosen], enter, settings.aws)
    names = {account.id: account.name for account in population.chosen}
    for diagnosis in diagnoses:
        _tell(diagnosis, names[diagnosis.account_id], sessions.role_arn(diagnosis.account_id), say)
    return say.verdict()


class _Speaker:
    """Prints lines and remembers whether one was bad."""

    def __init__(self, is_quiet: bool) -> None:
        self._is_quiet = is_quiet
        self._complaints = 0

    def good(self, text: str) -> None:
        if not self._is_quiet:
            typer.echo(f"✓ {text}")

    def bad(self, text: str) -> None:
        self._complaints += 1
        typer.echo(f"✗ {text}")

    def note(self, text: str) -> None:
        if not self._is_quiet:
            typer.echo(f"· {text}")

    def verdict(self) -> int:
        if not self._complaints:
            self.good("ready: `hygiene run` will have no gaps")
            return _COMPLETE
        things = "thing is" if self._complaints == 1 else "things are"
        typer.echo(f"\n{self._complaints} {things} missing; `hygiene run` works, and shows them as gaps.")
        return _MISSING


def _tell_of_hub(finding: Finding, caller: str, say: _Speaker) -> None:
    if finding.is_well:
        say.good(f"{finding.subject}: {finding.said}")
        return
    wrong = f"denied: {finding.missing}\n  Allow it to {caller}" if finding.missing else finding.complaint
    if finding.is_optional:
        say.note(f"{finding.subject}, which a review can do without: {wrong}")
    else:
        say.bad(f"{finding.subject}: {wrong}")


def _untried(settings: Settings) -> dict[str, list[str]]:
    """Return section of the configuration → IAM actions, of the deliveries that are switched on."""
    from hygiene.deliver.operations import HUB, OPERATIONS

    found: dict[str, list[str]] = {}
    used = _used(settings)
    for operation in OPERATIONS:
        if operation.used_by == HUB and (operation.delivery, operation.iam_action.partition(":")[0]) in used:
            found.setdefault(operation.delivery, []).append(operation.iam_action)
    return found


def _used(settings: Settings) -> frozenset[tuple[str, str]]:
    """Return (section, service) of the deliveries that are switched on."""
    email, delivery, alerts = settings.email, settings.delivery, settings.alerts
    is_on = {
        ("email", "ses"): email.enabled and email.transport == "ses",
        ("delivery.s3", "s3"): delivery.s3.bucket,
        ("delivery.s3", "kms"): delivery.s3.kms_key,
        ("delivery.sns", "sns"): delivery.sns.topic_arn,
        ("delivery.security_hub", "sts"): delivery.security_hub.enabled,
        ("alerts", "sns"): alerts.sns_topic_arn,
        ("alerts", "cloudwatch"): alerts.cloudwatch_namespace,
    }
    return frozenset(place for place, wanted in is_on.items() if wanted)


def _tell(diagnosis: Diagnosis, name: str, role_arn: str, say: _Speaker) -> None:
    account = f"{diagnosis.account_id} {name}".strip()
    if diagnosis.is_well:
        say.good(f"{account}: every permission is there")
    if diagnosis.complaint:
        say.bad(
            f"{account}: {diagnosis.complaint}\n  Deploy the reader role there: {role_arn}\n"
            "  (config/deploy/reader-role.yaml; its trust policy must name the account you run from)"
            if "assumed" in diagnosis.complaint
            else f"{account}: {diagnosis.complaint}"
        )
    if diagnosis.missing:
        say.bad(f"{account}: denied: {', '.join(diagnosis.missing)}\n  Allow these actions to {role_arn}")
