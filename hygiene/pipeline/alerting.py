"""The weekly events, judged at once: what is found in the use of the roles of the last snapshot, each told once.

Roles are those of the newest finished snapshot below OUT, and events those since it was collected, or since the light
run before where a review came between; a role made since the snapshot is judged by the next review. What was there
before is no news: new callers are compared with the snapshot's own, or with those of the snapshot before it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from hygiene.activity.period import Window, joined
from hygiene.analyse.catalogue import configured_checks
from hygiene.deliver.transport import Outcome, Receipt
from hygiene.documents import parse_time
from hygiene.errors import DeliveryError
from hygiene.frames import SEVERITIES
from hygiene.model import Alert
from hygiene.pipeline.earlier import earlier_facts
from hygiene.pipeline.examining import Examination, analysed
from hygiene.pipeline.places import ALERTS, ALERTS_LOCK, ALERTS_WAITING, EVENTS, Places, new_run_id
from hygiene.pipeline.waivers import waivers_of
from hygiene.report.alert_words import alert_announcement
from hygiene.review.alerts import Waiting, parse_told, parse_waiting, told_lines, untold, with_waiting
from hygiene.review.exceptions import waive
from hygiene.snapshot import open_snapshot
from hygiene.store import Lock, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from hygiene.activity import Activity
    from hygiene.analyse.organization import Analysis
    from hygiene.collect.trail.daily import DailyEvents
    from hygiene.config import Settings
    from hygiene.store import Store

ACTIVITY = "Activity"
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Alerted:
    """What came of alerting, as sentences: what was told to whom, what a person must look at, what may interest."""

    told: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """Say 0 complete, 3 when something could not be told or judged; new accounts wait for the next review."""
        return 3 if self.problems else 0


@dataclass(frozen=True, slots=True)
class _Judged:
    """The alerts of a run, how many roles were looked at, and the moment of the snapshot they are held against."""

    alerts: tuple[Alert, ...]
    roles: int
    since: datetime
    newcomers: tuple[str, ...]
    """Accounts with events that the snapshot does not have."""


def publish_alerts(settings: Settings, out: str, clock: Callable[[], datetime], *, is_complete: bool) -> Alerted:
    """Judge the events below OUT and tell topic and namespace what they were not told yet.

    `is_complete`: whether the events of every account were read. What could not be told is told by the next run.
    Raises LockHeldError when another light run is at it, SnapshotError or LedgerError for files that are damaged.
    """
    store = open_store(out)
    with Lock(store, ALERTS_LOCK, new_run_id(clock())):
        now = clock()
        judged = _judged(settings, Places(store), now, _waiting(store).judged_until)
        if judged is None:
            words = f"nobody was alerted: {store.location} has no finished snapshot to judge events by; `hygiene run`"
            return Alerted(problems=(f"{words} makes one.",))
        done = _Telling(settings, store, judged, now).tell(is_complete=is_complete)
        if is_complete:
            store.write(ALERTS_WAITING, replace(_waiting(store), judged_until=now).to_bytes())
        return replace(done, notes=tuple(_new_accounts(judged.newcomers)))


def _waiting(out: Store) -> Waiting:
    return parse_waiting(out.read(ALERTS_WAITING), f"{out.location}/{ALERTS_WAITING}")


def _judged(settings: Settings, places: Places, now: datetime, judged_until: datetime | None) -> _Judged | None:
    location = places.newest_snapshot(other_than="")
    if location is None:
        return None
    snapshot = open_snapshot(location)
    collected_at = parse_time(snapshot.manifest.get("finished_at"))
    if collected_at is None or collected_at >= now:
        return None
    since = min(collected_at, judged_until or collected_at)
    known = location if since == collected_at else places.newest_snapshot(location, since.isoformat()) or location
    events = partial(_activity, _kept(places), settings.aws.cloudtrail, Window(since, now))
    checks = [
        check for check in configured_checks(settings.checks, settings.named()) if check.check.group == ACTIVITY
    ]
    newcomers = tuple(sorted(set(places.out.folders(EVENTS)) - set(snapshot.account_ids)))
    examination = Examination(snapshot.with_events(events), settings, now, checks, earlier_facts(location, known))
    with analysed(examination, places.out) as analysis:
        return _gathered(settings, analysis, now, since, newcomers)


def _kept(places: Places) -> DailyEvents:
    from hygiene.collect.trail.daily import DailyEvents

    return DailyEvents(places.out.child(EVENTS))


def _activity(kept: DailyEvents, source: str, window: Window, account_id: str) -> Activity | None:
    days = (kept.kept(account_id, day) for day in window.days())
    return joined(account_id, source, window, [day[0] for day in days if day is not None])


def _new_accounts(account_ids: Sequence[str]) -> Iterator[str]:
    if account_ids:
        more = f" and {len(account_ids) - _NAMED} more" if len(account_ids) > _NAMED else ""
        named = ", ".join(account_ids[:_NAMED])
        yield f"not judged until the next review, which is the first to see their roles: {named}{more}"


def _gathered(
    settings: Settings, analysis: Analysis, now: datetime, since: datetime, newcomers: tuple[str, ...]
) -> _Judged:
    """Return the findings that are severe enough and that no exception accepts, gathered account by account."""
    waivers = waivers_of(settings)
    wanted = SEVERITIES[: SEVERITIES.index(settings.alerts.severity) + 1]
    names = dict(zip(analysis.coverage["account_id"], analysis.coverage["account_name"], strict=True))
    alerts, roles = [], 0
    for account in analysis.accounts():
        roles += len(account.roles)
        findings = waive(waivers, account.roles, account.findings, now).findings
        news = findings[findings["exception"].isna() & findings["severity"].isin(wanted)]
        alerts += [_alert({str(key): value for key, value in row.items()}, names) for row in news.to_dict("records")]
    return _Judged(tuple(alerts), roles, since, newcomers)


def _alert(row: dict[str, Any], names: dict[str, Any]) -> Alert:
    cells = {key: "" if pd.isna(value) else str(value) for key, value in row.items()}
    name = names.get(cells["account_id"])
    return Alert(
        finding_id=cells["finding_id"],
        check=cells["check"],
        severity=cells["severity"],
        account_id=cells["account_id"],
        account_name=name if isinstance(name, str) else "",
        role_arn=cells["role_arn"],
        evidence=cells["evidence"],
        parts=frozenset(part for part in cells["detail"].split(";") if part),
    )


class _Telling:
    """One run: every target by itself, so that one that fails keeps nothing from the other."""

    def __init__(self, settings: Settings, out: Store, judged: _Judged, now: datetime) -> None:
        self._settings, self._out, self._judged, self._now = settings, out, judged, now

    def tell(self, *, is_complete: bool) -> Alerted:
        """Tell the topic, then the namespace."""
        topic, namespace = self._settings.alerts.sns_topic_arn, self._settings.alerts.cloudwatch_namespace
        done = []
        if topic and self._news(topic):
            done.append(self._told(topic, lambda news: self._publish(topic, news)))
        if namespace:
            done.append(self._told(namespace, lambda news: self._measure(namespace, news, is_complete=is_complete)))
        return Alerted(
            tuple(line for one in done for line in one.told), tuple(line for one in done for line in one.problems)
        )

    def _news(self, target: str) -> tuple[Alert, ...]:
        told = parse_told(self._out.read(ALERTS), f"{self._out.location}/{ALERTS}")
        return untold(with_waiting(self._judged.alerts, _waiting(self._out).alerts.get(target, ())), told, target)

    def _let_wait(self, target: str, alerts: tuple[Alert, ...]) -> None:
        """Keep what a target was not told: a review may move the window on before the next run."""
        waiting = _waiting(self._out)
        if waiting.alerts.get(target, ()) != alerts:
            self._out.write(ALERTS_WAITING, waiting.with_alerts(target, alerts).to_bytes())

    def _told(self, target: str, send: Callable[[tuple[Alert, ...]], Receipt]) -> Alerted:
        news = self._news(target)
        try:
            receipt = send(news)
        except DeliveryError as error:
            receipt = Receipt(Outcome.REFUSED, str(error))
        if receipt.outcome is not Outcome.ACCEPTED:
            self._let_wait(target, news)
            return Alerted(problems=(f"alerts to {target}: not told: {receipt.detail}",))
        if news:
            self._out.write(ALERTS, (self._out.read(ALERTS) or b"") + told_lines(news, target, self._now))
        self._let_wait(target, ())
        return Alerted(told=(f"{len(news)} to {target}",))

    def _publish(self, topic: str, news: tuple[Alert, ...]) -> Receipt:
        from hygiene.deliver.sns import Topic

        key = json.dumps(sorted([alert.finding_id, *sorted(alert.parts)] for alert in news))
        return Topic(topic).announce(alert_announcement(news, self._judged.since), key)

    def _measure(self, namespace: str, news: tuple[Alert, ...], *, is_complete: bool) -> Receipt:
        from hygiene.deliver.metrics import Metrics

        counts = {severity: sum(alert.severity == severity for alert in news) for severity in SEVERITIES}
        return Metrics(namespace).put(self._judged.roles, counts, self._now, is_complete=is_complete)
