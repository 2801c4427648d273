"""Chains of roles that end at an administrator: organization-wide, found backwards from the administrators.

Works on compact facts about every role, not on documents, so that an organization of any size fits in memory.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.analyse.iam_targets import NOT_EVALUATED, not_evaluated
from hygiene.analyse.wording import held_back_clause
from hygiene.policy.actions import catalogue
from hygiene.policy.document import ConditionClause
from hygiene.policy.effective import BOUNDARY, DENY, SCP
from hygiene.policy.escalation import ASSUME_PATH, ASSUME_ROLE
from hygiene.policy.principal import KnownPrincipal, can_be_avoided, open_clauses
from hygiene.policy.trust import account_of, is_whole_account
from hygiene.policy.wildcards import glob

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hygiene.analyse.estate import Estate
    from hygiene.analyse.permissions import RolePermissions
    from hygiene.policy.document import Statement
    from hygiene.policy.trust import TrustedPrincipal

_SHOWN_STEPS = 6
_SESSION = re.compile(r"arn:[^:]+:sts::(?P<account>\d{12}):assumed-role/(?P<name>[^/]+)/.+")
_SESSION_NAME = "sts:rolesessionname"


ALLOW, BOUND = "allow", "bound"


@dataclass(frozen=True, slots=True)
class AssumeGrant:
    """One statement on sts:AssumeRole: the role ARNs it is about (patterns), and condition keys nobody evaluated.

    `effect`: `allow` and `deny` are the role's own, `bound` is what its permissions boundary lets through, `scp` what
    a service control policy forbids.
    """

    resources: tuple[str, ...]
    keys: tuple[str, ...]
    not_resources: tuple[str, ...] = ()
    effect: str = ALLOW

    def names(self, role_arn: str) -> bool:
        """Whether the statement covers the role."""
        if self.not_resources:
            return not any(glob(resource).fullmatch(role_arn) for resource in self.not_resources)
        return any(glob(resource).fullmatch(role_arn) for resource in self.resources)


@dataclass(frozen=True, slots=True)
class Trust:
    """One AWS principal that a role trusts; `condition` is what the caller must meet besides."""

    principal: str
    relation: str
    account_id: str | None
    is_whole_account: bool
    condition: tuple[ConditionClause, ...]


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """What chains need to know of a role, and nothing that keeps the role's documents in memory."""

    arn: str
    account_id: str
    is_administrator: bool
    assumes: tuple[AssumeGrant, ...]
    trusted: tuple[Trust, ...]
    administrator_if: tuple[str, ...] = ()
    """Condition keys nobody evaluated, where the role is an administrator under a condition alone."""

    @property
    def may_assume(self) -> bool:
        """Whether the role's own policies allow sts:AssumeRole on something."""
        return any(grant.effect == ALLOW for grant in self.assumes)

    def limits_of_assuming(self, role_arn: str, *, is_let_in: bool) -> set[str] | str | None:
        """Return the condition keys on which assuming the other role hangs, or else what forbids it.

        None when nothing allows it. `is_let_in`: the other one's trust policy names this role in their own account.
        Then no Allow of its own is needed, but a Deny, and a boundary that does not allow it, still count.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html
        """
        about = [grant for grant in self.assumes if grant.names(role_arn)]
        allowed = _easiest(about, ALLOW)
        if allowed is None and not is_let_in:
            return None
        keys = set() if is_let_in else set(allowed or ())
        for grant in about:
            if grant.effect in {DENY, SCP}:
                if not grant.keys:
                    return grant.effect
                keys.update(grant.keys)
        if any(grant.effect == BOUND for grant in self.assumes):
            bounded = _easiest(about, BOUND)
            if bounded is None:
                return BOUNDARY
            keys.update(bounded)
        return keys


def _easiest(grants: Sequence[AssumeGrant], effect: str) -> tuple[str, ...] | None:
    """Return the fewest condition keys that a grant of this effect asks for; None when there is none."""
    return min((grant.keys for grant in grants if grant.effect == effect), key=_fewest, default=None)


def _fewest(keys: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    return len(keys), keys


@dataclass(frozen=True, slots=True)
class Chain:
    """The roles assumed one after the other, the administrator last.

    `held_back_by`: empty, what forbids the first step, or the conditions nobody evaluated.
    """

    steps: tuple[str, ...]
    held_back_by: str
    is_news: bool = True
    """Whether the role is no administrator already: then the chain is worth a sentence."""


def role_facts(estate: Estate, findings: Iterable[Mapping[str, object]]) -> list[RoleFacts]:
    """Return the facts of those roles of an account that a chain can run through; findings say who is administrator.

    The others trust no principal, may assume nothing, and no role beside them names them: most roles of services.
    """
    administrators = _administrators(findings)
    mask = catalogue().mask((ASSUME_ROLE,))
    levels = estate.reference.ceilings(estate.account.id).scp_levels
    is_cut_off = any(level.denied & mask or not level.grant.somewhere_if & mask for level in levels)
    facts = [
        RoleFacts(
            arn=arn,
            account_id=estate.account.id,
            is_administrator=administrators.get(arn) == "",
            assumes=tuple(
                _assume_grants(permissions, is_cut_off=is_cut_off and estate.role(arn)["kind"] != "service-linked")
            ),
            trusted=tuple(_trust(found) for found in estate.trusted[arn] if _lets_roles_in(found)),
            administrator_if=_keys_of(administrators.get(arn, "")),
        )
        for arn, permissions in estate.permissions.items()
    ]
    named = {_session_role(trust.principal) or trust.principal for fact in facts for trust in fact.trusted}
    return [fact for fact in facts if fact.may_assume or fact.trusted or not named.isdisjoint(_names_of(fact.arn))]


def _lets_roles_in(found: TrustedPrincipal) -> bool:
    return found.principal.type == "AWS" or found.relation == "not-principal"


def _trust(found: TrustedPrincipal) -> Trust:
    if found.relation != "not-principal":
        return Trust(found.principal.value, found.relation, found.account_id, found.is_whole_account, found.condition)
    # Allow with NotPrincipal lets everybody in but those it names.
    others = [one.value for one in found.statement.not_principals if one.type == "AWS"]
    accounts = tuple(account for one in others if is_whole_account(one) and (account := account_of(one)))
    but = (
        ConditionClause("ArnNotEquals", "aws:principalarn", tuple(others)),
        ConditionClause("StringNotEquals", "aws:principalaccount", accounts),
    )
    return Trust("*", "anybody", None, False, (*found.condition, *but))


def _session_role(principal: str) -> str:
    """Return account and name of the role whose session a trust policy names; empty when it names something else."""
    found = _SESSION.fullmatch(principal)
    return f"{found['account']} {found['name']}" if found else ""


def _names_of(role_arn: str) -> tuple[str, str]:
    """Return what trust policies can call the role: its ARN, or account and name, by one of its sessions."""
    return role_arn, f"{role_arn.split(':', 5)[4]} {role_arn.rpartition('/')[2]}"


def _administrators(findings: Iterable[Mapping[str, object]]) -> dict[str, str]:
    """Return by role ARN what makes it less than a certain administrator: nothing, or conditions not evaluated."""
    found: dict[str, str] = {}
    for row in findings:
        fate = str(row["held_back_by"] or "")
        if (not fate or fate.startswith(NOT_EVALUATED)) and _makes_administrator(row):
            arn = str(row["role_arn"])
            found[arn] = min(found.get(arn, fate), fate, key=lambda one: (len(one), one))
    return found


def _keys_of(held_back_by: str) -> tuple[str, ...]:
    return tuple(held_back_by.removeprefix(NOT_EVALUATED).split(", ")) if held_back_by else ()


def _makes_administrator(row: Mapping[str, object]) -> bool:
    """Whether the finding, where nothing holds it back, makes its role an administrator or one in disguise."""
    if row["check"] == "full-admin":
        return True
    # Being allowed to assume roles is what a chain is made of, not where it ends.
    return row["check"] == "privilege-escalation" and set(str(row["detail"]).split(";")) != {ASSUME_PATH}


def _assume_grants(permissions: RolePermissions, *, is_cut_off: bool) -> Iterator[AssumeGrant]:
    """Yield the statements on sts:AssumeRole; `is_cut_off`: a service control policy takes it away altogether."""
    mask = catalogue().mask((ASSUME_ROLE,))
    effective = permissions.effective
    own = effective.own
    if own.grant.somewhere_if & mask:
        for _, statement, _ in permissions.allows(mask):
            yield from _granted(permissions, statement, ALLOW)
    if is_cut_off:
        yield AssumeGrant(("*",), (), effect=SCP)
    for conditional in effective.denied_above:
        if conditional.mask & mask and conditional.touches_any_resource:
            yield AssumeGrant(("*",), tuple(sorted({clause.key for clause in conditional.clauses})), effect=SCP)
    denied = own.denied | own.denied_elsewhere | effective.carved_out
    if denied & mask or any(one.mask & mask for one in effective.denied_below):
        yield from _assume_denies(permissions, mask)
    if permissions.boundary:
        allows = [one for one, actions in permissions.boundary.statements() if one.is_allow and actions & mask]
        # A grant on nothing says that there is a boundary.
        granted = [grant for one in allows for grant in _granted(permissions, one, BOUND)]
        yield from granted or [AssumeGrant((), (), effect=BOUND)]


def _granted(permissions: RolePermissions, statement: Statement, effect: str) -> Iterator[AssumeGrant]:
    """Yield what an Allow gives; nothing when its condition is false for the role."""
    left = open_clauses(statement.condition, permissions.effective.principal)
    if left is not None:
        yield _grant(statement, left, effect)


def _assume_denies(permissions: RolePermissions, mask: int) -> Iterator[AssumeGrant]:
    for policy in (*permissions.policies, *((permissions.boundary,) if permissions.boundary else ())):
        for statement, actions in policy.statements():
            if actions & mask and not statement.is_allow:
                left = open_clauses(statement.condition, permissions.effective.principal, is_deny=True)
                if left is not None and not can_be_avoided(left):
                    yield _grant(statement, left, DENY)


def _grant(statement: Statement, clauses: Sequence[ConditionClause], effect: str) -> AssumeGrant:
    keys = tuple(sorted({clause.key for clause in clauses}))
    return AssumeGrant(statement.resources, keys, statement.not_resources, effect)


def find_chains(facts: Sequence[RoleFacts], organization_id: str = "") -> dict[str, Chain]:
    """Return, for every role that can become an administrator, another one or its first, the shortest chain."""
    return _Backwards(facts, organization_id).search()


class _Backwards:
    """A breadth-first search from all administrators at once, along "may be assumed by".

    Steps that hang on a condition are taken when no sure one is left: a longer chain that is sure goes before.
    """

    def __init__(self, facts: Sequence[RoleFacts], organization_id: str) -> None:
        self._organization_id = organization_id
        self._facts = {role.arn: role for role in facts}
        # Roles that may call sts:AssumeRole and have no chain yet, by account. Who has one is not looked at again.
        self._callers: dict[str, dict[str, RoleFacts]] = {}
        for role in facts:
            if role.may_assume:
                self._callers.setdefault(role.account_id, {})[role.arn] = role
        self._found: dict[str, Chain] = {}
        self._waiting = deque(role for role in facts if role.is_administrator)
        self._possible_ends = deque(role for role in facts if role.administrator_if and not role.is_administrator)
        self._by_session: dict[str, RoleFacts] = {}
        # The first such step of each role: the other role, and the keys or what forbids it.
        self._doubtful: dict[str, tuple[RoleFacts, set[str]]] = {}
        self._forbidden: dict[str, tuple[RoleFacts, str]] = {}

    def search(self) -> dict[str, Chain]:
        """Return the chain of every role that has one; one that is forbidden only where there is no other."""
        while self._waiting or self._doubtful or self._possible_ends:
            if self._waiting:
                self._look_behind(self._waiting.popleft())
            elif self._doubtful:
                arn = next(iter(self._doubtful))
                self._take(self._facts[arn], *self._doubtful.pop(arn))
            elif (end := self._possible_ends.popleft()).arn not in self._found:
                self._look_behind(end)
        for arn, (target, fate) in self._forbidden.items():
            if arn not in self._found:
                is_news = not self._facts[arn].is_administrator
                self._found[arn] = Chain((target.arn, *self._onward(target).steps), fate, is_news=is_news)
        return self._found

    def _look_behind(self, target: RoleFacts) -> None:
        for caller, limits in sorted(self._may_assume(target), key=lambda edge: edge[0].arn):
            if caller.arn in self._found or caller.arn == target.arn:
                continue
            if isinstance(limits, str):
                self._forbidden.setdefault(caller.arn, (target, limits))
            elif limits:
                self._doubtful.setdefault(caller.arn, (target, limits))
            else:
                self._take(caller, target, limits)

    def _take(self, caller: RoleFacts, target: RoleFacts, keys: set[str]) -> None:
        if caller.arn in self._found:
            return
        onward = self._onward(target)
        fate = _joined(onward.held_back_by, keys)
        self._found[caller.arn] = Chain((target.arn, *onward.steps), fate, is_news=not caller.is_administrator)
        self._callers.get(caller.account_id, {}).pop(caller.arn, None)
        if not caller.is_administrator:
            self._waiting.append(caller)

    def _onward(self, target: RoleFacts) -> Chain:
        if target.is_administrator:
            return Chain((), "")
        return self._found.get(target.arn) or Chain((), _joined("", set(target.administrator_if)))

    def _may_assume(self, target: RoleFacts) -> Iterator[tuple[RoleFacts, set[str] | str]]:
        """Yield the roles that may assume the target, with the condition keys nobody evaluated or what forbids it."""
        for trust in target.trusted:
            for caller in self._candidates(trust):
                keys = self._open_keys(trust, caller)
                if keys is None:
                    continue
                is_named = trust.principal == caller.arn or bool(_session_role(trust.principal))
                is_let_in = is_named and caller.account_id == target.account_id
                limits = caller.limits_of_assuming(target.arn, is_let_in=is_let_in)
                if limits is not None:
                    yield caller, limits if isinstance(limits, str) else limits | keys

    def _open_keys(self, trust: Trust, caller: RoleFacts) -> set[str] | None:
        """Return the keys of the trust's condition that nobody evaluated; None when it turns the caller away."""
        # Who assumes a role names the session, but not where a service does.
        session = {_SESSION_NAME} if _session_role(trust.principal) else set()
        if not trust.condition:
            return session
        clauses = open_clauses(trust.condition, KnownPrincipal(caller.arn, self._organization_id))
        return None if clauses is None else session | {clause.key for clause in clauses}

    def _candidates(self, trust: Trust) -> Iterable[RoleFacts]:
        if trust.relation == "anybody":
            return [role for callers in self._callers.values() for role in callers.values()]
        if trust.is_whole_account and trust.account_id is not None:
            return list(self._callers.get(trust.account_id, {}).values())
        session = _session_role(trust.principal)
        named = self._of_session(session) if session else self._facts.get(trust.principal)
        return (named,) if named else ()

    def _of_session(self, name: str) -> RoleFacts | None:
        if not self._by_session:
            self._by_session = {_names_of(role.arn)[1]: role for role in self._facts.values()}
        return self._by_session.get(name)


def chain_sentence(chain: Chain) -> str:
    """Return the chain step by step, in plain words."""
    is_forbidden = chain.held_back_by in {DENY, SCP, BOUNDARY}
    names = [_short(arn) for arn in chain.steps[:_SHOWN_STEPS]]
    left = len(chain.steps) - len(names)
    more = f" → {left} more" if left else ""
    count = "1 step" if len(chain.steps) == 1 else f"{len(chain.steps)} steps"
    may = "May become" if chain.held_back_by.startswith(NOT_EVALUATED) else "Becomes"
    becomes = "Would become" if is_forbidden else may
    but = held_back_clause(chain.held_back_by)
    return f"{becomes} an administrator in {count}, by assuming {' → '.join(names)}{more}{but}."


def _short(role_arn: str) -> str:
    account, _, resource = role_arn.split(":", 4)[4].partition(":")
    return f"{resource.removeprefix('role/')} ({account})"


def _joined(held_back_by: str, keys: set[str]) -> str:
    return not_evaluated({*_keys_of(held_back_by), *keys})
