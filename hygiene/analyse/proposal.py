"""Proposes narrower policies for roles in use: what AWS has seen in use stays, and whatever it cannot see.

Nothing is allowed that was not before; resources, conditions, Denies and the permissions boundary stay as they are.
A proposal that our own evaluation does not confirm is dropped. AWS's view of use:
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
"""

from __future__ import annotations

import json
import logging
import zlib
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hygiene.analyse.narrowing import NarrowedPolicies, narrow_policies
from hygiene.analyse.proposal_files import FileNames
from hygiene.analyse.proposal_words import difference, not_tracked
from hygiene.analyse.services import ServiceUse, judged_answer, seen_actions, service_use, unknown_services
from hygiene.documents import INLINE, boundary_arn, identity_policies
from hygiene.model import TRACKING_PERIOD_DAYS, Proposal
from hygiene.policy.actions import catalogue
from hygiene.policy.comparison import allowed_actions, changed_answers, is_wider, sample_requests
from hygiene.policy.document import parse_document
from hygiene.policy.narrow import Excess
from hygiene.policy.packing import TooLongError

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from hygiene.analyse.estate import Estate
    from hygiene.model import JsonObject

logger = logging.getLogger(__name__)

_QUOTA, _USUAL_QUOTA = "AttachedPoliciesPerRoleQuota", 10
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
_BY_SERVICE = " By single actions it would take more managed policies than a role may have, so whole services go."


def proposals_of(estate: Estate, managed: Container[str]) -> Iterator[Proposal]:
    """Yield a proposal for each role in use that may effectively do more than it does.

    `managed`: ARNs of roles that AWS or a platform manages; nobody can act on a proposal for these. Roles whose use
    or policies were not wholly read get none: then nobody knows what they need.
    """
    details = estate.documents.authorization_details
    if not estate.documents.last_accessed or details is None:
        return
    names = FileNames(f"proposals/{estate.account.id}")
    roles = {str(role["Arn"]): role for role in details["RoleDetailList"]}
    for arn in estate.editable:
        content = None if arn in managed else _proposed(estate, roles[arn])
        if content is not None:
            text = json.dumps(content, indent=2) + "\n"
            path = names.of(str(roles[arn]["RoleName"]), arn)
            yield Proposal(arn, path, content["difference"], zlib.compress(text.encode()))


def _proposed(estate: Estate, role: JsonObject) -> dict[str, Any] | None:
    arn = str(role["Arn"])
    answer = judged_answer(estate, arn)
    if answer is None:
        return None
    fitting = _fitting(_Case(estate, arn, answer), role)
    if fitting is None:
        return None
    case, proposed = fitting
    confirmed = _confirmed(case, proposed)
    if not confirmed:
        logger.error("%s: the proposal was not confirmed and is left out; this is a bug in hygiene", arn)
        return None
    return _content(case, role, proposed, confirmed)


def _fitting(case: _Case, role: JsonObject) -> tuple[_Case, NarrowedPolicies] | None:
    """Return the narrowed policies by action, or by service where a role cannot have as many; else None."""
    policies = tuple(identity_policies(role, case.estate.policy_documents))
    read = [policy.document for policy in case.estate.permissions[case.role_arn].policies]
    attached = sum(policy.kind != INLINE for policy in policies)
    # A role that carries more than the usual number today may do so.
    limit = max((case.estate.account_summary or {}).get(_QUOTA, _USUAL_QUOTA), attached)
    for attempt in (case, replace(case, by_action=False)):
        if not attempt.taken_away:
            continue
        try:
            proposed = narrow_policies(str(role["RoleName"]), policies, read, attempt.excess)
        except TooLongError as error:
            logger.info("%s: no such proposal: %s", case.role_arn, error)
            continue
        kinds = [*(policy.kind for policy in proposed.policies), *(policy.kind for policy in proposed.kept)]
        number = sum(kind != INLINE for kind in kinds)
        if number <= limit:
            return attempt, proposed
        logger.info("%s: no such proposal: %d managed policies, and %d may be attached", case.role_arn, number, limit)
    return None


@dataclass(frozen=True)
class _Case:
    """One role that can be judged by AWS's answer about it."""

    estate: Estate
    role_arn: str
    answer: JsonObject
    by_action: bool = True
    """False: whole services alone are taken away."""

    @cached_property
    def use(self) -> ServiceUse:
        """The use of all the role's own policies allow, held back or not: what is unused may go all the same."""
        own = self.estate.permissions[self.role_arn].effective.own.grant.somewhere_if
        called = self.estate.logged.calls(self.role_arn, self.estate.role(self.role_arn)["created_at"])
        use = service_use(self.answer, own, called)
        if use is None:
            return ServiceUse((), (), None)
        return use if self.by_action else replace(use, actions=None)

    @cached_property
    def excess(self) -> Excess:
        """What can be taken away."""
        unknown = unknown_services(self.answer)
        unused = frozenset(name for name, was_used in unknown.items() if not was_used)
        return Excess(
            actions=self.use.unused_mask,
            services=unused | frozenset(self.use.unused_services),
            seen=seen_actions(self.answer),
            seen_services=tuple(name for name, was_used in unknown.items() if was_used),
        )

    @property
    def effective(self) -> int:
        """What the role may do, after Denies, boundary and control policies."""
        return self.estate.permissions[self.role_arn].effective.final.somewhere_if & catalogue().known

    @property
    def taken_away(self) -> int:
        """What the role may do now and could not do with the proposal."""
        return self.effective & self.excess.actions

    @property
    def in_use(self) -> int:
        """The actions seen in use; for a service whose actions AWS does not tell apart, everything allowed in it."""
        return self.effective & ~self.excess.actions


def _confirmed(case: _Case, proposed: NarrowedPolicies) -> tuple[str, ...]:
    """Return what our own evaluation confirms; empty when it does not confirm the proposal."""
    before = [policy.document for policy in case.estate.permissions[case.role_arn].policies]
    after = [*proposed.kept_documents, *(parse_document(policy.document) for policy in proposed.policies)]
    if is_wider(before, after) or case.in_use & ~allowed_actions(after):
        return ()
    requests = sample_requests(before, case.in_use)
    if any(changed_answers(requests, before, after)):
        return ()
    return (
        "hygiene, action by action: nothing is allowed that was not, and everything not proven unused still is",
        f"hygiene evaluate: the same answer before and after, for {len(requests)} requests made from the policies",
    )


def _content(case: _Case, role: JsonObject, proposed: NarrowedPolicies, confirmed: tuple[str, ...]) -> dict[str, Any]:
    after = case.effective & ~case.excess.actions
    written = case.use.written_at or case.estate.reference.as_of
    return {
        "role_arn": case.role_arn,
        "used_between": [
            (written - timedelta(days=TRACKING_PERIOD_DAYS)).isoformat(),
            written.isoformat(),
        ],
        "policies": [
            {"name": policy.name, "kind": policy.kind, "document": policy.document} for policy in proposed.policies
        ],
        "replaces": [_named(policy.name, policy.kind, policy.arn) for policy in proposed.replaced],
        "keeps": [_named(policy.name, policy.kind, policy.arn) for policy in proposed.kept],
        "permissions_boundary": boundary_arn(role) or None,
        "before": _counts(case.effective, len(proposed.replaced) + len(proposed.kept)),
        "after": _counts(after, len(proposed.policies) + len(proposed.kept)),
        "difference": difference(case.use, case.effective, case.taken_away) + ("" if case.by_action else _BY_SERVICE),
        "not_tracked": not_tracked(case.use, case.effective),
        "validated": list(confirmed),
    }


def _named(name: str, kind: str, arn: str) -> dict[str, str]:
    return {"name": name, "kind": kind, **({"arn": arn} if arn else {})}


def _counts(allowed: int, policies: int) -> dict[str, int]:
    """Return what the mask holds: services and actions effectively allowed, and the policies that give them."""
    return {"services": catalogue().count_services(allowed), "actions": allowed.bit_count(), "policies": policies}
