"""People can read what was judged: every role's own policies, whole, and in characters that hide nothing."""

from __future__ import annotations

import json
import zlib
from typing import Any
from urllib.parse import quote

from hygiene.analyse.policy_texts import policy_texts
from hygiene.model import AccountDocuments
from tests.builders import ACCOUNT, ADMIN, LAMBDA, MODEST, a_policy, a_role, details

OWN = f"arn:aws:iam::{ACCOUNT}:policy/limit"
AWS = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def text_of(*roles: Any, policies: Any = ()) -> str:
    held = AccountDocuments(ACCOUNT, authorization_details=details(*roles, policies=policies))
    return zlib.decompress(policy_texts(held)).decode()


def test_a_role_stands_with_its_trust_its_policies_and_its_boundary() -> None:
    role = a_role("app", attached=[OWN, AWS], boundary=OWN)
    held = json.loads(text_of(role, policies=[a_policy(OWN, ADMIN), a_policy(AWS, ADMIN)]))
    assert held["roles"] == {
        role["Arn"]: {"trust": LAMBDA, "inline": {"inline": MODEST}, "attached": [OWN, AWS], "boundary": OWN}
    }
    assert held["policies"] == {OWN: ADMIN}, "AWS's own policies are public"


def test_encoded_documents_are_decoded_and_what_cannot_be_read_stays_as_it_came() -> None:
    role = a_role("app", trust=quote(json.dumps(LAMBDA)), inline="{ not JSON")
    held = json.loads(text_of(role))["roles"][role["Arn"]]
    assert held["trust"] == LAMBDA
    assert held["inline"] == {"inline": "{ not JSON"}


def test_roles_are_sorted_a_role_on_each_line_and_the_last_of_two_entries_counts() -> None:
    twice = [a_role("b", inline=ADMIN), a_role("b")]
    text = text_of(*twice, a_role("a"))
    assert list(json.loads(text)["roles"]) == [a_role("a")["Arn"], a_role("b")["Arn"]]
    assert json.loads(text)["roles"][a_role("b")["Arn"]]["inline"]["inline"] == MODEST
    assert sum(line.startswith('"arn:') for line in text.splitlines()) == 2


def test_nothing_in_the_text_is_invisible() -> None:
    assert text_of(a_role("app", inline={"Sid": "a\u202egnp\x07</script>"})).isascii()


def test_an_account_without_roles_has_no_text() -> None:
    assert policy_texts(AccountDocuments(ACCOUNT, authorization_details=details())) == b""
    assert policy_texts(AccountDocuments(ACCOUNT)) == b""
