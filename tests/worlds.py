"""Small simulated organizations for tests that talk to AWS over HTTP."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hygiene.config import Accounts, Aws, Settings
from hygiene.simulate import Account, Hub, Role, SimulatedAws, World
from hygiene.simulate.documents import trusts_service
from tests.builders import AS_OF, document, statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

HUB_ACCOUNT = "000011112222"


def a_simulated_role(name: str, **more: Any) -> Role:
    settings: dict[str, Any] = {
        "trust": trusts_service("lambda.amazonaws.com"),
        "inline": {"work": document(statement(["s3:GetObject", "sqs:SendMessage"], "arn:aws:s3:::one/*"))},
        "tags": {"owner": "ana@example.com"},
        "created_days_ago": 700,
        "last_used_days_ago": 3,
        "used_services": {"s3": 3},
        **more,
    }
    return Role(name, **settings)


def twelve_accounts(roles: int = 3) -> World:
    """Return 12 accounts: the hub, one that refuses, one suspended, one without last-accessed, eight plain ones."""
    odd: dict[int, dict[str, Any]] = {
        1: {"reader": "refuses"},
        2: {"state": "SUSPENDED"},
        3: {"reader": "no-last-accessed"},
    }
    members = tuple(
        Account(
            id=f"{number:012d}",
            name=f"member-{number}",
            roles=tuple(a_simulated_role(f"app-{index}") for index in range(roles)),
            **odd.get(number, {}),
        )
        for number in range(1, 12)
    )
    hub = Account(id=HUB_ACCOUNT, name="hub", roles=())
    return World((hub, *members), Hub(HUB_ACCOUNT), organization_id="o-twelve", management_account=HUB_ACCOUNT)


def quick_settings(**sections: Any) -> Settings:
    """Return settings that wait for no job longer than needed."""
    aws = Aws(last_accessed_first_poll_seconds=0, last_accessed_calls_per_second=100, **sections.pop("aws", {}))
    accounts = Accounts(**sections.pop("accounts", {}))
    return Settings(aws=aws, accounts=accounts, **sections)


@contextmanager
def simulated(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedAws]:
    """Run the world and point every AWS client of this process at it."""
    with SimulatedAws(world, clock=lambda: AS_OF) as aws:
        point_at(aws.environment(), monkeypatch)
        yield aws


def point_at(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the environment of an AWS client, and nothing of this machine's own."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
