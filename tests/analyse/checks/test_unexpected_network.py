from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from tests.activity_builders import an_activity, an_assumption, an_event
from tests.builders import a_reference, a_role, an_organization, analysed, found

CHECK = "unexpected-network"


def seen_from(
    *networks: str, expected: tuple[str, ...] = ("203.0.113.0/24", "2001:db8::/32")
) -> list[dict[str, Any]]:
    entry = an_assumption(networks=tuple((network, 1) for network in networks))
    reference = a_reference(an_organization(), expected_networks=tuple(map(ip_network, expected)))
    return found(analysed(a_role("app"), activity=an_activity(entry), reference=reference), CHECK)


def test_fires_for_an_address_outside_the_expected_networks() -> None:
    (finding,) = seen_from("203.0.113.9", "198.51.100.4")
    assert finding["detail"] == "198.51.100.4"
    assert "198.51.100.4" in str(finding["evidence"])


def test_the_event_to_look_up_is_one_from_the_strange_network() -> None:
    examples = (("198.51.100.4", an_event(9, "strange")), ("203.0.113.9", an_event(1, "fine")))
    entry = an_assumption(networks=tuple((name, 1) for name, _ in examples), network_examples=examples)
    reference = a_reference(an_organization(), expected_networks=(ip_network("203.0.113.0/24"),))
    (finding,) = found(analysed(a_role("app"), activity=an_activity(entry), reference=reference), CHECK)
    assert "the last time on 2026-12-22. Event strange, " in str(finding["evidence"])


@pytest.mark.parametrize("network", ["203.0.113.255", "2001:db8:1:2::/64", "ec2.amazonaws.com", "AWS Internal"])
def test_quiet_for_expected_networks_and_for_aws_itself(network: str) -> None:
    assert not seen_from(network)


@pytest.mark.parametrize(("network", "says"), [("10.1.2.3", True), ("fd00:1::/64", True), ("198.51.100.4", False)])
def test_a_private_address_is_told_as_a_vpc_endpoint(network: str, says: bool) -> None:
    (finding,) = seen_from(network)
    assert ("VPC endpoint" in str(finding["evidence"])) is says


def test_networks_that_nobody_kept_apart_are_not_called_expected() -> None:
    (finding,) = seen_from("203.0.113.9", "other")
    assert (finding["confidence"], finding["severity"], finding["detail"]) == ("possible", "low", "other")


def test_quiet_for_an_address_that_was_not_recorded() -> None:
    assert not seen_from("unknown")


def test_quiet_for_a_network_that_was_only_refused() -> None:
    entry = an_assumption(networks=(("203.0.113.9", 1),), failed=9, failed_networks=(("198.51.100.4", 9),))
    reference = a_reference(an_organization(), expected_networks=(ip_network("203.0.113.0/24"),))
    assert not found(analysed(a_role("app"), activity=an_activity(entry), reference=reference), CHECK)


def test_quiet_where_nobody_said_what_is_expected() -> None:
    assert not seen_from("198.51.100.4", expected=())


def test_quiet_when_no_events_were_read() -> None:
    reference = a_reference(an_organization(), expected_networks=(ip_network("203.0.113.0/24"),))
    assert not found(analysed(a_role("app"), reference=reference), CHECK)
