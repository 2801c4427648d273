"""Compiles what each role of an account may do; equal documents are parsed and expanded once."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from hygiene.documents import boundary_arn, identity_policies, is_service_linked
from hygiene.policy.actions import catalogue
from hygiene.policy.document import PolicyDocument, parse_document
from hygiene.policy.effective import EffectivePermissions, effective_permissions
from hygiene.policy.fingerprint import canonical
from hygiene.policy.principal import KnownPrincipal, is_about_principal, open_clauses
from hygiene.policy.reach import Reach, action_mask, reach_with_masks, union

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hygiene.model import JsonObject
    from hygiene.policy.document import Statement

_DOCUMENTS_KEPT = 4_000
"""AWS's own policies recur in every account and stay; customers' documents come and go. About 12 KB each."""


class CompiledPolicy(NamedTuple):
    """A document with its reach; `name` is the policy's on this role, `arn` is empty for an inline one.

    `masks` are the actions of its statements, one after the other; none of an Allow whose condition is false for the
    role, whatever it asks for.
    """

    name: str
    arn: str
    document: PolicyDocument
    reach: Reach
    masks: tuple[int, ...]

    def statements(self) -> Iterator[tuple[Statement, int]]:
        """Yield each statement with its actions."""
        return zip(self.document.statements, self.masks, strict=True)

    def held_by(self, principal: KnownPrincipal) -> CompiledPolicy:
        """Return the policy as it is for this role: what it allows to others alone is as if nobody wrote it."""
        if not any(is_about_principal(conditional.clauses) for conditional in self.reach.allowed_if):
            return self
        masks = tuple(
            0 if one.is_allow and open_clauses(one.condition, principal) is None else mask
            for one, mask in self.statements()
        )
        return self._replace(reach=self.reach.for_principal(principal), masks=masks)


@dataclass(frozen=True, slots=True)
class RolePermissions:
    """What one role may do, the policies that give it, and sentences about documents that could not be read."""

    effective: EffectivePermissions
    policies: tuple[CompiledPolicy, ...]
    problems: tuple[str, ...]
    boundary: CompiledPolicy | None = None
    """The permissions boundary; None where there is none, or none that could be read."""

    @property
    def is_complete(self) -> bool:
        """Whether every document of the role was read; if not, it may do more, or less, than is known."""
        return not self.problems

    def statements(self) -> Iterator[tuple[CompiledPolicy, Statement, int]]:
        """Yield every statement with its policy and its actions."""
        for policy in self.policies:
            for statement, mask in policy.statements():
                yield policy, statement, mask

    def allows(self, wanted: int) -> Iterator[tuple[CompiledPolicy, Statement, int]]:
        """Yield the Allow statements with one of these actions, each with its policy and all its actions."""
        for policy in self.policies:
            if policy.reach.grant.somewhere_if & wanted:
                for statement, mask in policy.statements():
                    if statement.is_allow and mask & wanted:
                        yield policy, statement, mask

    def policies_giving(self, mask: int) -> tuple[str, ...]:
        """Return the names of the policies that allow any of the actions on any resource."""
        return tuple(policy.name for policy in self.policies if policy.reach.grant.anywhere_if & mask)


@dataclass(frozen=True, slots=True)
class Ceilings:
    """What stands above every role of an account: SCP and RCP levels, root first; empty where none apply."""

    organization_id: str = ""
    scp_levels: tuple[Reach, ...] = ()
    rcp_levels: tuple[Reach, ...] = ()


_Compiled = tuple[PolicyDocument, Reach, tuple[int, ...]]


class PolicyCompiler:
    """Parses and expands documents, keeping the ones used last."""

    def __init__(self, kept: int = _DOCUMENTS_KEPT) -> None:
        self._kept = kept
        self._compiled: OrderedDict[str, _Compiled] = OrderedDict()
        self._account: tuple[Mapping[str, object], dict[str, _Compiled]] = ({}, {})

    def compile(self, document: object) -> _Compiled:
        """Return the parsed document, its reach, and the actions of each statement."""
        key = document if isinstance(document, str) else canonical(document)
        found = self._compiled.get(key)
        if found is None:
            parsed = parse_document(document)
            found = self._compiled[key] = (parsed, *reach_with_masks(parsed))
            if len(self._compiled) > self._kept:
                self._compiled.popitem(last=False)
        else:
            self._compiled.move_to_end(key)
        return found

    def _managed(self, arn: str, documents: Mapping[str, object]) -> _Compiled:
        """Return a managed policy of the account compiled; hundreds of roles share one, so ask by ARN first."""
        if self._account[0] is not documents:
            self._account = (documents, {})
        known = self._account[1]
        if arn not in known:
            known[arn] = self.compile(documents.get(arn))
        return known[arn]

    def role(self, role: JsonObject, documents: Mapping[str, object], ceilings: Ceilings) -> RolePermissions:
        """Return the role's permissions. A missing document is a problem to be told, not an empty policy."""
        policies, problems = [], []
        for policy in identity_policies(role, documents):
            found = self._managed(policy.arn, documents) if policy.arn else self.compile(policy.document)
            policies.append(CompiledPolicy(policy.name, policy.arn, *found))
            problems += [f"policy {policy.name}: {problem}" for problem in found[0].problems]
        boundary = None
        if arn := boundary_arn(role):
            found = self._managed(arn, documents)
            problems += [f"permissions boundary {arn}: {problem}" for problem in found[0].problems]
            # An unread boundary must not make a powerful role look harmless: it is taken to allow everything.
            boundary = CompiledPolicy(arn, arn, *found) if not found[0].problems else None
        # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
        above = Ceilings() if is_service_linked(role) else ceilings
        own = union([policy.reach for policy in policies])
        edges = (boundary.reach,) if boundary else ()
        principal = KnownPrincipal(str(role["Arn"]), ceilings.organization_id)
        if any(one.asks_for_tags for one in (own, *edges, *above.scp_levels, *above.rcp_levels)):
            principal = _with_tags(principal, role, own)
        effective = effective_permissions(
            own,
            principal=principal,
            boundary=boundary.reach if boundary else None,
            scp_levels=above.scp_levels,
            rcp_levels=above.rcp_levels,
        )
        held = tuple(policy.held_by(principal) for policy in policies)
        return RolePermissions(effective, held, tuple(problems), boundary)


def _with_tags(principal: KnownPrincipal, role: JsonObject, own: Reach) -> KnownPrincipal:
    """Return the principal with the role's tags, where they are in every request of it.

    Whoever assumes a role may bring tags that go before its own, if the trust policy allows sts:TagSession.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    """
    listed = role.get("Tags")
    if not isinstance(listed, list):
        return principal
    trust = parse_document(role.get("AssumeRolePolicyDocument"))
    tagging = catalogue().mask(("sts:TagSession",))
    if trust.problems or any(one.is_allow and action_mask(one) & tagging for one in trust.statements):
        return principal
    held = (tag for tag in listed if isinstance(tag, dict))
    tags = tuple(sorted((str(tag.get("Key", "")).lower(), str(tag.get("Value", ""))) for tag in held))
    tagged = replace(principal, tags=tags)
    given = own.for_principal(tagged).grant.somewhere_if
    return replace(tagged, may_retag=bool(given & catalogue().mask(("iam:TagRole", "iam:UntagRole"))))


TELEMETRY = (
    "cloudwatch:PutMetricData",
    "ec2messages:*",
    "ssm:UpdateInstanceInformation",
    "ssmmessages:*",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)
"""Writes that AWS's own guides grant on `*`: they report about the caller and reach nothing that is already there."""


WRITING_LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
"""What AWSLambdaBasicExecutionRole grants on `*`: a change, but nothing that a role would be stolen for."""


@cache
def changing_mask() -> int:
    """Return the actions that change things one could name, when allowed on any resource.

    Actions for which AWS knows no resource need `*` and say nothing about power.
    """
    actions = catalogue()
    changing = actions.level("Write") | actions.level("Permissions management")
    return changing & actions.with_resources & ~actions.mask(TELEMETRY)


@cache
def power_mask() -> int:
    """Return the actions that make a role powerful when allowed on any resource: all changes but writing logs."""
    return changing_mask() & ~catalogue().mask(WRITING_LOGS)
