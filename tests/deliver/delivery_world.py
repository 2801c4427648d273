"""Four accounts whose hub may deliver: one member refuses the delivery role's user, one has none at all."""

from __future__ import annotations

from hygiene.simulate import Account, Hub, Role, World
from hygiene.simulate.documents import allow, document, permissions, trusts_aws, trusts_service

HUB_ACCOUNT, SHOP, BANK, WITHOUT_ROLE = "000011112222", "111122223333", "222233334444", "333344445555"
DELIVERY_ROLE = "role-hygiene-delivery"
REGION = "us-east-1"


def delivery_world() -> World:
    hub = Role(
        "role-hygiene-hub",
        trusts_service("ecs-tasks"),
        inline={"deliver": document(allow("sts:AssumeRole", f"arn:aws:iam::*:role/{DELIVERY_ROLE}"))},
    )
    delivery = Role(
        DELIVERY_ROLE,
        trusts_aws(f"arn:aws:iam::{HUB_ACCOUNT}:role/role-hygiene-hub"),
        inline={"import": permissions("securityhub:BatchImportFindings")},
    )
    members = tuple(Account(account_id, f"member-{account_id}", roles=(delivery,)) for account_id in (SHOP, BANK))
    accounts = (Account(HUB_ACCOUNT, "hub", roles=(hub,)), *members, Account(WITHOUT_ROLE, "new", roles=()))
    return World(accounts, Hub(HUB_ACCOUNT), organization_id="o-delivery", management_account=HUB_ACCOUNT)
