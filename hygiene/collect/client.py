"""One account's way to AWS: only listed operations, paced, counted, and with errors already understood."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from hygiene.collect.operations import ALLOWED
from hygiene.collect.pacing import Pace
from hygiene.collect.refusal import RefusedError, refusal
from hygiene.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import boto3

    from hygiene.collect.progress import Progress


class ForbiddenOperationError(Exception):
    """The program tried a call that is not on its list: our bug, and the run must stop."""


class AwsClient:
    """The calls of one session. Not shared between threads."""

    def __init__(
        self,
        session: boto3.Session,
        config: Config,
        progress: Progress,
        paces: Mapping[str, float] | None = None,
        region: str | None = None,
    ) -> None:
        self._session = session
        self._config = config
        self._progress = progress
        self._rates = dict(paces or {})
        self._paces = {name: Pace(per_second) for name, per_second in self._rates.items()}
        self._region = region
        self._clients: dict[str, Any] = {}

    def call(self, service: str, operation: str, **parameters: object) -> dict[str, Any]:
        """Return AWS's answer. Raises RefusedError when there is none after botocore's own retries."""
        if (service, operation) not in ALLOWED:
            raise ForbiddenOperationError(f"{service}:{operation} is not on the list of read operations")
        if operation in self._paces:
            self._paces[operation].wait()
        self._progress.called()
        try:
            answer: dict[str, Any] = getattr(self._client(service), _method(operation))(**parameters)
        except (ClientError, BotoCoreError) as error:
            raise refusal(f"{service}:{operation}", error) from error
        answer.pop("ResponseMetadata", None)
        return answer

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
        return self._region or str(self._session.region_name)

    def known_regions(self, service: str) -> tuple[str, ...]:
        """Return the Regions of this partition that boto3 knows a service in, enabled in the account or not."""
        partition = self._session.get_partition_for_region(self.region)
        return tuple(sorted(self._session.get_available_regions(service, partition)))

    def in_region(self, region: str, service: str) -> AwsClient:
        """Return a client for one service in another Region: same session, a pace of its own.

        Made here, in the session's thread; the client may then be used in another one.
        """
        other = AwsClient(self._session, self._config, self._progress, self._rates, region)
        other.prepare(service)
        return other

    def prepare(self, service: str) -> None:
        """Make the client of a service now: calls of it alone may then come from several threads."""
        self._client(service)

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            made = self._session.client(service, region_name=self._region, config=self._config)  # type: ignore[call-overload]
            self._clients[service] = made
        return self._clients[service]


def _method(operation: str) -> str:
    """Return boto3's method name of an operation: ListSAMLProviders is list_saml_providers."""
    from botocore import xform_name

    return xform_name(operation)


def client_config(version: str, workers: int) -> Config:
    """Return how calls are retried: adaptive needs about 40 % fewer calls than standard under IAM's throttles.

    https://docs.aws.amazon.com/boto3/latest/guide/retries.html
    """
    return Config(
        retries={"mode": "adaptive", "total_max_attempts": 10},
        connect_timeout=10,
        read_timeout=60,
        max_pool_connections=workers,
        user_agent_extra=f"role-hygiene/{version}",
    )


def session_name(user: str) -> str:
    """Return a role session name that says who reads: CloudTrail shows it in every account."""
    return re.sub(r"[^\w+=,.@-]", "-", f"role-hygiene-{user}", flags=re.ASCII)[:64]
