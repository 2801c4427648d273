from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygiene.report.links import account_page, console_link, owner_page, owner_slug, role_anchor
from hygiene.report.principals import principal_view

NAMES = {"012345678901": "shop-prod", "111122223333": "data"}


def test_owners_that_read_alike_do_not_share_a_page() -> None:
    assert owner_slug("Team A") != owner_slug("team-a")
    assert owner_page("Team A").startswith("owners/team-a-")


@given(st.text())
def test_every_owner_has_a_harmless_file_name(owner: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,40}-[0-9a-f]{8}", owner_slug(owner))


def test_roles_without_an_owner_have_a_page_nobody_can_take() -> None:
    assert owner_page("").startswith("owners/no-owner-")
    assert owner_page("no-owner") != owner_page("")


def test_pages_are_numbered_from_the_second() -> None:
    assert (account_page("012345678901"), account_page("012345678901", 2)) == (
        "accounts/012345678901.html",
        "accounts/012345678901-2.html",
    )


def test_anchors_hold_nothing_that_could_break_out() -> None:
    assert role_anchor("AROAEXAMPLE") == "r-AROAEXAMPLE"
    assert role_anchor('"><script>') == "r----script-"
    assert role_anchor("", "arn:aws:iam::012345678901:role/x") != role_anchor("", "arn:aws:iam::012345678901:role/y")


@pytest.mark.parametrize(
    ("partition", "host"),
    [("aws", "console.aws.amazon.com"), ("aws-us-gov", "console.amazonaws-us-gov.com"),
     ("aws-cn", "console.amazonaws.cn")],
)  # fmt: skip
def test_the_console_is_the_one_of_the_partition(partition: str, host: str) -> None:
    link = console_link(f"arn:{partition}:iam::012345678901:role/p/a+b=c", "a+b=c")
    assert link == f"https://{host}/iam/home#/roles/details/a%2Bb%3Dc"


def test_an_unknown_partition_has_no_link() -> None:
    assert console_link("arn:aws-moon:iam::012345678901:role/x", "x") == ""
    assert console_link("x", "x") == ""


@pytest.mark.parametrize(
    ("written", "short", "outside"),
    [
        ("*", "anybody (*)", True),
        ("012345678901", "this account", False),
        ("arn:aws:iam::111122223333:root", "account data", False),
        ("arn:aws:iam::999988887777:root", "account 999988887777", True),
        ("arn:aws:iam::111122223333:role/hub", "role/hub in data", False),
        ("arn:aws:iam::012345678901:user/ana", "user/ana", False),
        ("arn:aws:iam::012345678901:saml-provider/okta", "SAML okta", False),
        ("arn:aws:iam::012345678901:oidc-provider/token.actions.githubusercontent.com",
         "token.actions.githubusercontent.com", False),
        ("lambda.amazonaws.com", "lambda.amazonaws.com", False),
        ("AROAEXAMPLE12345", "AROAEXAMPLE12345", True),
        ("something else", "something else", False),
    ],
)  # fmt: skip
def test_principals_are_told_in_words(written: str, short: str, outside: bool) -> None:
    view = principal_view(written, "012345678901", NAMES, organization=True)
    assert (view.written, view.short, view.outside) == (written, short, outside)
