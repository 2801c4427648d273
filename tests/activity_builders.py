"""An account's activity in few words, for the tests of checks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hygiene.activity import Activity, Assumption, EventReference, RoleChange, SignIn
from hygiene.analyse.reference import EarlierCallers
from tests.builders import ACCOUNT, AS_OF, a_reference, an_organization

BEGINS = AS_OF - timedelta(days=90)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
CALLER = f"arn:aws:iam::{ACCOUNT}:role/deployer"


def an_event(days_ago: float = 1, name: str = "e-1") -> EventReference:
    return EventReference(name, AS_OF - timedelta(days=days_ago), "eu-west-1")


def an_assumption(principal: str = CALLER, kind: str = "role", account: str = ACCOUNT, **more: Any) -> Assumption:
    fields = {
        "role_arn": ROLE,
        "count": 3,
        "failed": 0,
        "first_seen": AS_OF - timedelta(days=20),
        "last_seen": AS_OF - timedelta(days=1),
        "networks": (("203.0.113.7", 3),),
        "example": an_event(),
    }
    return Assumption(principal=principal, principal_kind=kind, principal_account_id=account, **{**fields, **more})


def a_change(action: str, days_ago: float = 1, **more: Any) -> RoleChange:
    fields = {
        "role_name": "app",
        "role_id": "",
        "by": CALLER,
        "by_kind": "role",
        "source_network": "203.0.113.7",
        "user_agent": "aws-cli",
    }
    return RoleChange(event=an_event(days_ago), action=action, **{**fields, **more})


def a_sign_in(principal: str = "root", *, is_root: bool = True, outcome: str = "Success", **more: Any) -> SignIn:
    fields = {
        "action": "ConsoleLogin",
        "count": 1,
        "first_seen": AS_OF - timedelta(days=2),
        "last_seen": AS_OF - timedelta(days=2),
        "networks": (),
        "with_mfa": 0,
        "example": an_event(2),
    }
    return SignIn(principal=principal, is_root=is_root, outcome=outcome, **{**fields, **more})


def an_activity(*assumptions: Assumption, **more: Any) -> Activity:
    return Activity(ACCOUNT, "files", BEGINS, AS_OF, assumptions=assumptions, **more)


def before(*callers: str, has_holes: bool = False) -> Any:
    """Return a reference whose window before saw these principals assume the role."""
    seen = frozenset((ROLE, caller) for caller in callers)
    earlier = EarlierCallers(BEGINS - timedelta(days=92), BEGINS, has_holes, seen)
    return a_reference(an_organization(), earlier_callers={ACCOUNT: earlier})
