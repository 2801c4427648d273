"""Collects 1, 10 and 100 accounts against AWS-like throttles; prints wall time and calls against their floors.

    python benchmarks/collection.py [--accounts 1 10 100] [--roles 100] [--rate 10] [--shards N]

The simulated AWS is cut by account into processes, as one alone answers some 250 calls a second; the program is told
which account is where. Every account and API has a token bucket of its own, as at AWS. The floor of the time is the
larger of two: what the buckets let through, and what the simulated AWS can answer at all. The latter is measured
beforehand, without buckets, by bare boto3 that makes every call of the floor for some of the accounts and keeps
nothing: one process for each of the simulation's, with several threads. The floor of the calls is that of `calls.py`.

Small accounts are the hard case: with 100 roles the throttles' floor is seven seconds, and the start of the program,
the listing and the first job's answer come on top of it. `--roles 500` is what the target organization has.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from hygiene import pipeline
from hygiene.collect.account_sessions import AccountSessions
from hygiene.collect.progress import Silent
from hygiene.collect.sessions import Sessions
from hygiene.config import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection

    from hygiene.collect.account_session import AccountSession
    from hygiene.simulate import Account, World

MOMENT = datetime(2026, 12, 31, 6, 0, tzinfo=UTC)
JOB_CALLS = ("GenerateServiceLastAccessedDetails", "GetServiceLastAccessedDetails")
WALL_FACTOR, CALLS_FACTOR = 1.2, 1.1
_ENDPOINTS = "BENCHMARK_ENDPOINTS"
"""Account id → address, for the processes in which the program reads accounts."""
_BARE_ACCOUNTS, _BARE_THREADS = 8, 4

_processes = multiprocessing.get_context("spawn")
# A process in which the program reads accounts runs this file first: the simulation, which takes two seconds to load,
# is imported where it is used.


def serve(world: World, rate: float, pipe: Connection) -> None:
    """Simulate some accounts until told to end, throttled from when it is asked to count; sends the calls last."""
    from hygiene.simulate import SimulatedAws

    with SimulatedAws(world, clock=lambda: MOMENT) as aws:
        pipe.send(aws.environment())
        while pipe.recv() != "end":
            aws.forget_calls()
            for operation in JOB_CALLS:
                aws.faults.throttle("iam", operation, rate=rate, burst=rate)
            pipe.send("throttled")
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

    def shard_of(self, account_id: str) -> int:
        """Return which process answers for an account."""
        return self._shard_of[account_id]

    def endpoint_of(self, account_id: str) -> str:
        """Return where an account answers."""
        return self.environments[self._shard_of[account_id]]["AWS_ENDPOINT_URL"]

    def endpoints(self) -> dict[str, str]:
        """Return where each account answers."""
        return {account_id: self.endpoint_of(account_id) for account_id in self._shard_of}

    def begin(self) -> None:
        """Throttle and count from now on."""
        for pipe in self._pipes:
            pipe.send("begin")
        for pipe in self._pipes:
            pipe.recv()

    def end(self) -> Counter[str]:
        """End the processes and return the calls by operation."""
        for pipe in self._pipes:
            pipe.send("end")
        calls = Counter[str]()
        for pipe in self._pipes:
            calls += pipe.recv()
        return calls


def read_from(endpoints: dict[str, str]) -> None:
    """Let every account's sessions of this process go to the address of the account."""
    session_of = AccountSessions.session

    def pointed(self: AccountSessions, account_id: str) -> AccountSession:
        session = session_of(self, account_id)
        make: Any = session.client
        session.client = partial(make, endpoint_url=endpoints[account_id])  # type: ignore[method-assign]
        return session

    AccountSessions.session = pointed  # type: ignore[method-assign]


if __name__ == "__mp_main__" and _ENDPOINTS in os.environ:
    # A process that the program has started, to read accounts: it runs this file first.
    read_from(json.loads(os.environ[_ENDPOINTS]))


@contextmanager
def routed(shards: Shards) -> Iterator[None]:
    """Let the program find every account in its own process of the simulation, and nothing else be different."""
    doors = {
        # With the keys of each process: what one simulation gave out, the others do not know.
        environment["AWS_ENDPOINT_URL"]: boto3.client(
            "sts",
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )
        for environment in shards.environments
    }

    def assume(self: Sessions, account_id: str) -> dict[str, str]:
        door = doors[shards.endpoint_of(account_id)]
        made: Any = door.assume_role(RoleArn=self.role_arn(account_id), RoleSessionName="benchmark")
        return dict(made["Credentials"])

    before, Sessions.assume = Sessions.assume, assume  # type: ignore[method-assign]
    session_of = AccountSessions.session
    endpoints = shards.endpoints()
    read_from(endpoints)
    os.environ[_ENDPOINTS] = json.dumps(endpoints)
    try:
        yield
    finally:
        del os.environ[_ENDPOINTS]
        Sessions.assume, AccountSessions.session = before, session_of  # type: ignore[method-assign]


class Bare:
    """What anybody who calls through boto3 must spend: the calls of the floor, one account after the other."""

    def __init__(self, endpoint: str, config: Config) -> None:
        self._endpoint, self._config = endpoint, config
        self._loader = botocore.session.get_session().get_component("data_loader")
        self._sts = self.client("sts")
        self.client("iam")

    def client(self, service: str, **keys: str) -> Any:
        """Return a client whose API model is read once for all."""
        core = botocore.session.get_session()
        core.register_component("data_loader", self._loader)
        session: Any = boto3.Session(botocore_session=core, **keys)
        return session.client(service, endpoint_url=self._endpoint, config=self._config)

    def read(self, role_arn: str, role_arns: Sequence[str]) -> int:
        """Read one account as the reader role; `role_arns` get a job each. Returns the calls made."""
        made = self._sts.assume_role(RoleArn=role_arn, RoleSessionName="benchmark")["Credentials"]
        iam = self.client(
            "iam",
            aws_access_key_id=made["AccessKeyId"],
            aws_secret_access_key=made["SecretAccessKey"],
            aws_session_token=made["SessionToken"],
        )
        pages = sum(1 for _ in iam.get_paginator("get_account_authorization_details").paginate(MaxItems=1000))
        pages += sum(1 for _ in iam.get_paginator("list_roles").paginate(MaxItems=1000))
        iam.get_account_summary()
        iam.list_open_id_connect_providers()
        iam.list_saml_providers()
        iam.generate_credential_report()
        iam.get_credential_report()
        jobs = [iam.generate_service_last_accessed_details(Arn=arn)["JobId"] for arn in role_arns]
        for job in jobs:
            iam.get_service_last_accessed_details(JobId=job, MaxItems=1000)
        return 1 + pages + 5 + 2 * len(jobs)


def read_barely(environment: dict[str, str], wanted: list[tuple[str, list[str]]], pipe: Connection) -> None:
    """Read accounts of one simulation when told to, several at a time; sends the number of calls."""
    os.environ.update(environment)
    bare = Bare(environment["AWS_ENDPOINT_URL"], Config(max_pool_connections=_BARE_THREADS))
    pipe.send("ready")
    pipe.recv()
    with ThreadPoolExecutor(_BARE_THREADS) as pool:
        pipe.send(sum(pool.map(lambda account: bare.read(*account), wanted)))


def capacity(shards: Shards, world: World) -> float:
    """Return how many calls a second the processes answer together, in the mixture a collection makes."""
    from hygiene.simulate.floor import worth_asking

    chosen: list[list[tuple[str, list[str]]]] = [[] for _ in shards.environments]
    for account in world.accounts[: max(_BARE_ACCOUNTS, len(chosen))]:
        arns = [
            f"arn:aws:iam::{account.id}:role{role.path}{role.name}" for role in account.roles if worth_asking(role)
        ]
        reader = f"arn:aws:iam::{account.id}:role/{Settings().aws.role_name}"
        chosen[shards.shard_of(account.id)].append((reader, arns))
    pipes, callers = [], []
    for environment, wanted in zip(shards.environments, chosen, strict=True):
        here, other = _processes.Pipe()
        callers.append(_processes.Process(target=read_barely, args=(environment, wanted, other), daemon=True))
        callers[-1].start()
        pipes.append(here)
    for pipe in pipes:
        pipe.recv()
    begun = time.perf_counter()
    for pipe in pipes:
        pipe.send("go")
    made: int = sum(pipe.recv() for pipe in pipes)
    seconds = time.perf_counter() - begun
    for caller in callers:
        # Its CPU is none of the program's, which is counted from here on.
        caller.join()
    return made / seconds


def wake(environment: dict[str, str]) -> None:
    """Ask the organization's process what the hub asks: it loads half a second's worth of code for that."""
    session = boto3.Session(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
    client = partial(session.client, endpoint_url=environment["AWS_ENDPOINT_URL"], region_name="us-east-1")
    client("organizations").describe_organization()
    client("sso-admin").list_instances()
    client("accessanalyzer").list_analyzers()
    with suppress(ClientError):  # Security Hub is not enabled.
        client("securityhub").get_findings()


def jobs_of(account: Account) -> int:
    """Return the least last-accessed jobs of one account."""
    from hygiene.simulate import Hub, World, floor_calls

    alone = World((replace(account, ou=""),), Hub(account.id))
    return floor_calls(alone)[JOB_CALLS[0]]


def _cpu_seconds() -> float:
    """Return the CPU time of this process, and of those it has started and waited for."""
    return sum(os.times()[:4])


def measure(accounts: int, roles: int, rate: float, number: int) -> bool:
    """Collect one organization and print a line; return whether both targets are met."""
    from hygiene.simulate import floor_calls, generated_world

    world = generated_world(accounts=accounts, roles_per_account=roles)
    floor = Counter(floor_calls(world))
    shards = Shards(world, min(number, accounts), rate)
    wake(shards.environments[0])
    most = capacity(shards, world)
    shards.begin()
    os.environ.update(shards.environments[0])
    settings = Settings()
    with routed(shards), tempfile.TemporaryDirectory() as folder:
        begun, cpu = time.perf_counter(), _cpu_seconds()
        pipeline.collect(settings, f"{folder}/snapshot", None, Silent())
        seconds, cpu = time.perf_counter() - begun, _cpu_seconds() - cpu
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
