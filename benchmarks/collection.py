"""Collects 1, 10 and 100 accounts against AWS-like throttles; prints wall time and calls against their floors.

    python benchmarks/collection.py [--accounts 1 10 100] [--roles 100] [--rate 10] [--shards N]

The simulated AWS is cut by account into processes, as one alone answers some 250 calls a second. Every account and
API has a token bucket of its own, as at AWS. The floor of the time is the larger of two: what the buckets let
through, and what the simulated AWS can answer at all, measured beforehand by other processes that send one signed
request again and again. The floor of the calls is that of `calls.py`.
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import os
import platform
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from hygiene import pipeline
from hygiene.collect import sessions
from hygiene.collect.progress import Silent
from hygiene.config import Settings
from hygiene.simulate import Account, Hub, SimulatedAws, World, floor_calls, generated_world

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MOMENT = datetime(2026, 12, 31, 6, 0, tzinfo=UTC)
JOB_CALLS = ("GenerateServiceLastAccessedDetails", "GetServiceLastAccessedDetails")
WALL_FACTOR, CALLS_FACTOR = 1.2, 1.1
_HAMMER_SECONDS = 3.0

_processes = multiprocessing.get_context("spawn")


def serve(world: World, rate: float, pipe: Connection) -> None:
    """Simulate some accounts until told to end; sends the environment first and the calls last."""
    with SimulatedAws(world, clock=lambda: MOMENT) as aws:
        for operation in JOB_CALLS:
            aws.faults.throttle("iam", operation, rate=rate, burst=rate)
        pipe.send(aws.environment())
        while pipe.recv() != "end":
            aws.forget_calls()
        pipe.send(Counter(call.operation for call in aws.calls))


class Shards:
    """The processes, each with the hub and a part of the accounts; the first one answers for the organization too."""

    def __init__(self, world: World, number: int, rate: float) -> None:
        members = [account for account in world.accounts if account.id != world.hub.account_id]
        hub = next(account for account in world.accounts if account.id == world.hub.account_id)
        self._pipes: list[Connection] = []
        self._shard_of: dict[str, int] = {hub.id: 0}
        for shard in range(number):
            own = {account.id for account in members[shard::number]}
            self._shard_of.update(dict.fromkeys(own, shard))
            # Accounts of other shards are here by name alone, so that the organization is whole in each.
            there = [member if member.id in own else replace(member, roles=(), policies=()) for member in members]
            here, other = _processes.Pipe()
            arguments = (replace(world, accounts=(hub, *there)), rate, other)
            _processes.Process(target=serve, args=arguments, daemon=True).start()
            self._pipes.append(here)
        self.environments: list[dict[str, str]] = [pipe.recv() for pipe in self._pipes]

    def endpoint_of(self, account_id: str) -> str:
        """Return where an account answers."""
        return self.environments[self._shard_of[account_id]]["AWS_ENDPOINT_URL"]

    def forget_calls(self) -> None:
        """Count from now on."""
        for pipe in self._pipes:
            pipe.send("forget")

    def end(self) -> Counter[str]:
        """End the processes and return the calls by operation."""
        for pipe in self._pipes:
            pipe.send("end")
        calls = Counter[str]()
        for pipe in self._pipes:
            calls += pipe.recv()
        return calls


class _Pointed:
    """A boto3 session whose clients go to the account's own process."""

    def __init__(self, session: boto3.Session, endpoint: str) -> None:
        self._session, self._endpoint = session, endpoint
        self.region_name = session.region_name

    def client(self, service: str, **more: Any) -> Any:
        return self._session.client(service, endpoint_url=self._endpoint, **more)  # type: ignore[call-overload]


def routed(shards: Shards) -> type[sessions.Sessions]:
    """Return the program's sessions with one difference: every account has an address of its own."""

    class Routed(sessions.Sessions):
        def _assumed(self, account_id: str) -> boto3.Session:
            endpoint = shards.endpoint_of(account_id)
            sts = boto3.Session(region_name=self._region).client("sts", endpoint_url=endpoint)
            made = sts.assume_role(RoleArn=self.role_arn(account_id), RoleSessionName="benchmark")["Credentials"]
            session = boto3.Session(
                made["AccessKeyId"],
                made["SecretAccessKey"],
                made["SessionToken"],
                region_name=self._region,
                botocore_session=self._core(),
            )
            return _Pointed(session, endpoint)  # type: ignore[return-value]

    return Routed


def hammer(environment: dict[str, str], answered: Connection) -> None:
    """Send one signed request again and again; tells how many were answered a second."""
    endpoint = urlsplit(environment["AWS_ENDPOINT_URL"])
    keys = Credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
    body = "Action=GetCallerIdentity&Version=2011-06-15"
    kind = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "Host": endpoint.netloc}
    request = AWSRequest("POST", f"{environment['AWS_ENDPOINT_URL']}/", data=body, headers=kind)
    SigV4Auth(keys, "sts", environment["AWS_REGION"]).add_auth(request)
    connection = http.client.HTTPConnection(endpoint.netloc)
    number, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < _HAMMER_SECONDS:
        connection.request("POST", "/", body, dict(request.headers))
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"the simulated AWS answered {answer.status} to the request that measures it")
        number += 1
    answered.send(number / _HAMMER_SECONDS)


def capacity(shards: Shards) -> float:
    """Return how many calls a second the processes answer together."""
    pipes = []
    for environment in shards.environments:
        here, other = _processes.Pipe()
        _processes.Process(target=hammer, args=(environment, other), daemon=True).start()
        pipes.append(here)
    return float(sum(pipe.recv() for pipe in pipes))


def jobs_of(account: Account) -> int:
    """Return the least last-accessed jobs of one account."""
    alone = World((replace(account, ou=""),), Hub(account.id))
    return floor_calls(alone)[JOB_CALLS[0]]


def measure(accounts: int, roles: int, rate: float, number: int) -> bool:
    """Collect one organization and print a line; return whether both targets are met."""
    world = generated_world(accounts=accounts, roles_per_account=roles)
    floor = Counter(floor_calls(world))
    shards = Shards(world, min(number, accounts), rate)
    most = capacity(shards)
    shards.forget_calls()
    environment = shards.environments[0]
    os.environ.update(environment)
    settings = Settings()
    unrouted, sessions.Sessions = sessions.Sessions, routed(shards)  # type: ignore[misc]
    try:
        with tempfile.TemporaryDirectory() as folder:
            begun, cpu = time.perf_counter(), time.process_time()
            pipeline.collect(settings, f"{folder}/snapshot", None, Silent())
            seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    finally:
        sessions.Sessions = unrouted  # type: ignore[misc]
    made = shards.end()
    largest = max(jobs_of(account) for account in world.accounts)
    by_throttle = max(largest - rate, 0) / rate
    by_capacity = floor.total() / most
    least = max(by_throttle, by_capacity)
    print(
        f"{accounts:>9}{seconds:>9.1f}{by_throttle:>11.1f}{by_capacity:>11.1f}{seconds / least:>7.2f}"
        f"{made.total():>9}{floor.total():>8}{made.total() / floor.total():>7.3f}{1000 * cpu / made.total():>9.2f}"
    )
    return seconds <= WALL_FACTOR * least and made.total() <= CALLS_FACTOR * floor.total()


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--roles", type=int, default=100, help="per account")
    parser.add_argument("--rate", type=float, default=10.0, help="calls a second of each account and API")
    parser.add_argument("--shards", type=int, default=os.cpu_count() or 1, help="processes of the simulated AWS")
    wanted = parser.parse_args()
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("boto3", "moto"))
    print(f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {versions}, {os.cpu_count()} CPUs")
    print("             wall    floor by    floor by             calls                     CPU per")
    print(" accounts       s    throttle    capacity  factor     made   floor factor    call, ms")
    good = [measure(number, wanted.roles, wanted.rate, wanted.shards) for number in wanted.accounts]
    raise SystemExit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
