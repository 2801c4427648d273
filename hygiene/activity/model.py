"""The values of an account's activity, as `activity.json` holds them and the checks see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime

SOURCES = ("lookup", "s3", "athena", "files")
"""Where events came from; `files` are CloudTrail files that somebody put into the snapshot."""

PRINCIPAL_KINDS = ("role", "user", "root", "service", "account", "saml", "web-identity", "unknown")


class EventReference(NamedTuple):
    """What a person needs to find an event again in CloudTrail. A tuple: there are a million of a busy account."""

    id: str
    time: datetime
    region: str


class Assumption(NamedTuple):
    """One principal's assumptions of one role in the window, added up.

    `principal`: a role or user ARN (of the role itself, never of its session), a service name, an account id, or the
    subject of a SAML or web identity with its provider (`provider ARN or host|subject`).
    `principal_account_id` is empty where there is none or it was not said. `count` are successes, `failed` refusals.
    A role of another account stands here too: only the caller's log says who it was, and what was refused.
    The counted maps hold up to 100 values, the most frequent first; what came beyond is added up under `other`, as
    are principals beyond 500 of a role and kind. `with_mfa` counts successes with MFA; None: nothing was said of it.
    `networks` are those of successes, `failed_networks` those of refusals: who was turned away was not in.
    The examples are the latest success, the latest refusal, and in `network_examples` the latest success from each
    network. A tuple, as there are as many of a busy account's days as there are events.
    """

    role_arn: str
    principal: str
    principal_kind: str
    principal_account_id: str
    count: int  # type: ignore[assignment]  # In place of the method that tuples have.
    failed: int
    first_seen: datetime
    last_seen: datetime
    networks: tuple[tuple[str, int], ...] = ()
    user_agents: tuple[tuple[str, int], ...] = ()
    errors: tuple[tuple[str, int], ...] = ()
    failed_networks: tuple[tuple[str, int], ...] = ()
    network_examples: tuple[tuple[str, EventReference], ...] = ()
    with_mfa: int | None = None
    example: EventReference | None = None
    failed_example: EventReference | None = None


@dataclass(frozen=True, slots=True)
class RoleChange:
    """One call that changed a role, or tried to. `error` is empty when it succeeded.

    `role_name` as the call named it; `role_id` where the answer said it. `subject`: the policy, boundary, tag or
    profile that the call was about. `document` is the policy or trust document the call set, else empty.
    """

    event: EventReference
    action: str
    role_name: str
    role_id: str
    by: str
    by_kind: str
    source_network: str
    user_agent: str
    error: str = ""
    subject: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Use of the root user, or console sign-ins of a user that failed, added up per principal and outcome."""

    principal: str
    is_root: bool
    action: str
    outcome: str
    count: int
    first_seen: datetime
    last_seen: datetime
    networks: tuple[tuple[str, int], ...]
    with_mfa: int | None
    example: EventReference


@dataclass(frozen=True, slots=True)
class Activity:
    """What is known of one account for one window. `begins` is inside of what was read, `ends` is not.

    `missing_days` are days of the window for which some region was not read, those before `begins` too.
    `problems` are sentences about what could not be read; `records_damaged` counts records that were not used, and
    `files_passed_by` files among the logs that are none: nothing is known to be missing for them.
    """

    account_id: str
    source: str
    begins: datetime
    ends: datetime
    regions: tuple[str, ...] = ()
    missing_days: tuple[date, ...] = ()
    problems: tuple[str, ...] = ()
    records_read: int = 0
    records_damaged: int = 0
    files_passed_by: int = 0
    assumptions: tuple[Assumption, ...] = ()
    changes: tuple[RoleChange, ...] = ()
    sign_ins: tuple[SignIn, ...] = ()
