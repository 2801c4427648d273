"""Which ways to raise its own privileges a role holds, by its effective permissions and the resources they name."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import combinations, islice
from typing import TYPE_CHECKING, NamedTuple

from hygiene.analyse.iam_targets import (
    NOT_EVALUATED,
    any_of,
    condition_fate,
    covers,
    fate_of_allow,
    fate_of_use,
    named_by,
)
from hygiene.analyse.letting_in import fate_of_entering
from hygiene.analyse.permissions import power_mask
from hygiene.analyse.unknown_actions import fate_of_unknown
from hygiene.documents import is_aws_managed
from hygiene.policy.actions import catalogue
from hygiene.policy.escalation import ASSUME_PATH, ASSUME_ROLE, PASS_ROLE, EscalationPath, escalation_paths
from hygiene.policy.principal import open_clauses
from hygiene.policy.reach import covers_any_resource
from hygiene.policy.variables import in_own_account
from hygiene.policy.wildcards import glob, literal_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from hygiene.analyse.iam_targets import Target
    from hygiene.analyse.known_use import KnownUse
    from hygiene.analyse.permissions import RolePermissions
    from hygiene.policy.document import ConditionClause, Statement
    from hygiene.policy.trust import TrustedPrincipal

PASSED_TO = "iam:passedtoservice"
IN_CHINA = ".cn"
"""Ends the names of some services in the Chinese Regions, such as ec2.amazonaws.com.cn; paths name the global one."""
ON_ROLES = frozenset(
    {
        "iam:AttachRolePolicy",
        "iam:DeleteRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
        "sts:AssumeRole",
    }
)
ON_POLICIES = frozenset({"iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"})
_BECOMES = frozenset(
    {"iam:AddUserToGroup", "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"}
)
"""With one of these a user's permissions, or a group's, are at hand."""
ON_PEOPLE = _BECOMES | {
    "iam:AttachGroupPolicy",
    "iam:AttachUserPolicy",
    "iam:DeleteAccessKey",
    "iam:DeleteUserPermissionsBoundary",
    "iam:PutGroupPolicy",
    "iam:PutUserPolicy",
}
_runs_of_text = re.compile(r"[^*?]+").findall
_OWN_ENOUGH = frozenset({"iam:AttachRolePolicy", "iam:PutRolePolicy"})
"""On the role itself these raise its power at once; on another role somebody has to become that role too."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A role of the same account that could be passed, changed or assumed."""

    arn: str
    permissions: RolePermissions
    trusted: tuple[TrustedPrincipal, ...]

    def trusts_service(self, service: str) -> bool:
        """Whether the service may assume the role, so that passing it there works.

        Amazon Cognito's identity pools do so as a federated provider, not as a service.
        """
        return any(
            found.relation in {"service", "oidc"} and found.principal.value.removesuffix(IN_CHINA) == service
            for found in self.trusted
        )


@dataclass(frozen=True, slots=True)
class HeldPath:
    """A path whose permissions the role's own policies give. `held_back_by`: empty, a ceiling, or not evaluated."""

    path: EscalationPath
    held_back_by: str


class Escalations:
    """Finds the paths of the roles of one account."""

    def __init__(
        self, neighbours: Mapping[str, Neighbour], people: Callable[[], Mapping[str, bool]], known_use: KnownUse
    ) -> None:
        """`people` returns, for the ARN of each user and group, whether it is worth becoming; asked when needed."""
        self._neighbours = neighbours
        self._known_use = known_use
        self._named = _Named(neighbours)
        self._people = _People(people)
        self._held = _Held(neighbours)

    def of(self, role_arn: str) -> Iterator[HeldPath]:
        """Yield every path the role holds, longer ones that contain a shorter one too."""
        effective = self._neighbours[role_arn].permissions.effective
        permissions = effective.own.grant.somewhere_if & _path_permissions()
        sorted_out = _sort_out(permissions, permissions & effective.proven & ~effective.carved_out)
        yield from sorted_out.certain
        search = _Search(role_arn, self._neighbours, self._named, self._people, self._held, self._known_use)
        for path in sorted_out.open:
            fate = search.fate(path)
            if fate is not None:
                yield HeldPath(path, fate)


@dataclass(frozen=True, slots=True)
class _SortedOut:
    """Paths that the masks alone decide, and paths whose statements have to be looked at."""

    certain: tuple[HeldPath, ...]
    open: tuple[EscalationPath, ...]


@cache
def _path_permissions() -> int:
    """Return all permissions that paths are made of."""
    return catalogue().mask(tuple({permission for path in escalation_paths() for permission in path.permissions}))


@lru_cache(maxsize=4096)
def _sort_out(permissions: int, proven: int) -> _SortedOut:
    """Return the paths among these permissions. Roles without any, and administrators, are decided here at once."""
    held = set(catalogue().names_in(permissions))
    sure = held if proven == permissions else set(catalogue().names_in(proven))
    certain, left = [], []
    for needed in _needed_by_path():
        if needed.are_all_known and needed.known <= sure:
            certain.append(HeldPath(needed.path, ""))
        elif needed.known <= held:
            left.append(needed.path)
    return _SortedOut(tuple(certain), tuple(left))


class _Needed(NamedTuple):
    """What a path needs. Of a permission the catalogue does not know, the statements have to be asked."""

    path: EscalationPath
    known: frozenset[str]
    are_all_known: bool


@cache
def _needed_by_path() -> tuple[_Needed, ...]:
    actions = catalogue()
    return tuple(
        _Needed(
            path,
            frozenset(actions.names_in(actions.mask(path.permissions))),
            not actions.unknown(path.permissions),
        )
        for path in escalation_paths()
    )


class _Named:
    """Which roles of the account a resource names: looked up in their sorted ARNs, not tried on each."""

    def __init__(self, arns: Iterable[str]) -> None:
        self._arns = sorted(arns)
        self._all = frozenset(self._arns)
        self._together = "\n".join(self._arns)
        self._found: dict[str, frozenset[str]] = {}

    def under(self, statement: Statement) -> frozenset[str]:
        """Return the ARNs that a statement covers."""
        if covers_any_resource(statement):
            return self._all
        if statement.not_resources:
            return self._all - self.by_any(statement.not_resources)
        return self.by_any(statement.resources)

    def by_any(self, resources: Iterable[str]) -> frozenset[str]:
        """Return the ARNs that one of the resources names."""
        return frozenset[str]().union(*map(self.by, resources))

    def by(self, resource: str) -> frozenset[str]:
        """Return the ARNs that a resource, with wildcards or without, names."""
        if resource not in self._found:
            self._found[resource] = frozenset(self._matching(in_own_account(resource)))
        return self._found[resource]

    def _matching(self, resource: str) -> Iterator[str]:
        # AWS's own policies name roles of theirs in any account, `arn:aws:iam::*:role/cdk-*`, that hardly one has.
        if not all(run in self._together for run in _runs_of_text(resource)):
            return
        prefix = literal_prefix(resource)
        low = bisect_left(self._arns, prefix)
        high = bisect_left(self._arns, f"{prefix}\U0010ffff", low)
        matches = glob(resource).fullmatch
        yield from (arn for arn in self._arns[low:high] if matches(arn))


class _People:
    """The users and groups of the account: hardly a role may act on some of them, so they are read when one does."""

    def __init__(self, read: Callable[[], Mapping[str, bool]]) -> None:
        self._read = read

    @cached_property
    def worth(self) -> Mapping[str, bool]:
        """Whether each is worth becoming, by ARN."""
        return self._read()

    @cached_property
    def named(self) -> _Named:
        """Which of them a resource names."""
        return _Named(self.worth)


class _Held:
    """The managed policies that roles of the account hold, but for AWS's own, which nobody can edit."""

    def __init__(self, neighbours: Mapping[str, Neighbour]) -> None:
        self._holders: dict[str, set[str]] = {}
        for arn, neighbour in neighbours.items():
            for policy in neighbour.permissions.policies:
                if policy.arn and not is_aws_managed(policy.arn):
                    self._holders.setdefault(policy.arn, set()).add(arn)
        self._named = _Named(self._holders)

    def editable_by(self, statements: Iterable[Statement]) -> dict[str, list[tuple[Statement, str]]]:
        """Return by role ARN the policies it holds that the statements are about, each with the statement."""
        found: dict[str, list[tuple[Statement, str]]] = {}
        for statement in statements:
            for policy in self._named.under(statement):
                for role in self._holders[policy]:
                    found.setdefault(role, []).append((statement, policy))
        return found


class _Search:
    """The paths of one role."""

    def __init__(
        self,
        role_arn: str,
        neighbours: Mapping[str, Neighbour],
        named: _Named,
        people: _People,
        held: _Held,
        known_use: KnownUse,
    ) -> None:
        self._arn = role_arn
        self._named = named
        self._people = people
        self._held = held
        self._own = neighbours[role_arn]
        self._neighbours = neighbours
        self._known_use = known_use
        self._fates: dict[tuple[str, tuple[str, ...], bool], str | None] = {}

    def fate(self, path: EscalationPath) -> str | None:
        """Return what holds the path back (empty: nothing); None when the role's own policies do not give it."""
        fates = [self._on_kinds(path)]
        if fates != [""]:
            fates += [self._with_policy_of_another(path), self._on_known_use(path)]
        return min((fate for fate in fates if fate is not None), key=_ease, default=None)

    def _on_kinds(self, path: EscalationPath) -> str | None:
        """Return the fate of the path on any resource, or on roles, users and own policies that are named."""
        fates = []
        for permission in path.permissions:
            key = (permission, path.passed_to if permission == PASS_ROLE else (), _starts_something(path))
            if key not in self._fates:
                self._fates[key] = self._permission(*key)
            fate = self._fates[key]
            if fate is None:
                return None
            fates.append(fate)
        entering = self._fate_on_a_role(path)
        if entering is None or not self._agree_on_a_person(path) or not self._agree_on_a_name(path):
            return None
        return _worst([*fates, entering])

    def _with_policy_of_another(self, path: EscalationPath) -> str | None:
        """Return the fate of changing a policy that another role holds, and then becoming that role."""
        changing = [permission for permission in path.permissions if permission in ON_POLICIES]
        becoming = [permission for permission in path.permissions if permission in ON_ROLES]
        if len(changing) != 1 or len(becoming) != 1:
            return None
        fates = []
        change, become = (catalogue().mask((one,)) for one in (changing[0], becoming[0]))
        # Who may change any policy may change the own ones, and needs no other role.
        any_policy = any_of(self._arn, "policy")
        edits = self._held.editable_by(one for one in self._allows(change) if not covers(one, any_policy))
        for statement in self._allows(become) if edits else ():
            for arn in self._named.under(statement) & edits.keys() - {self._arn}:
                entering = self._fate_of_entering(self._neighbours[arn], becoming[0])
                if entering is not None:
                    edited = min((self._use(one, change, (policy,)) for one, policy in edits[arn]), key=_ease)
                    fates.append(_worst([edited, entering, self._use(statement, become, (arn,))]))
        return min(fates, key=_ease, default=None)

    def _fate_of_entering(self, other: Neighbour, permission: str) -> str | None:
        """Return what the other role's trust policy asks; nothing of who may write it."""
        if permission != ASSUME_ROLE:
            return ""
        return fate_of_entering(other.trusted, self._own.permissions.effective.principal)

    def _on_known_use(self, path: EscalationPath) -> str | None:
        """Return the fate of the path on a resource that is known to run with a role worth having."""
        if PASS_ROLE in path.permissions or any(_kinds_of(permission) for permission in path.permissions):
            return None
        service = path.permissions[0].partition(":")[0]
        fates = [
            fate
            for resource, role in self._known_use.of(service)
            if self._is_gain(self._neighbours[role]) and (fate := self._on_resource(path, resource)) is not None
        ]
        return min(fates, key=_ease, default=None)

    def _on_resource(self, path: EscalationPath, resource: str) -> str | None:
        """Return the fate of all permissions of the path on the resource, or on any resource of another kind."""
        fates = []
        for permission in path.permissions:
            mask = catalogue().mask((permission,))
            used = [
                self._use(statement, mask, (resource,))
                for statement in self._allows(mask)
                if covers(statement, (resource,)) or _kind(resource) not in map(_kind, statement.resources)
            ]
            if not used:
                return None
            fates.append(min(used, key=_ease))
        return _worst(fates)

    def _permission(self, permission: str, passed_to: tuple[str, ...], starts_something: bool) -> str | None:
        mask = catalogue().mask((permission,))
        if not mask:
            return fate_of_unknown(self._own.permissions, permission)
        if not self._own.permissions.effective.own.grant.somewhere_if & mask:
            return None
        if permission == PASS_ROLE:
            return self._pass_role(mask, passed_to)
        if kinds := _kinds_of(permission):
            return self._on_iam(permission, mask, [any_of(self._arn, kind) for kind in kinds])
        anywhere = self._own.permissions.effective.on_any_resource(mask)
        fates = [verdict.held_back_by for verdict in anywhere]
        return min(fates + (self._by_name(mask) if starts_something else []), key=_ease, default=None)

    def _by_name(self, mask: int) -> list[str]:
        """Return the fates of an action on resources that are named, where whoever makes one chooses its name."""
        return [
            self._use(statement, mask, (resource,))
            for statement in self._allows(mask)
            for resource in statement.resources
            if set(catalogue().services_in(mask)) & _services_on(resource)
        ]

    def _use(self, statement: Statement, mask: int, target: Target) -> str:
        """Return the fate of an action on a target that the statement allows: ceilings first, then conditions."""
        permissions = self._own.permissions
        return _worst([fate_of_use(permissions, mask, target), fate_of_allow(permissions, statement)])

    def _on_iam(self, permission: str, mask: int, widest: list[Target]) -> str | None:
        """Return the fate of an action on any resource of a kind, or else on those that are worth naming."""
        fate = self._easiest(mask, widest)
        if not fate and fate is not None:
            return fate
        named = self._easiest(mask, [(arn,) for arn in sorted(self._worth_naming(permission, mask))])
        return min((one for one in (fate, named) if one is not None), key=_ease, default=None)

    def _easiest(self, mask: int, targets: Iterable[Target]) -> str | None:
        best: str | None = None
        for statement in self._allows(mask):
            for target in self._telling(mask, (target for target in targets if covers(statement, target))):
                fate = self._use(statement, mask, target)
                if not fate:
                    return fate
                best = fate if best is None else min(best, fate, key=_ease)
        return best

    def _telling(self, mask: int, targets: Iterator[Target]) -> Iterator[Target]:
        """Yield the targets whose fates can differ: just one where no Deny and no boundary tells them apart."""
        permissions = self._own.permissions
        if permissions.boundary is None and not permissions.effective.carved_out & mask:
            return islice(targets, 1)
        return targets

    def _worth_naming(self, permission: str, mask: int) -> frozenset[str]:
        """Return the ARNs that make a path of the permission where it holds on them alone."""
        if permission not in ON_ROLES or self._named_only(permission) is not None:
            return self._targets(permission, mask)
        # Allowed on any role, but perhaps cut down to some: the role itself, or one worth becoming, has to be left.
        itself = {self._arn} if permission in _OWN_ENOUGH else set()
        spared = {arn for arn in self._spared(mask) if self._is_gain(self._neighbours[arn])}
        any_role = any_of(self._arn, "role")
        by_name = (self._matched(statement) for statement in self._allows(mask) if not covers(statement, any_role))
        return frozenset(itself | spared).union(*by_name)

    def _spared(self, mask: int) -> frozenset[str]:
        """Return the roles of the account that a Deny names as spared, or the boundary as allowed."""
        permissions = self._own.permissions
        resources = [
            resource
            for policy, statement, actions in permissions.statements()
            if actions & mask and not statement.is_allow
            for resource in statement.not_resources
        ]
        if permissions.boundary:
            for statement, actions in permissions.boundary.statements():
                if actions & mask:
                    resources += statement.resources if statement.is_allow else statement.not_resources
        probe = any_of(self._arn, "role")
        few = {resource for resource in resources if not all(map(named_by(resource).fullmatch, probe))}
        return self._named.by_any(few)

    def _pass_role(self, mask: int, passed_to: tuple[str, ...]) -> str | None:
        """Return the fate of passing a role worth passing to a service that takes it."""
        fates = [
            _worst([fate_of_use(self._own.permissions, mask, target, decide), fate])
            for statement in self._allows(mask)
            for service in passed_to
            if (decide := _PassedTo(service)) and (fate := self._fate_of_passing(statement, decide)) is not None
            for target in self._passable(statement, service, mask)
        ]
        return min(fates, key=_ease, default=None)

    def _fate_of_passing(self, statement: Statement, decide: _PassedTo) -> str | None:
        """Return what the condition of an Allow does; None where it forbids the service the role is passed to."""
        if decide(statement.condition) is None:
            return None
        left = open_clauses(statement.condition, self._own.permissions.effective.principal)
        return condition_fate(decide(left or ()) or ())

    def _passable(self, statement: Statement, service: str, mask: int) -> Iterator[Target]:
        """Yield what the statement lets the role pass that is a gain: any role, a powerful one, one nobody read."""
        any_role = any_of(self._arn, "role")
        if covers(statement, any_role):
            yield any_role
            named = frozenset(arn for arn in self._spared(mask) if covers(statement, (arn,)))
        else:
            named = self._matched(statement)
            if not named:
                yield from ((resource,) for resource in statement.resources if ":role/" in resource)
        for role in (self._neighbours[arn] for arn in sorted(named)):
            if self._is_gain(role) and role.trusts_service(service):
                yield (role.arn,)

    def _is_gain(self, other: Neighbour) -> bool:
        """Whether the other role is worth having: powerful, or unread.

        Its power alone counts, not what it has beyond this role: else a role with more permissions of its own would
        have fewer findings.
        """
        powerful = other.permissions.effective.final.anywhere_if & power_mask()
        return other.arn != self._arn and (bool(powerful) or not other.permissions.is_complete)

    def _targets(self, permission: str, mask: int) -> frozenset[str]:
        """Return the ARNs, among those known, that the permission reaches by name and that make a path of it."""
        if permission in ON_PEOPLE:
            resources = [resource for statement in self._allows(mask) for resource in statement.resources]
            return self._people.named.by_any(resources)
        if permission in ON_ROLES:
            return frozenset(arn for statement in self._allows(mask) for arn in self._matched(statement))
        if permission in ON_POLICIES:
            attached = {policy.arn for policy in self._own.permissions.policies if policy.arn}
            return frozenset(
                arn for statement in self._allows(mask) for arn in attached if _names(statement.resources, arn)
            )
        return frozenset()

    def _on_all_of_iam(self, permission: str, mask: int) -> bool:
        targets = [any_of(self._arn, kind) for kind in _kinds_of(permission)]
        return any(covers(statement, target) for target in targets for statement in self._allows(mask))

    def _fate_on_a_role(self, path: EscalationPath) -> str | None:
        """Return what the trust policy asks of the role that all permissions on named roles name; None: of none.

        A single permission has to name the role itself, or one that is worth it.
        """
        named = [permission for permission in path.permissions if permission in ON_ROLES]
        sets = [found for permission in named if (found := self._named_only(permission)) is not None]
        if not sets:
            return ""
        common = frozenset.intersection(*sets)
        if path.id == ASSUME_PATH:
            return None  # Whether a named role lets this one in is its trust policy's say: see `analyse.chains`.
        if len(path.permissions) == 1 and path.permissions[0] in _OWN_ENOUGH:
            return "" if self._arn in common else None
        becoming = ASSUME_ROLE if ASSUME_ROLE in path.permissions else ""
        others = (self._neighbours[arn] for arn in common)
        fates = [
            self._fate_of_entering(other, becoming) for other in others if len(named) > 1 or self._is_gain(other)
        ]
        return min((fate for fate in fates if fate is not None), key=_ease, default=None)

    def _agree_on_a_person(self, path: EscalationPath) -> bool:
        """Whether permissions that name users or groups name the same one, and one that is worth it or made so."""
        held = [permission for permission in path.permissions if permission in ON_PEOPLE]
        sets = [found for permission in held if (found := self._named_only(permission)) is not None]
        if not sets:
            return True
        common = frozenset.intersection(*sets)
        if not _BECOMES.intersection(held):
            return False
        raises_it = any(permission.endswith("Policy") for permission in held)
        return bool(common) if raises_it else any(self._people.worth[arn] for arn in common)

    def _agree_on_a_name(self, path: EscalationPath) -> bool:
        """Whether permissions that name resources of one kind, to make and to use them, have a name in common."""
        if not _starts_something(path):
            return True
        named = [names for permission in path.permissions if (names := self._names_of(permission))]
        return all(_may_be_one(*pair) for pair in combinations(named, 2))

    def _names_of(self, permission: str) -> tuple[str, ...]:
        """Return the resources the permission is limited to; none where it holds on any, or is one of IAM."""
        mask = catalogue().mask((permission,))
        if _kinds_of(permission) or self._own.permissions.effective.own.grant.anywhere_if & mask:
            return ()
        return tuple(resource for statement in self._allows(mask) for resource in statement.resources)

    def _named_only(self, permission: str) -> frozenset[str] | None:
        """Return the resources a permission is limited to; None when it holds on any of the kind."""
        mask = catalogue().mask((permission,))
        if self._on_all_of_iam(permission, mask):
            return None
        return self._targets(permission, mask)

    def _allows(self, mask: int) -> Iterator[Statement]:
        return (statement for _, statement, _ in self._own.permissions.allows(mask))

    def _matched(self, statement: Statement) -> frozenset[str]:
        return self._named.by_any(statement.resources)


def _starts_something(path: EscalationPath) -> bool:
    """Whether the path makes something new and passes it a role: then the name is the maker's own choice."""
    return path.category == "new-passrole" and PASS_ROLE in path.permissions


@lru_cache(maxsize=4096)
def _services_on(resource: str) -> frozenset[str]:
    """Return the services whose new resources an ARN can name: its own, but for ids that AWS gives out (EC2)."""
    return frozenset(resource.split(":")[2:3]) - {"ec2"}


def _may_be_one(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether a resource can be in both lists; resources of different kinds have nothing to do with each other."""
    if {_kind(resource) for resource in some}.isdisjoint(map(_kind, others)):
        return True
    return any(glob(one).fullmatch(other) or glob(other).fullmatch(one) for one in some for other in others)


def _kind(resource: str) -> tuple[str, ...]:
    """Return the service and the word that a resource's last part begins with: `function`, `stack`."""
    parts = resource.split(":", 5)
    return (*parts[2:3], *re.split("[:/]", parts[-1], maxsplit=1)[:1])


def _kinds_of(action: str) -> tuple[str, ...]:
    """Return the kinds of IAM resource an action may name, by the words in its name."""
    name = action.partition(":")[2]
    if action in ON_POLICIES:
        return ("policy",)
    if action in ON_ROLES:
        return ("role",)
    if name == "AddUserToGroup" or "Group" in name:
        return ("group",)
    return ("user",) if action.startswith("iam:") else ()


def _names(resources: tuple[str, ...], arn: str) -> bool:
    return any(named_by(resource).fullmatch(arn) for resource in resources)


@dataclass(frozen=True, slots=True)
class _PassedTo:
    """Decides the clauses about the service a role is passed to."""

    service: str

    def __call__(self, clauses: tuple[ConditionClause, ...]) -> tuple[ConditionClause, ...] | None:
        """Return the clauses left when the role goes to this service; None when one of them forbids it."""
        left = []
        for clause in clauses:
            holds = self._holds(clause) if clause.key == PASSED_TO else None
            if holds is False:
                return None
            if holds is None:
                left.append(clause)
        return tuple(left)

    def _holds(self, clause: ConditionClause) -> bool | None:
        operator = clause.operator.lower().rpartition(":")[2].removesuffix("ifexists")
        names = (self.service, f"{self.service}{IN_CHINA}")
        found = any(glob(value.lower()).fullmatch(name) for value in clause.values for name in names)
        if operator in {"stringequals", "stringlike", "stringequalsignorecase"}:
            return found
        if operator in {"stringnotequals", "stringnotlike", "stringnotequalsignorecase"}:
            return not found
        return None


def _rank(fate: str) -> int:
    if not fate:
        return 0
    return 1 if fate.startswith(NOT_EVALUATED) else 2


def _ease(fate: str) -> tuple[int, int, str]:
    """Sort by what is held back least, of conditions the fewest: whatever the order of statements."""
    return _rank(fate), fate.count(","), fate


def _worst(fates: list[str]) -> str:
    """Return what holds the whole back: a ceiling before a condition; conditions of several steps together."""
    worst = max(fates, key=_rank, default="")
    if _rank(worst) != 1:
        return worst
    keys = {key for fate in fates if fate for key in fate.removeprefix(NOT_EVALUATED).split(", ")}
    return f"{NOT_EVALUATED}{', '.join(sorted(keys))}"
