"""Finds out who we are and enters accounts: the caller's session for the hub, AssumeRole for every account."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import (
    BotoCoreError,
    NoCredentialsError,
    PartialCredentialsError,
    TokenRetrievalError,
)

from hygiene.collect.account_sessions import AccountSessions, paces
from hygiene.collect.client import AwsClient, client_config, session_name
from hygiene.collect.deadline import Deadline
from hygiene.collect.identity import Identity
from hygiene.collect.progress import Silent
from hygiene.collect.refusal import EXPIRED, RefusedError
from hygiene.errors import CollectionError, CredentialsError
from hygiene.model import GapKind

if TYPE_CHECKING:
    from hygiene.collect.account_session import Credentials
    from hygiene.collect.progress import Progress
    from hygiene.config import Aws

_FALLBACK_REGION = "us-east-1"
_EXPIRED = "The AWS credentials have expired; log in again."
_WRONG_TIME = ("Signature expired", "Signature not yet current")
"""How AWS begins where the caller's clock is more than some minutes off.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
"""
_HELP = "Give hygiene credentials as for any AWS program: AWS_PROFILE, an SSO login, or a role of the machine."


@dataclass(frozen=True, slots=True)
class Caller:
    """Who the program is to AWS."""

    arn: str
    account_id: str

    @property
    def partition(self) -> str:
        """`aws`, `aws-us-gov` or `aws-cn`: from the caller's own ARN, never written into code."""
        return self.arn.split(":")[1]

    @property
    def name(self) -> str:
        """The last part of the ARN: a user's name or a role session's."""
        return self.arn.rsplit("/", 1)[-1].rsplit(":", 1)[-1]


class _OwnSessions:
    """The caller's own sessions: each looks for credentials anew, as somebody may have logged in again meanwhile."""

    def __init__(self) -> None:
        self._last: object = None

    def __call__(self) -> boto3.Session:
        """Raise CredentialsError when there are none, or those that AWS has just called expired."""
        try:
            session = boto3.Session()
            if not session.region_name:
                session = boto3.Session(region_name=_FALLBACK_REGION)
            found = session.get_credentials()
            current = found.get_frozen_credentials() if found is not None else None
        except BotoCoreError as error:
            raise CredentialsError(f"{error}. {_HELP}") from error
        if current is not None and current == self._last:
            raise CredentialsError(f"{_EXPIRED} What was collected is kept; the same command goes on with it.")
        self._last = current
        return session


def hub_client(version: str) -> AwsClient:
    """Return a client with the caller's own credentials, for another process of the same run."""
    return AwsClient(Identity(_OwnSessions(), client_config(version)), Silent())


class Sessions:
    """The sessions of a run. `hub` is the caller's own; `enter` gives one per account.

    Once `stop` is set no call is made any more: those that begin raise StoppedError.
    """

    def __init__(self, settings: Aws, progress: Progress, version: str) -> None:
        """Raise CredentialsError when there are no credentials, or none that AWS accepts."""
        self._settings = settings
        self.stop = threading.Event()
        self._own = Identity(_OwnSessions(), client_config(version))
        self.region: str = self._own.session().region_name
        self.hub = AwsClient(self._own, progress, paces(settings), deadline=Deadline(self.stop))
        self.caller = self._caller()
        self._accounts = AccountSessions(settings, progress, version, self.region, self.assume, self.stop)

    def _caller(self) -> Caller:
        try:
            answer = self.hub.call("sts", "GetCallerIdentity")
        except RefusedError as error:
            raise self._not_accepted(error) from error
        return Caller(answer["Arn"], answer["Account"])

    @staticmethod
    def _not_accepted(error: RefusedError) -> CredentialsError | CollectionError:
        missing = (NoCredentialsError, PartialCredentialsError, TokenRetrievalError)
        if isinstance(error.__cause__, missing):
            return CredentialsError(f"No AWS credentials: {error.message}. {_HELP}")
        if error.code in EXPIRED:
            return CredentialsError(_EXPIRED)
        if error.message.startswith(_WRONG_TIME):
            return CredentialsError(f"This machine's clock is wrong; set it. AWS says: {error.message}")
        if error.kind is GapKind.DENIED:
            return CredentialsError(f"AWS does not accept the credentials: {error.message} {_HELP}")
        return CollectionError(f"AWS cannot be reached: {error.message}")

    def role_arn(self, account_id: str) -> str:
        """Return the ARN of the reader role in an account."""
        return f"arn:{self.caller.partition}:iam::{account_id}:role/{self._settings.role_name.lstrip('/')}"

    def enter(self, account_id: str) -> AwsClient:
        """Return a client with a fresh session of the reader role in the account.

        In the caller's own account its own credentials serve when the reader role cannot be assumed: StackSets do
        not reach the management account, and a hub role need not carry a second one.
        Raises RefusedError when the role cannot be assumed.
        """
        try:
            return self._accounts.enter(account_id)
        except RefusedError as error:
            if account_id == self.caller.account_id and error.kind in {GapKind.DENIED, GapKind.GONE}:
                return self.own(account_id)
            raise

    def own(self, account_id: str) -> AwsClient:
        """Return a client with the caller's own credentials, for the account they belong to."""
        if account_id != self.caller.account_id:
            raise CollectionError(f"The credentials belong to {self.caller.account_id}, not to {account_id}.")
        return self._accounts.client(self._own)

    def assume(self, account_id: str) -> Credentials:
        """Return credentials of the reader role in an account. Raises RefusedError when it cannot be assumed."""
        external_id = {"ExternalId": self._settings.external_id} if self._settings.external_id else {}
        answer = self.hub.call(
            "sts",
            "AssumeRole",
            RoleArn=self.role_arn(account_id),
            RoleSessionName=session_name(self.caller.name),
            **external_id,
        )
        credentials: Credentials = answer["Credentials"]
        return credentials
