"""Service last accessed information: one job per role worth asking, made and fetched in the same session.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateServiceLastAccessedDetails.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hygiene.collect.context import AccountContext, Collector
from hygiene.collect.jobs import Jobs
from hygiene.documents import (
    default_documents,
    is_worth_asking,
    last_used_at,
    parse_time,
    permissions_sha256,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hygiene.model import JsonObject

NAME = "last-accessed"
TAKEN_OVER = "TakenOverFrom"
"""Our mark beside AWS's own keys: the run that asked for this answer; its JobCompletionDate is its own date."""

REPORTING_LAG = timedelta(hours=4)
"""AWS: recent activity usually appears within four hours.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
"""

GRANULARITY = {"service": "SERVICE_LEVEL", "action": "ACTION_LEVEL"}


def collect(context: AccountContext) -> dict[str, JsonObject] | None:
    """Return role ARN → answer, all pages merged; None when switched off or the roles are not known."""
    details = context.documents.get("authorization-details")
    if context.settings.last_accessed == "off" or details is None:
        return None
    documents = default_documents(details["Policies"])
    worth_asking = [role for role in details["RoleDetailList"] if is_worth_asking(role)]
    answers = _taken_over(context, worth_asking, documents)
    jobs = Jobs(context, GRANULARITY[context.settings.last_accessed])
    answers.update(jobs.run([role["Arn"] for role in worth_asking if role["Arn"] not in answers]))
    return dict(sorted(answers.items()))


def _taken_over(
    context: AccountContext, roles: list[JsonObject], documents: Mapping[str, object]
) -> dict[str, JsonObject]:
    """Return the previous snapshot's answers that cannot have changed since: same role, policies and last use."""
    if context.previous is None:
        return {}
    previous, run_id = context.previous.documents, context.previous.run_id
    if previous.authorization_details is None or not previous.last_accessed:
        return {}
    earlier_documents = default_documents(previous.authorization_details["Policies"])
    earlier_roles = {role.get("RoleId"): role for role in previous.authorization_details["RoleDetailList"]}
    taken = {}
    for role in roles:
        earlier = earlier_roles.get(role["RoleId"])
        answer = previous.last_accessed.get(role["Arn"])
        if (
            earlier is None
            or answer is None
            or not _is_still_true(answer, role, earlier, context.settings.last_accessed)
        ):
            continue
        if permissions_sha256(role, documents) == permissions_sha256(earlier, earlier_documents):
            taken[role["Arn"]] = {TAKEN_OVER: run_id, **answer}
    return taken


def _is_still_true(answer: JsonObject, role: JsonObject, earlier: JsonObject, wanted: str) -> bool:
    """Whether nothing happened since the answer: the role was last used long enough before it was written."""
    used, used_then = last_used_at(role), last_used_at(earlier)
    written = parse_time(answer.get("JobCompletionDate"))
    if used is None or used != used_then or written is None:
        return False
    if wanted == "action" and answer.get("JobType") != GRANULARITY["action"]:
        return False
    return used + REPORTING_LAG < written


COLLECTOR = Collector(NAME, collect)
