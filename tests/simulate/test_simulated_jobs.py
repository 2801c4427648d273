from __future__ import annotations

import csv
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.simulate.small_world import AS_OF, WORKLOAD, Connect

if TYPE_CHECKING:
    from hygiene.simulate.server import SimulatedAws

WORKER = f"arn:aws:iam::{WORKLOAD}:role/worker"


def last_accessed(iam: Any, arn: str = WORKER, level: str = "ACTION_LEVEL", **more: Any) -> Any:
    job = iam.generate_service_last_accessed_details(Arn=arn, Granularity=level)["JobId"]
    return iam.get_service_last_accessed_details(JobId=job, **more)


def test_last_accessed_lists_the_services_identity_policies_allow(assume: Connect) -> None:
    answer = last_accessed(assume("iam"))
    assert answer["JobStatus"] == "COMPLETED"
    assert not answer["IsTruncated"]
    found = {entry["ServiceNamespace"]: entry for entry in answer["ServicesLastAccessed"]}
    assert list(found) == ["ec2", "iam", "logs", "s3", "sqs"]
    assert found["s3"]["LastAuthenticated"] == AS_OF - timedelta(days=3)
    assert found["s3"]["LastAuthenticatedEntity"] == WORKER
    assert found["s3"]["LastAuthenticatedRegion"] == "eu-west-1"
    assert found["s3"]["TotalAuthenticatedEntities"] == 1


def test_last_accessed_forgets_what_is_older_than_the_tracking_period(assume: Connect) -> None:
    found = {e["ServiceNamespace"]: e for e in last_accessed(assume("iam"))["ServicesLastAccessed"]}
    assert "LastAuthenticated" not in found["ec2"]
    assert found["ec2"]["TotalAuthenticatedEntities"] == 0
    assert found["logs"]["LastAuthenticated"] == AS_OF - timedelta(days=400)


def test_actions_are_tracked_for_some_services_and_never_data_events_nor_pass_role(assume: Connect) -> None:
    found = {e["ServiceNamespace"]: e for e in last_accessed(assume("iam"))["ServicesLastAccessed"]}
    buckets = found["s3"]["TrackedActionsLastAccessed"]
    assert [action["ActionName"] for action in buckets] == ["CreateBucket"]
    assert buckets[0]["LastAccessedTime"] == AS_OF - timedelta(days=9)
    assert found["iam"].get("TrackedActionsLastAccessed", []) == []
    assert "TrackedActionsLastAccessed" not in found["sqs"]
    by_service = last_accessed(assume("iam"), level="SERVICE_LEVEL")["ServicesLastAccessed"]
    assert not any("TrackedActionsLastAccessed" in entry for entry in by_service)


def test_an_administrator_lists_every_service_over_several_pages(assume: Connect) -> None:
    iam = assume("iam")
    arn = f"arn:aws:iam::{WORKLOAD}:role/administrator"
    job = iam.generate_service_last_accessed_details(Arn=arn)["JobId"]
    names: list[str] = []
    more: dict[str, str] = {}
    while True:
        answer = iam.get_service_last_accessed_details(JobId=job, **more)
        assert len(answer["ServicesLastAccessed"]) <= 100
        names += [entry["ServiceNamespace"] for entry in answer["ServicesLastAccessed"]]
        if not answer["IsTruncated"]:
            break
        more = {"Marker": answer["Marker"]}
    assert len(names) > 400
    assert names == sorted(set(names))
    assert not iam.get_service_last_accessed_details(JobId=job, MaxItems=1000)["IsTruncated"]


def test_a_role_without_policies_lists_nothing(assume: Connect) -> None:
    assert last_accessed(assume("iam"), f"arn:aws:iam::{WORKLOAD}:role/idle")["ServicesLastAccessed"] == []


def test_a_job_belongs_to_the_session_that_made_it(assume: Connect) -> None:
    job = assume("iam").generate_service_last_accessed_details(Arn=WORKER)["JobId"]
    with pytest.raises(ClientError, match=r"\(AccessDenied\)"):
        assume("iam").get_service_last_accessed_details(JobId=job)


def test_unknown_jobs_and_arns_do_not_exist(assume: Connect) -> None:
    iam = assume("iam")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_service_last_accessed_details(JobId="0" * 36)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.generate_service_last_accessed_details(Arn=f"{WORKER}-not")


def test_slow_jobs_are_in_progress_for_a_while(aws: SimulatedAws, assume: Connect) -> None:
    aws.faults.slow_jobs(seconds=0.2)
    iam = assume("iam")
    job = iam.generate_service_last_accessed_details(Arn=WORKER)["JobId"]
    early = iam.get_service_last_accessed_details(JobId=job)
    assert (early["JobStatus"], early["ServicesLastAccessed"]) == ("IN_PROGRESS", [])
    time.sleep(0.25)
    assert iam.get_service_last_accessed_details(JobId=job)["JobStatus"] == "COMPLETED"


def test_a_job_can_fail_and_the_next_one_succeed(aws: SimulatedAws, assume: Connect) -> None:
    aws.faults.fail_job(WORKER, times=1)
    iam = assume("iam")
    failed = last_accessed(iam)
    assert failed["JobStatus"] == "FAILED"
    assert set(failed["Error"]) == {"Message", "Code"}
    assert last_accessed(iam)["JobStatus"] == "COMPLETED"


def test_a_reader_without_the_permission_is_refused(assume: Connect) -> None:
    arn = "arn:aws:iam::121212121212:role/idle"
    with pytest.raises(ClientError, match="no identity-based policy allows the iam:GenerateServiceLastAccessed"):
        assume("iam", "121212121212").generate_service_last_accessed_details(Arn=arn)


def test_a_credential_report_is_made_before_it_is_read(assume: Connect) -> None:
    iam = assume("iam")
    with pytest.raises(iam.exceptions.CredentialReportNotPresentException):
        iam.get_credential_report()
    assert [iam.generate_credential_report()["State"] for _ in range(2)] == ["STARTED", "COMPLETE"]
    report = iam.get_credential_report()
    rows = {row["user"]: row for row in csv.DictReader(report["Content"].decode().splitlines())}
    assert set(rows) == {"<root_account>", "robot"}
    assert rows["robot"]["access_key_1_last_rotated"] == "2026-11-21T06:00:00+00:00"
    assert rows["robot"]["password_enabled"] == "true"
    assert report["GeneratedTime"] == AS_OF


def test_a_slow_credential_report_is_not_ready(aws: SimulatedAws, assume: Connect) -> None:
    aws.faults.slow_jobs(seconds=30)
    iam = assume("iam")
    iam.generate_credential_report()
    assert iam.generate_credential_report()["State"] == "INPROGRESS"
    with pytest.raises(iam.exceptions.CredentialReportNotReadyException):
        iam.get_credential_report()
