"""One account's way to AWS: only listed operations, paced, tried again, counted, and with errors understood."""

from __future__ import annotations

import itertools
import logging
import math
import random
import re
from typing import TYPE_CHECKING, Any, TypeVar

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from hygiene.collect.deadline import Deadline
from hygiene.collect.operations import ALLOWED
from hygiene.collect.pacing import Pace
from hygiene.collect.refusal import EXPIRED, RefusedError, refusal
from hygiene.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hygiene.collect.identity import Identity
    from hygiene.collect.progress import Progress

logger = logging.getLogger(__name__)

T = TypeVar("T")

ATTEMPTS = 10
_FRUITLESS_SESSIONS = 3
"""So many sessions that answered nobody, and a call has no more hope. One that others used up says nothing: each call
that it answered is one less to make, so that this call's turn comes."""
_CONNECTIONS = 64
"""Kept open at most by one client: the hub's serves all accounts that are read at once."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 20.0
"""Seconds, between 0 and twice as long each time: clients that failed together must not return together.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""


class ForbiddenOperationError(Exception):
    """The program tried a call that is not on its list: our bug, and the run must stop."""


class AwsClient:
    """The calls of one principal. Safe to use from several threads.

    A call that AWS may answer the next time is made again: throttled ones at a slower pace, failed ones after a pause
    that grows, one with an expired session in a new one.
    """

    def __init__(
        self,
        identity: Identity,
        progress: Progress,
        paces: Mapping[str, tuple[float, float]] | None = None,
        region: str | None = None,
        deadline: Deadline | None = None,
    ) -> None:
        """`paces`: the calls a second that an operation begins with, and the most it may come to; others are free."""
        self._identity = identity
        self._progress = progress
        self._rates = dict(paces or {})
        self._paces: dict[str, Pace] = {}
        self._attempts: dict[str, int] = {}
        self._region = region
        self._deadline = deadline or Deadline()

    def call(self, service: str, operation: str, **parameters: object) -> dict[str, Any]:
        """Return AWS's answer. Raises RefusedError when there is none after all attempts."""

        def ask(client: Any) -> dict[str, Any]:
            answer: dict[str, Any] = getattr(client, _method(operation))(**parameters)
            answer.pop("ResponseMetadata", None)
            if not answer and client.meta.service_model.operation_model(operation).output_shape.members:
                # What botocore makes of JSON that was cut off.
                raise ResponseParserError("the answer is empty or cut off")
            return answer

        return self._persist(service, operation, ask)

    def content(self, service: str, operation: str, **parameters: object) -> bytes:
        """Return the body of an answer that is a stream; one that breaks off is asked for again from the start."""

        def read(client: Any) -> bytes:
            try:
                body: bytes = getattr(client, _method(operation))(**parameters)["Body"].read()
            except (HTTPError, OSError) as error:
                raise ConnectionClosedError(endpoint_url=client.meta.endpoint_url, error=error) from error
            return body

        return self._persist(service, operation, read)

    def _persist(self, service: str, operation: str, attempt: Callable[[Any], T]) -> T:
        """Make one attempt after the other until AWS answers, or will not."""
        if (service, operation) not in ALLOWED:
            raise ForbiddenOperationError(f"{service}:{operation} is not on the list of read operations")
        name, pace, fruitless, session = f"{service}:{operation}", self._pace(operation), 0, 0
        for number in itertools.count(1):
            self._wait(name, pace.reserve())
            self._progress.called()
            try:
                session, client = self._identity.client(service, self._region)
                answer = attempt(client)
            except (ClientError, BotoCoreError, ResponseParserError) as error:
                refused = refusal(name, error)
                if refused.code in EXPIRED and fruitless < _FRUITLESS_SESSIONS:
                    fruitless += self._identity.expired(session)
                elif self._is_final(operation, refused, number):
                    raise refused from error
                else:
                    self._slow_down(name, pace, refused, number)
            else:
                self._identity.answered(session)
                pace.let_through()
                self._attempts.pop(operation, None)
                return answer
        raise AssertionError  # pragma: no cover (count() does not end)

    def _wait(self, name: str, seconds: float) -> None:
        self._deadline.check(name)
        if seconds > 0:
            self._deadline.pause(seconds)
            self._deadline.check(name)

    def _is_final(self, operation: str, refused: RefusedError, number: int) -> bool:
        """Whether to give up. What failed for good is tried less often the next time, until AWS answers it again."""
        if not refused.may_pass:
            return True
        allowed = self._attempts.get(operation, ATTEMPTS)
        if number < allowed:
            return False
        self._attempts[operation] = max(allowed // 2, 1)
        return True

    def _slow_down(self, name: str, pace: Pace, refused: RefusedError, number: int) -> None:
        if refused.kind is GapKind.THROTTLED:
            was_paced = pace.is_known
            pace.throttled()
            if was_paced and number == 1:
                # The place it gets next is pause enough: the pace is slower now, for all who share the rate.
                return
        pause = random.uniform(0, min(_FIRST_PAUSE * 2 ** (number - 1), _LONGEST_PAUSE))  # noqa: S311 (no secret)
        logger.debug("%s is tried again in %.1f s: %s", name, pause, refused.code or refused.message)
        self._wait(name, pause)

    def _pace(self, operation: str) -> Pace:
        # setdefault is one step: threads that ask together get the same one.
        return self._paces.setdefault(operation, Pace(*self._rates.get(operation, (math.inf, math.inf))))

    def pause(self, seconds: float) -> None:
        """Wait within the account's time. Raises StoppedError when the run is told to stop."""
        self._deadline.pause(seconds)

    @property
    def session_number(self) -> int:
        """Which session of the principal calls by now: what AWS keeps for one session is gone with the next."""
        return self._identity.number

    def pages(self, service: str, operation: str, **parameters: object) -> Iterator[dict[str, Any]]:
        """Yield every page of a listing, empty ones too: AWS may send an empty page with a token.

        Raises RefusedError when it is cut off or goes in a circle: what was yielded is then not the whole.
        """
        token: dict[str, object] = {}
        seen: list[dict[str, object]] = []
        while True:
            answer = self.call(service, operation, **parameters, **token)
            yield answer
            # Newer services write every name with a small letter.
            named = next((name for name in ("NextToken", "nextToken") if answer.get(name)), None)
            if named:
                token = {named: answer[named]}
            elif answer.get("IsTruncated"):
                token = {"Marker": answer.get("Marker")}
            else:
                return
            if None in token.values() or token in seen:
                break
            seen.append(token)
        raise RefusedError(f"{service}:{operation}", GapKind.FAILED, "", "the listing does not come to an end")

    def listed(self, service: str, operation: str, key: str, **parameters: object) -> list[Any]:
        """Return the items of all pages of a listing."""
        return [item for page in self.pages(service, operation, **parameters) for item in page.get(key, [])]

    @property
    def region(self) -> str:
        """The Region that is called."""
        return self._region or str(self._identity.session().region_name)

    def known_regions(self, service: str) -> tuple[str, ...]:
        """Return the Regions of this partition that boto3 knows a service in, enabled in the account or not."""
        session = self._identity.session()
        partition = session.get_partition_for_region(self.region)
        return tuple(sorted(session.get_available_regions(service, partition)))

    def in_region(self, region: str) -> AwsClient:
        """Return a client for another Region: same session and deadline, paces of its own."""
        return AwsClient(self._identity, self._progress, self._rates, region, self._deadline)


def _method(operation: str) -> str:
    """Return boto3's method name of an operation: ListSAMLProviders is list_saml_providers."""
    from botocore import xform_name

    return xform_name(operation)


def client_config(version: str) -> Config:
    """Return how one attempt is made: trying again is `AwsClient`'s affair, which knows when time is up.

    Who calls is written once here: botocore would put it together twice for every call, a tenth of the call's cost.
    """
    return Config(
        retries={"mode": "standard", "total_max_attempts": 1},
        connect_timeout=10,
        read_timeout=60,
        max_pool_connections=_CONNECTIONS,
        user_agent=botocore.session.get_session().user_agent(),
        user_agent_extra=f"role-hygiene/{version}",
    )


def session_name(user: str) -> str:
    """Return a role session name that says who reads: CloudTrail shows it in every account."""
    return re.sub(r"[^\w+=,.@-]", "-", f"role-hygiene-{user}", flags=re.ASCII)[:64]
