from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from hygiene.simulate import Account, Hub, World
from tests.worlds import HUB_ACCOUNT, simulated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.simulate import SimulatedAws


@pytest.fixture(scope="module")
def aws() -> Iterator[SimulatedAws]:
    """Give one simulated AWS with a bucket `reviews`; tests use prefixes of their own."""
    lone = World((Account(id=HUB_ACCOUNT, name="lone", roles=()),), Hub(HUB_ACCOUNT))
    with pytest.MonkeyPatch.context() as monkeypatch, simulated(lone, monkeypatch) as running:
        yield running


@pytest.fixture
def s3(aws: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give an unmodified boto3 client of the simulated S3, with the bucket `reviews` in it."""
    for name, value in aws.environment().items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3")
    if not any(bucket["Name"] == "reviews" for bucket in client.list_buckets()["Buckets"]):
        client.create_bucket(Bucket="reviews")
    yield client
    aws.faults.clear()
