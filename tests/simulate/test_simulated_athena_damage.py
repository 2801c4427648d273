from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hygiene.simulate.server import SimulatedAws
from tests.simulate.queries import finished, queried_world
from tests.simulate.small_world import AS_OF, HUB, WORKLOAD, client

COUNT = "SELECT count(*) FROM audit.cloudtrail_logs WHERE account = '%s'"


@pytest.mark.parametrize(("how", "kind"), [("broken-gzip", "HIVE_CURSOR_ERROR"), ("not-json", "HIVE_BAD_DATA")])
def test_a_damaged_object_fails_the_queries_that_read_it_alone(how: Any, kind: str) -> None:
    with SimulatedAws(queried_world(), clock=lambda: AS_OF) as aws:
        athena = client("athena", aws.environment())
        (key, *_) = aws.damage_trail(how, WORKLOAD, (AS_OF - timedelta(days=10)).date())
        failed = finished(athena, COUNT % WORKLOAD)["Status"]
        assert failed["StateChangeReason"].startswith(kind)
        assert key in failed["StateChangeReason"]
        assert finished(athena, COUNT % HUB)["Status"]["State"] == "SUCCEEDED"
