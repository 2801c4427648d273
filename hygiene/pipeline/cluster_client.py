"""The way to a Dask scheduler: which addresses may be used, how both sides know each other, and who waits how long.

https://distributed.dask.org/en/stable/tls.html
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from hygiene.config import LOOPBACK
from hygiene.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from distributed import Client, Future

    from hygiene.config import Cluster as ClusterSettings

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 10
FIRST_WORKER_SECONDS = 60
"""So long a scheduler may take to have its first worker."""

ABSENCE_SECONDS = 60
"""So long a scheduler may be without any worker on the way."""

_LOOK_SECONDS = 2
INSTALL = 'pip install "role-hygiene[cluster]"'


@dataclass(frozen=True, slots=True)
class Address:
    """Where a scheduler listens, such as `tls://scheduler.example.com:8786`."""

    url: str
    is_encrypted: bool
    is_here: bool
    """Whether it is this machine's loopback."""

    @classmethod
    def parse(cls, url: str, *, insecure: bool) -> Address:
        """Return the address. Raises ConfigError for one that would let anybody on the network run code as we."""
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = None
        if parts.scheme not in ("tls", "tcp") or not parts.hostname or port is None:
            raise ConfigError(f"--cluster {url}: write the scheduler's address, such as tls://scheduler:8786.")
        is_here = parts.hostname in LOOPBACK
        if parts.scheme == "tcp" and not is_here and not insecure:
            raise ConfigError(
                f"--cluster {url}: whoever reaches such a scheduler can run code on its workers. Write tls:// and "
                "set [cluster] ca, cert and key, or say --cluster-insecure in a network where nobody else is."
            )
        return cls(url, parts.scheme == "tls", is_here)


class Watch:
    """Gives futures up when the scheduler has had no worker for a while: nobody would ever do them; used in a `with`.

    Dask itself waits for ever for workers to come.
    """

    def __init__(self, client: Client, futures: Sequence[Future[Any]]) -> None:
        self.given_up = False
        self._client = client
        self._futures = futures
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="cluster-watch", daemon=True)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no longer."""
        self._is_over.set()
        self._thread.join(1)

    def _look(self) -> None:
        last_seen = time.monotonic()
        while not self._is_over.wait(_LOOK_SECONDS):
            if self._has_workers():
                last_seen = time.monotonic()
            elif time.monotonic() - last_seen > ABSENCE_SECONDS:
                self.given_up = True
                self._client.cancel(self._futures)
                return

    def _has_workers(self) -> bool:
        try:
            return bool(self._client.nthreads())
        except (OSError, RuntimeError) as error:
            # Whoever waits for the futures hears of a scheduler that is gone.
            logger.debug("the scheduler does not answer: %s", error)
            return True


@contextmanager
def client_of(address: Address, settings: ClusterSettings) -> Iterator[Client]:
    """Give the way to the scheduler at an address, which has a worker by then. Raises ConfigError as `connected`."""
    try:
        from distributed import Client
        from distributed.security import Security
    except ImportError as error:
        raise ConfigError(f"--cluster needs an extra package: {INSTALL}") from error
    _silence()
    security = None
    if address.is_encrypted:
        ca, cert, key = _certificates(settings)
        security = Security(require_encryption=True, tls_ca_file=ca, tls_client_cert=cert, tls_client_key=key)
    try:
        client = Client(address.url, security=security, timeout=ANSWER_SECONDS, set_as_default=False, name="hygiene")
    except (OSError, TimeoutError, ValueError) as error:
        raise ConfigError(
            f"--cluster {address.url}: no scheduler answers there within {ANSWER_SECONDS} seconds ({error}). "
            "Start one with `dask scheduler`, and look at [cluster] ca, cert and key."
        ) from error
    try:
        _wait_for_workers(client, address)
        yield client
    finally:
        client.close(timeout=ANSWER_SECONDS)


def _silence() -> None:
    """Let Dask's loggers, which have levels of their own, tell nothing of connections: what matters is raised."""
    for name in (
        "distributed",
        *(name for name in logging.root.manager.loggerDict if name.startswith("distributed.")),
    ):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _wait_for_workers(client: Client, address: Address) -> None:
    try:
        client.wait_for_workers(1, timeout=FIRST_WORKER_SECONDS)
    except TimeoutError as error:
        raise ConfigError(
            f"--cluster {address.url}: the scheduler has no workers. Start some with `dask worker {address.url}`."
        ) from error


def _certificates(settings: ClusterSettings) -> tuple[str, str, str]:
    missing = [name for name in ("ca", "cert", "key") if getattr(settings, name) is None]
    if missing:
        raise ConfigError(f"--cluster: tls:// needs [cluster] {', '.join(missing)} (files in PEM format).")
    files = (settings.ca, settings.cert, settings.key)
    for file in files:
        if file is None or not file.is_file():
            raise ConfigError(f"[cluster]: {file}: no such file.")
    ca, cert, key = (str(file) for file in files)
    return ca, cert, key
