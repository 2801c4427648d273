from __future__ import annotations

import pytest

from hygiene.policy.service_principals import SourceKeys, source_keys_of


@pytest.mark.parametrize(
    "principal",
    ["batch.amazonaws.com", "autoscaling.amazonaws.com", "config.amazonaws.com", "Logs.eu-west-1.amazonaws.com", "*"],
)
def test_services_whose_guide_shows_a_trust_policy_with_the_keys(principal: str) -> None:
    assert source_keys_of(principal) is SourceKeys.DOCUMENTED


@pytest.mark.parametrize("principal", ["ec2.amazonaws.com", "ec2.amazonaws.com.cn", "lambda.amazonaws.com"])
def test_services_that_serve_their_own_account_only(principal: str) -> None:
    assert source_keys_of(principal) is SourceKeys.NOT_SENT


@pytest.mark.parametrize("principal", ["connect.amazonaws.com", "cloudtrail.amazonaws.com", "new.amazonaws.com"])
def test_nothing_is_known_where_the_guide_shows_the_keys_for_resources_only(principal: str) -> None:
    assert source_keys_of(principal) is SourceKeys.UNKNOWN
