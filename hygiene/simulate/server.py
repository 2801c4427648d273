"""The simulated AWS on a loopback port: a world in, an endpoint URL for any unmodified AWS client out."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from threading import Lock, Thread
from typing import TYPE_CHECKING, Self

from werkzeug.serving import BaseWSGIServer, make_server

from hygiene.simulate.connections import Handler, OpenConnections
from hygiene.simulate.errors import SimulationError
from hygiene.simulate.overlay import Overlay
from hygiene.simulate.seed import seed
from hygiene.simulate.state import State, forget_everything

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from types import TracebackType

    from hygiene.simulate.calls import Call
    from hygiene.simulate.cloudtrail.records import Record
    from hygiene.simulate.faults import Faults
    from hygiene.simulate.trail_bucket import Damage
    from hygiene.simulate.world import World

HOST = "127.0.0.1"

_only_one = Lock()
"""moto keeps its backends in module globals, so a process holds one simulated AWS at a time."""


def wall_clock() -> datetime:
    """The real time, for a simulation that goes on."""
    return datetime.now(UTC)


class SimulatedAws:
    """A simulated AWS organization; use it as a context manager, or `start` and `stop` it."""

    def __init__(self, world: World, clock: Callable[[], datetime] = wall_clock, port: int = 0) -> None:
        self._state = State(world, clock)
        self._port = port
        self._connections = OpenConnections()
        self._server: BaseWSGIServer | None = None
        self._thread: Thread | None = None

    def start(self) -> None:
        """Seed the world and listen; raises SimulationError while another one runs in this process."""
        if not _only_one.acquire(blocking=False):
            raise SimulationError("Another simulated AWS is running in this process; stop it first.")
        try:
            forget_everything()
            seed(self._state)
            handler = type("Handler", (Handler,), {"connections": self._connections})
            self._server = make_server(HOST, self._port, Overlay(self._state), threaded=True, request_handler=handler)
        except BaseException:
            _only_one.release()
            raise
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name="simulated-aws")
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; harmless when it was never started."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._connections.close()
        self._server = self._thread = None
        forget_everything()
        _only_one.release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def world(self) -> World:
        """What it was seeded with."""
        return self._state.world

    @property
    def endpoint_url(self) -> str:
        """The address for AWS_ENDPOINT_URL."""
        if self._server is None:
            raise SimulationError("The simulated AWS is not running.")
        return f"http://{HOST}:{self._server.server_port}"

    def environment(self, account_id: str | None = None, principal: str | None = None) -> dict[str, str]:
        """Environment variables that make any AWS client a principal of the world; by default the hub's.

        `principal` is written `role/NAME` or `user/NAME`. The keys never expire.
        """
        hub = self._state.world.hub
        caller = self._state.credentials.long_term(account_id or hub.account_id, principal or hub.principal)
        region = self._state.world.region
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": caller.access_key_id,
            "AWS_SECRET_ACCESS_KEY": caller.secret,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
        }

    def session_environment(self, name: str = "operator") -> dict[str, str]:
        """Like `environment`, but of a session of the hub role, as a person who signed in has: it ends."""
        hub = self._state.world.hub
        role = self._state.role(f"arn:{self._state.world.partition}:iam::{hub.account_id}:{hub.principal}")
        if role is None:
            raise SimulationError("The hub is no role, so it has no sessions.")
        session = self._state.credentials.mint(role, name, 3600, ())
        return {
            **self.environment(),
            "AWS_ACCESS_KEY_ID": session.access_key_id,
            "AWS_SECRET_ACCESS_KEY": session.secret,
            "AWS_SESSION_TOKEN": str(session.token),
        }

    @property
    def faults(self) -> Faults:
        """What is to go wrong."""
        return self._state.faults

    @property
    def calls(self) -> list[Call]:
        """Every call so far, in the order of the answers."""
        return self._state.calls.all()

    def events(self) -> Sequence[Record]:
        """Every CloudTrail record of the organization, newest first; raises SimulationError for an impossible one."""
        return self._state.events.all()

    def damage_trail(self, how: Damage, account_id: str, day: date | None = None) -> list[str]:
        """Spoil the trail's objects of an account, all or those in one day's folder; returns their keys."""
        with self._state.lock:
            return self._state.trail_bucket.damage(how, account_id, day)

    def forget_calls(self) -> None:
        """Empty the call log."""
        self._state.calls.forget()

    def shorten_sessions(self, *, seconds: float = math.inf, calls: float = math.inf) -> None:
        """Let every session end after so many seconds, or calls, whatever AssumeRole promised."""
        self._state.credentials.session_seconds = seconds
        self._state.credentials.session_calls = calls

    def expire_sessions(self) -> None:
        """End every assumed-role session now."""
        self._state.credentials.expire_sessions()
