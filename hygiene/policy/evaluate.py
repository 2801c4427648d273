"""Is this request allowed? A request and all policies that bear on it in, a Decision out.

An explicit Deny anywhere wins. Otherwise every layer there is has to allow: the identity policies together, the
permissions boundary, each level of service control policies and each level of resource control policies; within a
level one policy is enough. Resource-based policies, session policies and VPC endpoint policies are not looked at.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

Control policies bind no service-linked role, which its ARN shows. That they do not bind the management account is the
caller's matter: pass none.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.policy.conditions import condition_result
from hygiene.policy.document import PolicyDocument, parse_document
from hygiene.policy.trust import SERVICE_LINKED_PATH
from hygiene.policy.variables import request_context, resolve
from hygiene.policy.wildcards import Piece, matches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hygiene.policy.document import Statement
    from hygiene.policy.variables import Context

ALLOWED, IMPLICITLY_DENIED, EXPLICITLY_DENIED = "Allowed", "ImplicitlyDenied", "ExplicitlyDenied"
IDENTITY, BOUNDARY, SCP, RCP = "identity", "boundary", "scp", "rcp"


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A document with the name a Decision should call it by; wherever a document is taken, this may stand.

    A document that was read already (`PolicyDocument`) is taken as it is.
    """

    name: str
    document: object


@dataclass(frozen=True, slots=True)
class PolicyStatement:
    """A statement with where it stands: layer, policy, and for control policies the level it is attached to."""

    layer: str
    policy: str
    target: str
    statement: Statement
    unmet_keys: tuple[str, ...] = ()
    """Condition keys that keep the statement from applying; empty when it applies."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. `blocked_by`: the layers with a Deny that applies, or else those where nothing allows.

    `statements`: the Denies that apply, or the Allows of the identity policies; none for an implicit denial.
    `silent`: where nothing allows, in words, such as `scp at ou-1`.
    `near_misses`: statements on this action and resource whose condition the request does not meet.
    `problems`: sentences about documents, statements and conditions that could not be read. Such an Allow grants
    nothing. Such a Deny denies nothing either (a review must not take a role for harmless on the strength of
    something unread), but it is named here, so that it never goes away unnoticed.
    """

    outcome: str
    blocked_by: tuple[str, ...] = ()
    statements: tuple[PolicyStatement, ...] = ()
    near_misses: tuple[PolicyStatement, ...] = ()
    problems: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Level:
    """Policies of which one has to allow."""

    layer: str
    target: str
    policies: tuple[tuple[str, PolicyDocument], ...]

    @property
    def allows_by_itself(self) -> bool:
        """Whether the level allows what it does not deny.

        Resource control policies of customers can only deny, and RCPFullAWSAccess, which allows, cannot be detached:
        a level that lists no Allow just leaves it out.
        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
        """
        return self.layer == RCP and not any(
            statement.is_allow for _, document in self.policies for statement in document.statements
        )


@dataclass(frozen=True, slots=True)
class _Request:
    action: str
    resource: str
    context: Context


def evaluate(
    request: Mapping[str, Any],
    *,
    identity: Sequence[object],
    boundary: object = None,
    service_control_policies: Sequence[Mapping[str, Any]] = (),
    resource_control_policies: Sequence[Mapping[str, Any]] = (),
) -> Decision:
    """Return whether the request is allowed, and which statements and layers decide. Never raises for a policy.

    `request`: `principal`, `action`, `resource`, `resource_account` and `context`, a mapping of key to value
    or list of values. Keys absent from it are absent from the request, `aws:PrincipalArn` too. Policies are objects,
    JSON texts, URL-encoded texts or `NamedPolicy`; control policies are levels `{"target", "policies": [...]}`.
    A document that cannot be read allows nothing; `boundary=None` means that there is none.
    """
    asked = _Request(
        action=str(request.get("action", "")).lower(),
        resource=str(request.get("resource") or "*"),
        context=request_context(request.get("context") or {}),
    )
    above = (service_control_policies, resource_control_policies)
    is_bound = f":role{SERVICE_LINKED_PATH}" not in str(request.get("principal"))
    levels = list(_levels(identity, boundary, *(above if is_bound else ((), ()))))
    problems = [problem for level in levels for problem in _document_problems(level)]
    found = [(level, list(_touching(level, asked, problems))) for level in levels]
    touching = [statement for _, statements in found for statement in statements]
    near = tuple(statement for statement in touching if statement.unmet_keys)
    denying = tuple(one for one in touching if not one.statement.is_allow and not one.unmet_keys)
    if denying:
        return Decision(EXPLICITLY_DENIED, _layers(denying), denying, near, tuple(problems))
    silent = [level for level, statements in found if not _is_allowed(level, statements)]
    if silent:
        places = tuple(_place(level) for level in silent)
        return Decision(IMPLICITLY_DENIED, _layers(silent), (), near, tuple(problems), places)
    granting = tuple(one for one in touching if one.layer == IDENTITY and not one.unmet_keys)
    return Decision(ALLOWED, (), granting, near, tuple(problems))


def _layers(parts: Sequence[_Level | PolicyStatement]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.layer for part in parts))


def _is_allowed(level: _Level, statements: Sequence[PolicyStatement]) -> bool:
    return level.allows_by_itself or any(one.statement.is_allow and not one.unmet_keys for one in statements)


def _levels(
    identity: Sequence[object],
    boundary: object,
    scp_levels: Sequence[Mapping[str, Any]],
    rcp_levels: Sequence[Mapping[str, Any]],
) -> Iterator[_Level]:
    yield _level(IDENTITY, "", identity)
    if boundary is not None:
        yield _level(BOUNDARY, "", [boundary])
    for layer, levels in ((SCP, scp_levels), (RCP, rcp_levels)):
        for level in levels:
            yield _level(layer, str(level.get("target", "")), level.get("policies") or ())


def _level(layer: str, target: str, policies: object) -> _Level:
    # One document where a list is asked for means just that document.
    listed = policies if isinstance(policies, list | tuple) else (policies,)
    named = (
        policy if isinstance(policy, NamedPolicy) else NamedPolicy(f"policy {number}", policy)
        for number, policy in enumerate(listed, start=1)
    )
    return _Level(layer, target, tuple((policy.name, _read(policy.document)) for policy in named))


def _read(document: object) -> PolicyDocument:
    return document if isinstance(document, PolicyDocument) else parse_document(document)


def _document_problems(level: _Level) -> Iterator[str]:
    for name, document in level.policies:
        for problem in document.problems:
            yield f"{_place(level, name)}: {problem}"


def _place(level: _Level, policy: str = "") -> str:
    named = f"{level.layer} {policy}" if policy else level.layer
    return f"{named} at {level.target}" if level.target else named


def _touching(level: _Level, asked: _Request, problems: list[str]) -> Iterator[PolicyStatement]:
    """Yield the statements on the action and resource; what in their conditions cannot be read joins `problems`."""
    for name, document in level.policies:
        for statement in document.statements:
            if not _is_about(statement, asked, document.version):
                continue
            result = condition_result(statement.condition, asked.context, document.version)
            problems += [
                f"{_place(level, name)}: statement {statement.number} ({statement.effect}): {problem}"
                for problem in result.problems
            ]
            yield PolicyStatement(level.layer, name, level.target, statement, result.unmet_keys)


def _is_about(statement: Statement, asked: _Request, version: str) -> bool:
    """Whether the statement's action and resource elements include the request's; letter case of actions is free."""
    if statement.actions:
        names_action = any(matches((Piece(pattern.lower()),), asked.action) for pattern in statement.actions)
    else:
        names_action = not any(matches((Piece(pattern.lower()),), asked.action) for pattern in statement.not_actions)
    return names_action and _is_about_resource(statement, asked, version)


def _is_about_resource(statement: Statement, asked: _Request, version: str) -> bool:
    """Whether the resource is one of the statement's. In a Resource element `*` reaches across colons and slashes.

    AWS accepts no identity or control policy statement without Resource and NotResource; one is about nothing.
    """
    if statement.resources:
        return _names_resource(statement.resources, asked, version)
    return bool(statement.not_resources) and not _names_resource(statement.not_resources, asked, version)


def _names_resource(patterns: Sequence[str], asked: _Request, version: str) -> bool:
    resolved = (resolve(pattern, asked.context, version) for pattern in patterns)
    return any(pattern is not None and matches(pattern, asked.resource) for pattern in resolved)
