"""Who answers for a role: what stands nearest to the role wins."""

from __future__ import annotations

from typing import Any

import pytest

from hygiene.analyse.owners import OwnerRules, contact_of, owner_of
from tests.builders import ACCOUNT, a_role

RULES = OwnerRules(("owner",), (("arn:aws:iam::*:role/mapped", "map@example.com"),), "queue@example.com")
NONE = {"env": "prod"}
SECURITY = {"AlternateContactType": "SECURITY", "EmailAddress": "sec@example.com"}
BILLING = {"AlternateContactType": "BILLING", "EmailAddress": "bill@example.com"}


def test_tag_then_mapping_then_contact_then_fallback() -> None:
    tagged, mapped, other = (
        a_role("mapped", tags={"Owner": "tag@example.com"}),
        a_role("mapped", tags=NONE),
        a_role("other", tags=NONE),
    )
    contact = "sec@example.com"
    assert owner_of(tagged, ACCOUNT, RULES, contact) == ("tag@example.com", "tag:Owner")
    assert owner_of(mapped, ACCOUNT, RULES, contact) == ("map@example.com", "mapping")
    assert owner_of(other, ACCOUNT, RULES, contact) == (contact, "contact")
    assert owner_of(other, ACCOUNT, RULES) == ("queue@example.com", "fallback")
    assert owner_of(other, ACCOUNT, OwnerRules()) == ("", "")


@pytest.mark.parametrize(
    ("contacts", "address"),
    [
        ({"AlternateContact": SECURITY}, "sec@example.com"),
        ({"billing": {"AlternateContact": BILLING}, "security": {"AlternateContact": SECURITY}}, "sec@example.com"),
        ({"billing": BILLING}, "bill@example.com"),
        (
            {"security": {"AlternateContact": {**SECURITY, "EmailAddress": None}}, "billing": BILLING},
            "bill@example.com",
        ),
        ({"security": None, "operations": "x", "billing": {"AlternateContact": 5}}, ""),
        ({"AlternateContact": None}, ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_a_contact_is_read_as_the_cli_prints_it_or_by_kind(contacts: Any, address: str) -> None:
    assert contact_of(contacts) == address
