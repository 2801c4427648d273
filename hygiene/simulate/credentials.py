"""Access keys in, callers out: the long-term keys of the world and the sessions AssumeRole minted."""

from __future__ import annotations

import math
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hygiene.simulate.errors import SimulationError, expired_token, invalid_token
from hygiene.simulate.identifiers import access_key_id, secret_access_key, session_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from moto.iam.models import IAMBackend
    from moto.iam.models import Role as MotoRole

    from hygiene.simulate.world import World


@dataclass(frozen=True)
class Caller:
    """Who signed a request.

    `arn` is what GetCallerIdentity shows, `principal_arn` the role or user behind it (`aws:PrincipalArn`).
    """

    account_id: str
    arn: str
    principal_arn: str
    user_id: str
    access_key_id: str
    secret: str
    role_id: str | None = None
    user_name: str | None = None
    token: str | None = None
    expires_at: float | None = None
    session_policies: tuple[Mapping[str, Any], ...] = ()

    @property
    def is_role_session(self) -> bool:
        """Whether assuming another role would be role chaining."""
        return self.role_id is not None


def role_session(role: MotoRole, session_name: str, key_id: str, seed: str, **more: Any) -> Caller:
    """A session of a role."""
    arn = f"arn:{role.partition}:sts::{role.account_id}:assumed-role/{role.name}/{session_name}"
    return Caller(
        account_id=role.account_id,
        arn=arn,
        principal_arn=role.arn,
        user_id=f"{role.id}:{session_name}",
        access_key_id=key_id,
        secret=secret_access_key(seed),
        role_id=role.id,
        **more,
    )


class CredentialStore:
    """All the access keys that are good for something."""

    def __init__(self, iam: Callable[[str], IAMBackend], world: World) -> None:
        self._iam = iam
        self._world = world
        self._callers: dict[str, Caller] = {}
        self._sessions = 0
        self._calls: Counter[str] = Counter()
        self.session_seconds = math.inf
        self.session_calls = math.inf

    def long_term(self, account_id: str, principal: str) -> Caller:
        """Keys of `role/NAME` or `user/NAME` that never expire; a role's act as a session named after it."""
        kind, _, name = principal.partition("/")
        seed = f"{account_id} {principal}"
        key_id = access_key_id("AKIA", seed)
        if kind == "role":
            role = next((r for r in self._iam(account_id).roles.values() if r.name == name), None)
            if role is None:
                raise SimulationError(f"The world has no role {name!r} in account {account_id}.")
            caller = role_session(role, "simulated", key_id, seed)
        elif kind == "user":
            caller = self._user(account_id, name, key_id, secret_access_key(seed))
        else:
            raise SimulationError(f"A principal is written role/NAME or user/NAME, not {principal!r}.")
        self._callers[key_id] = caller
        return caller

    def mint(
        self, role: MotoRole, session_name: str, seconds: int, policies: tuple[Mapping[str, Any], ...]
    ) -> Caller:
        """Session credentials that really expire, by the real clock, since botocore looks at it."""
        self._sessions += 1
        seed = f"{role.arn} {session_name} {self._sessions}"
        caller = role_session(
            role,
            session_name,
            access_key_id("ASIA", seed),
            seed,
            token=session_token(seed),
            expires_at=time.time() + min(seconds, self.session_seconds),
            session_policies=policies,
        )
        self._callers[caller.access_key_id] = caller
        return caller

    def find(self, key_id: str, token: str | None, service: str) -> Caller:
        """The caller behind a key; raises when the key is unknown, its token wrong or its session over."""
        caller = self._callers.get(key_id) or self._key_made_over_the_api(key_id)
        if caller is None or not self._still_exists(caller):
            raise invalid_token(service)
        if caller.token is not None and caller.token != token:
            raise invalid_token(service)
        if caller.expires_at is not None:
            self._calls[key_id] += 1
            if caller.expires_at <= time.time() or self._calls[key_id] > self.session_calls:
                raise expired_token(service)
        return caller

    def expire_sessions(self) -> None:
        """End every session now, as if its hour were over."""
        for key_id, caller in list(self._callers.items()):
            if caller.expires_at is not None:
                self.expire(key_id)

    def expire(self, key_id: str) -> None:
        """End one session now."""
        self._callers[key_id] = replace(self._callers[key_id], expires_at=0.0)

    def _still_exists(self, caller: Caller) -> bool:
        iam = self._iam(caller.account_id)
        if caller.role_id is not None:
            return caller.role_id in iam.roles
        return caller.user_name in iam.users

    def _user(self, account_id: str, name: str, key_id: str, secret: str) -> Caller:
        user = self._iam(account_id).users.get(name)
        if user is None:
            raise SimulationError(f"The world has no user {name!r} in account {account_id}.")
        return Caller(account_id, user.arn, user.arn, user.id, key_id, secret, user_name=name)

    def _key_made_over_the_api(self, key_id: str) -> Caller | None:
        """Keys seeded with a user, or made with CreateAccessKey, live in moto."""
        for account in self._world.accounts:
            for user in self._iam(account.id).users.values():
                for key in user.access_keys:
                    if key.access_key_id == key_id and key.status == "Active":
                        return self._user(account.id, user.name, key_id, key.secret_access_key)
        return None
