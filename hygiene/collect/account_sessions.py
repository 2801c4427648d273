"""Sessions of the reader role: one per account, renewed before its hour is over or when AWS calls it expired."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

import boto3
import botocore.session

from hygiene.collect.account_session import AccountSession, Credentials
from hygiene.collect.client import AwsClient, client_config
from hygiene.collect.deadline import Deadline
from hygiene.collect.identity import Identity
from hygiene.collect.parsing import read_quickly
from hygiene.collect.trail.lookup import CALLS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from hygiene.collect.progress import Progress
    from hygiene.config import Aws

_LASTS_SECONDS = 55 * 60.0
"""A session of an assumed role lasts an hour unless more is asked for, and one that role chaining made never longer.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""
_LEARNT = (10.0, 100.0)
"""Last-accessed calls a second: what is most often allowed, and what no account was ever seen to allow."""


def paces(settings: Aws) -> dict[str, tuple[float, float]]:
    """Return by operation the calls a second that it begins with, and the most that it may come to."""
    limit = settings.last_accessed_calls_per_second
    pace = (limit, limit) if limit else _LEARNT
    return {
        "GenerateServiceLastAccessedDetails": pace,
        "GetServiceLastAccessedDetails": pace,
        "LookupEvents": (CALLS_PER_SECOND, CALLS_PER_SECOND),
    }


class AccountSessions:
    """Makes clients of accounts. Once `stop` is set no call is made any more: those that begin raise StoppedError."""

    def __init__(
        self,
        settings: Aws,
        progress: Progress,
        version: str,
        region: str,
        assume: Callable[[str], Credentials],
        stop: threading.Event,
    ) -> None:
        """`assume`: account id → credentials of the reader role there; raises RefusedError when it cannot be had."""
        self._settings = settings
        self._progress = progress
        self._config = client_config(version)
        self._assume = assume
        self._stop = stop
        core = botocore.session.get_session()
        read_quickly(core)
        self._shared = boto3.Session(region_name=region, botocore_session=core)
        self._one_at_a_time = threading.Lock()

    def enter(self, account_id: str) -> AwsClient:
        """Return a client with a fresh session in the account. Raises RefusedError when there is none."""
        return self.client(Identity(partial(self.session, account_id), self._config, _LASTS_SECONDS))

    def client(self, identity: Identity) -> AwsClient:
        """Return a client of one account, whose time begins now."""
        deadline = Deadline(self._stop, self._settings.account_minutes)
        return AwsClient(identity, self._progress, paces(self._settings), deadline=deadline)

    def session(self, account_id: str) -> AccountSession:
        """Return a fresh session in the account. Raises RefusedError when there is none."""
        return AccountSession(self._shared, self._one_at_a_time, self._assume(account_id))
