"""Last accessed information: a job per role, owned by the session that asked, read back in pages.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetails.html
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from hygiene.simulate.authorize import denied
from hygiene.simulate.errors import constraint_error, no_such_entity, validation_error
from hygiene.simulate.granted_services import granted_actions, granted_by, service_name, tracked_actions
from hygiene.simulate.identifiers import job_id
from hygiene.simulate.incoming import Answer, Incoming
from hygiene.simulate.paging import marker_fields, page
from hygiene.simulate.state import Job, State, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.iam.models import IAMBackend

TRACKING_PERIOD = timedelta(days=400)
LEVELS = ("SERVICE_LEVEL", "ACTION_LEVEL")


def _principal(iam: IAMBackend, arn: str) -> Any | None:
    kinds: dict[str, Mapping[str, Any]] = {"role": iam.roles, "user": iam.users, "group": iam.groups}
    held = kinds.get(arn.rpartition(":")[2].partition("/")[0], {})
    name = arn.rpartition("/")[2]
    return next((entity for entity in held.values() if entity.name == name and entity.arn == arn), None)


def generate_details(state: State, call: Incoming) -> Answer:
    """Start a job for a role, user, group or policy of the caller's account."""
    arn = str(call.parameters.get("Arn", ""))
    level = str(call.parameters.get("Granularity", LEVELS[0]))
    if level not in LEVELS:
        raise constraint_error(level, "granularity", f"Member must satisfy enum value set: [{', '.join(LEVELS)}]")
    iam = state.iam(call.account_id)
    if _principal(iam, arn) is None and arn not in iam.managed_policies:
        raise no_such_entity(f"ARN {arn} does not exist.")
    state.jobs_by_arn[arn] += 1
    job = Job(
        id=job_id(f"{arn} {level} {state.jobs_by_arn[arn]}"),
        account_id=call.account_id,
        role_arn=arn,
        granularity=level,
        access_key_id=call.caller.access_key_id,
        created=state.now(),
        ready_at=time.monotonic() + state.faults.job_seconds,
        fails=state.faults.job_fails(arn),
    )
    state.jobs[job.id] = job
    return Answer({"JobId": job.id})


def _documents(iam: IAMBackend, arn: str) -> list[str]:
    principal = _principal(iam, arn)
    if principal is None:
        policy = iam.managed_policies.get(arn)
        return [v.document for v in policy.versions if v.is_default] if policy else []
    attached = [v.document for p in principal.managed_policies.values() for v in p.versions if v.is_default]
    return [*principal.policies.values(), *attached]


_READS_USED = 3


def _recent(now: datetime, moment: datetime | None) -> datetime | None:
    return moment if moment is not None and moment >= now - TRACKING_PERIOD else None


def _tracked(now: datetime, namespace: str, job: Job, documents: list[str], usage: Usage) -> list[dict[str, Any]]:
    allowed = {name for document in documents for name in granted_actions(document, namespace)}
    names = [name for name in tracked_actions(namespace) if name in allowed]
    moments = _action_moments(now, namespace, names, usage)
    found = []
    for name in names:
        used = _recent(now, moments.get(name))
        entry: dict[str, Any] = {"ActionName": name}
        if used is not None:
            entry |= {
                "LastAccessedEntity": job.role_arn,
                "LastAccessedTime": used,
                "LastAccessedRegion": usage.region,
            }
        found.append(entry)
    return found


def _action_moments(now: datetime, namespace: str, names: list[str], usage: Usage) -> dict[str, datetime]:
    """When each action was used. A world that dates a service alone gets a few of its reads with that date.

    At AWS a service is never used without one of its actions; which one, such a world does not care to say.
    """
    told = {name: usage.actions[f"{namespace}:{name}"] for name in names if f"{namespace}:{name}" in usage.actions}
    service = usage.service(namespace, now)
    if told or service is None:
        return told
    reads = [name for name in names if name.startswith(("Describe", "Get", "Head", "List"))]
    return dict.fromkeys((reads or names)[:_READS_USED], service)


def _service(now: datetime, namespace: str, job: Job, documents: list[str], usage: Usage) -> dict[str, Any]:
    used = _recent(now, usage.service(namespace, now))
    entry: dict[str, Any] = {"ServiceName": service_name(namespace), "ServiceNamespace": namespace}
    entry["TotalAuthenticatedEntities"] = 1 if used else 0
    if used is not None:
        entry |= {
            "LastAuthenticated": used,
            "LastAuthenticatedEntity": job.role_arn,
            "LastAuthenticatedRegion": usage.region,
        }
    if job.granularity == "ACTION_LEVEL" and tracked_actions(namespace):
        entry["TrackedActionsLastAccessed"] = _tracked(now, namespace, job, documents, usage)
    return entry


def _job(state: State, call: Incoming) -> Job:
    wanted = str(call.parameters.get("JobId", ""))
    job = state.jobs.get(wanted)
    if job is None or job.account_id != call.account_id:
        raise no_such_entity(f"Job {wanted} does not exist.")
    if job.access_key_id != call.caller.access_key_id:
        reason = "because the job was made by another session"
        raise denied("iam", call.caller, "iam:GetServiceLastAccessedDetails", job.role_arn, reason)
    return job


def get_details(state: State, call: Incoming) -> Answer:
    """The state of a job and, when it is done, one page of its services."""
    size = call.max_items()
    job = _job(state, call)
    now = state.now()
    base: dict[str, Any] = {"JobType": job.granularity, "JobCreationDate": job.created, "ServicesLastAccessed": []}
    if time.monotonic() < job.ready_at:
        return Answer({**base, "JobStatus": "IN_PROGRESS", "IsTruncated": False})
    done = {**base, "JobCompletionDate": now}
    if job.fails:
        error = {"Message": "The job failed because of an internal error.", "Code": "INTERNAL_ERROR"}
        return Answer({**done, "JobStatus": "FAILED", "IsTruncated": False, "Error": error})
    iam = state.iam(call.account_id)
    documents = _documents(iam, job.role_arn)
    principal = _principal(iam, job.role_arn)
    usage = state.usage.get(principal.id, Usage()) if principal else Usage()
    found = page(
        sorted({namespace for document in documents for namespace in granted_by(document)}),
        str,
        service=call.service,
        operation=call.operation,
        size=size,
        marker=call.parameters.get("Marker"),
        faults=state.faults,
        bad_marker=validation_error("Invalid Marker."),
    )
    listed = [_service(now, namespace, job, documents, usage) for namespace in found.items]
    return Answer(
        {**done, "JobStatus": "COMPLETED", "ServicesLastAccessed": listed, **marker_fields(found)}, len(listed)
    )


OPERATIONS = {
    ("iam", "GenerateServiceLastAccessedDetails"): generate_details,
    ("iam", "GetServiceLastAccessedDetails"): get_details,
}
