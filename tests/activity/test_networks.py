from __future__ import annotations

from ipaddress import ip_network

import pytest

from hygiene.activity.networks import AWS_INTERNAL, UNKNOWN, is_aws_service, is_expected, source_network

OFFICE = [ip_network("198.51.100.0/24"), ip_network("2001:db8:1::/48")]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        (" 198.51.100.7 ", "198.51.100.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("ec2.amazonaws.com", "ec2.amazonaws.com"),
        ("EC2.amazonaws.com", "ec2.amazonaws.com"),
        ("config-multiaccountsetup.amazonaws.com", "config-multiaccountsetup.amazonaws.com"),
        ("ec2.amazonaws.com.cn", "ec2.amazonaws.com.cn"),
        ("AWS Internal", AWS_INTERNAL),
        ("evil.example.com", UNKNOWN),
        ("ec2.amazonaws.com.evil.example", UNKNOWN),
        ("<script>", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_an_address_is_counted_as_its_network(address: str, network: str) -> None:
    assert source_network(address) == network


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ("198.51.100.7", True),
        ("203.0.113.1", False),
        ("2001:db8:1:2::/64", True),
        ("2001:db8:2:2::/64", False),
        ("lambda.amazonaws.com", True),
        (AWS_INTERNAL, True),
        (UNKNOWN, None),
        ("other", None),
    ],
)
def test_a_network_is_expected_unexpected_or_unknown(network: str, expected: bool | None) -> None:
    assert is_expected(network, OFFICE) is expected


def test_a_stranger_cannot_pass_for_a_service() -> None:
    assert not is_aws_service("amazonaws.com.evil.example")
