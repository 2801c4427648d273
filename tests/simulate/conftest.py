"""The small organization on loopback, and ways to reach it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hygiene.simulate.server import SimulatedAws
from tests.simulate.small_world import AS_OF, READER, WORKLOAD, Connect, client, small_world

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def aws() -> Iterator[SimulatedAws]:
    """The small world, running."""
    with SimulatedAws(small_world(), clock=lambda: AS_OF) as running:
        yield running


@pytest.fixture
def connect(aws: SimulatedAws) -> Connect:
    """`connect("iam")` as the hub, or as a principal of an account."""

    def _connect(service: str, account_id: str | None = None, principal: str | None = None, **more: Any) -> Any:
        return client(service, aws.environment(account_id, principal), **more)

    return _connect


@pytest.fixture
def assume(aws: SimulatedAws, connect: Connect) -> Connect:
    """`assume("iam", account)` as the reader of an account, through a real AssumeRole."""

    def _assume(service: str, account_id: str = WORKLOAD, role: str = READER, **more: Any) -> Any:
        arn = f"arn:aws:iam::{account_id}:role/{role}"
        made = connect("sts").assume_role(RoleArn=arn, RoleSessionName="review", **more)["Credentials"]
        environment = {
            **aws.environment(),
            "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
        }
        return client(service, environment, made["SessionToken"])

    return _assume
