"""Gives every account to a cluster of Dask workers: they read, examine and write it, this process puts it together.

A worker that is lost loses no account: Dask gives its tasks to another one, and a task writes the same however often
it runs. What no worker could examine as it is now, or write so that it arrives, this process does itself.
https://distributed.dask.org/en/stable/tls.html
"""

from __future__ import annotations

import logging
import pickle
import uuid
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hygiene.collect.runner import log_account_read
from hygiene.errors import ClusterError, ConfigError
from hygiene.pipeline.cluster_client import ABSENCE_SECONDS, INSTALL, Address, Watch, client_of
from hygiene.pipeline.merging import Merging
from hygiene.pipeline.parts import SharedParts
from hygiene.pipeline.places import LEDGER
from hygiene.pipeline.working import (
    Plan,
    about,
    collect_account,
    examine_account,
    has_external_id,
    sees,
    settings_to_send,
)
from hygiene.pipeline.writing_elsewhere import BRIEF, WritingPlan, write_account, written
from hygiene.report.account import unpacked
from hygiene.store import open_store

P = TypeVar("P")
"""A plan: what a task needs to know besides its account."""

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from distributed import Client, Future

    from hygiene.analyse.organization import FirstPass, Parts
    from hygiene.config import Settings
    from hygiene.pipeline.examining import Examination
    from hygiene.pipeline.parts import SpilledParts
    from hygiene.pipeline.reading import Reading
    from hygiene.pipeline.reviewing import Reviewing
    from hygiene.pipeline.working import Receipt
    from hygiene.pipeline.writing import Unwritten
    from hygiene.report.account import AccountWriter, WrittenAccount
    from hygiene.report.sink import Sink
    from hygiene.report.write import WrittenElsewhere
    from hygiene.snapshot import Snapshot, SnapshotWriter
    from hygiene.store import Store

    Work = Callable[[str, P], Receipt]

logger = logging.getLogger(__name__)

RETRIES = 2
"""Of a task that raised; a worker that was lost counts apart, by the scheduler's own `allowed-failures`."""


class Cluster:
    """A scheduler and its workers, for one review in OUT."""

    def __init__(self, client: Client, address: Address, out: str, settings: Settings, quarter: str) -> None:
        self._client = client
        self._address = address
        self._out = out
        self._settings = settings
        self._quarter = quarter
        self._shared = SharedParts(open_store(out), quarter)

    def read(self, reading: Reading, writer: SnapshotWriter, account_ids: Sequence[str], basis: str) -> int:
        """Read accounts into the snapshot, as `read_accounts` does; returns the number of gaps."""
        plan = self._plan(
            writer.store,
            window=(reading.events.window.begins.isoformat(), reading.events.window.ends.isoformat()),
            earlier=shared_location(reading.earlier.snapshot.location) if reading.earlier else "",
            basis=basis,
        )
        reading.progress.accounts_found(len(account_ids))
        gaps = 0
        for receipt in self._as_they_come(collect_account, account_ids, plan):
            log_account_read(receipt.account_id, receipt.roles, receipt.gaps)
            reading.progress.account_done(receipt.account_id, receipt.roles, receipt.gaps)
            gaps += receipt.gaps
        return gaps

    def examine(self, examination: Examination, parts: SpilledParts) -> tuple[FirstPass, Parts]:
        """Let the workers examine every account; an `Examining`."""
        plan = self._plan_of(examination)
        for receipt in self._as_they_come(examine_account, examination.account_ids(), plan):
            logger.info("account %s: examined, %d roles", receipt.account_id, receipt.roles)
        return Merging(self._shared)(examination, parts)

    def write(self, unwritten: Unwritten) -> WrittenElsewhere | None:
        """Let the workers write every account for the report; a `Writing`."""
        if unwritten.previous is not None:
            # It may be a file of this machine, and a snapshot would have to be judged by every worker.
            return None
        plan = WritingPlan(
            self._plan_of(unwritten.examination),
            unwritten.formats,
            brief=self._shared.put_pickled(BRIEF, pickle.dumps(unwritten.brief, pickle.HIGHEST_PROTOCOL)),
            rules=unwritten.examination.rules,
        )
        return partial(self._written, unwritten.review, plan)

    def _written(
        self, review: Reviewing, plan: WritingPlan, here: AccountWriter, sink: Sink
    ) -> Iterator[WrittenAccount]:
        for receipt in self._in_order(write_account, review.account_ids, plan):
            account_id, name = receipt.account_id, written(receipt.account_id)
            content = self._shared.pickled(name, receipt.sha256)
            if content is None:
                why = (
                    "what a worker wrote is not there" if receipt.sha256 else "a worker's environment has other rules"
                )
                logger.warning("account %s: %s, so it is written here", account_id, why)
                yield here.write(review.account(account_id), sink)
                continue
            logger.info("account %s: written", account_id)
            yield unpacked(content, sink)
            self._shared.remove_pickled(name)

    def forget(self) -> None:
        """Remove the parts, once the report is there."""
        self._shared.remove()

    def _plan(self, snapshot: Store | Snapshot, **more: Any) -> Plan:
        return Plan(
            out=self._out,
            snapshot=shared_location(snapshot.location),
            quarter=self._quarter,
            settings=settings_to_send(self._settings),
            **more,
        )

    def _plan_of(self, examination: Examination) -> Plan:
        window, earlier = examination.snapshot.window, examination.earlier
        return self._plan(
            examination.snapshot,
            window=(window.begins.isoformat(), window.ends.isoformat()) if window else None,
            earlier=shared_location(earlier.location) if earlier.location else "",
            reviewed=shared_location(earlier.reviewed) if earlier.reviewed else "",
            as_of=examination.as_of.isoformat(),
            owners=examination.reference.owner_rules.mapping,
        )

    def _as_they_come(self, work: Work[P], account_ids: Sequence[str], plan: P) -> Iterator[Receipt]:
        from distributed import as_completed

        with self._given_out(work, account_ids, plan) as futures:
            yield from map(_taken, as_completed(futures, loop=self._client.loop))

    def _in_order(self, work: Work[P], account_ids: Sequence[str], plan: P) -> Iterator[Receipt]:
        with self._given_out(work, account_ids, plan) as futures:
            yield from map(_taken, futures)

    @contextmanager
    def _given_out(self, work: Work[P], account_ids: Sequence[str], plan: P) -> Iterator[list[Future[Receipt]]]:
        """Give the accounts to the workers; what nobody waits for any more is cancelled at the end."""
        from concurrent.futures import CancelledError

        from distributed import KilledWorker

        run = uuid.uuid4().hex
        keys = [f"{work.__name__}-{account_id}-{run}" for account_id in account_ids]
        futures = self._client.map(work, account_ids, plan=plan, key=keys, retries=RETRIES, pure=False)
        watch = Watch(self._client, futures)
        try:
            with watch:
                yield futures
        except KilledWorker as error:
            raise self._lost(f"the workers that had an account were lost again and again ({error})") from error
        except (CancelledError, OSError) as error:
            if watch.given_up:
                raise self._lost(f"no worker has been there for {ABSENCE_SECONDS} seconds") from error
            logger.debug("%s: %s", type(error).__name__, error)
            raise self._lost("the scheduler is gone") from error
        finally:
            self._client.cancel(futures)

    def _lost(self, why: str) -> ClusterError:
        return ClusterError(
            f"{self._address.url}: {why}. What was collected is kept; the same command goes on with it."
        )

    def check(self) -> None:
        """Raise ConfigError where workers cannot do this review: other versions, another OUT, no external id."""
        own = about()
        for worker, found in self._asked(about).items():
            differing = [
                f"{name} {found.get(name)} (here {own[name]})" for name in own if found.get(name) != own[name]
            ]
            if differing:
                raise ConfigError(f"worker {worker} has {', '.join(differing)}: install the same on all machines.")
        self._check_out()
        if self._settings.aws.external_id:
            without = [worker for worker, is_set in self._asked(has_external_id).items() if not is_set]
            if without:
                raise ConfigError(
                    f"worker {without[0]}: [aws] external_id is set here and is not sent anywhere; give the workers "
                    "HYGIENE_AWS__EXTERNAL_ID in their environment."
                )

    def _check_out(self) -> None:
        """Make sure that the workers see what is written in OUT."""
        store, word = open_store(self._out), uuid.uuid4().hex
        name = f"{LEDGER}/cluster-{word}.txt"
        store.write(name, word.encode())
        try:
            blind = [worker for worker, is_seen in self._asked(sees, self._out, name, word).items() if not is_seen]
        finally:
            store.remove(name)
        if blind:
            raise ConfigError(
                f"worker {blind[0]} does not see what is in {self._out}: a cluster needs an OUT that all machines "
                "share. Write --out s3://bucket/prefix, or name a folder on a file system that all of them mount."
            )

    def _asked(self, question: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
        """Return every worker's answer."""
        try:
            answers: dict[str, Any] = self._client.run(question, *arguments)
        except (ImportError, AttributeError) as error:
            raise ConfigError(
                f"{self._address.url}: a worker has no hygiene like this one ({error}): {INSTALL}"
            ) from error
        except OSError as error:
            raise ClusterError(f"{self._address.url}: a worker does not answer ({error}).") from error
        return answers


def _taken(future: Future[Receipt]) -> Receipt:
    """Return what came of a task, and give it up: what is still held is done again if its worker is lost."""
    receipt: Receipt = future.result()
    future.release()
    return receipt


@contextmanager
def connected(address: Address, settings: Settings, out: str, quarter: str) -> Iterator[Cluster]:
    """Give the cluster at an address, checked.

    Raises ConfigError where the extra is not installed, certificates are not named, nobody answers, or workers
    cannot do the review.
    """
    with client_of(address, settings.cluster) as client:
        cluster = Cluster(client, address, shared_location(out), settings, quarter)
        cluster.check()
        yield cluster


def shared_location(location: str) -> str:
    """Return a location as other processes understand it."""
    return location if "://" in location else str(Path(location).absolute())
