"""The shared usage cases: real situations with expected answers, read where they lie."""

from __future__ import annotations

from typing import Any

import pytest

from hygiene.documents import parse_time
from tests.builders import a_reference
from tests.cases.shared import judged, shared_cases


@pytest.mark.parametrize("case", shared_cases("usage"))
def test_usage_case(case: dict[str, Any]) -> None:
    reference = a_reference(as_of=parse_time(case["as_of"]), unused_after_days=case["threshold_days"])
    row = judged(case, reference).roles.set_index("role_arn").loc[case["subject"]]
    assert row["usage_status"] in case["expect"]["accept"]
    assert row["usage_reason"] == case["expect"]["reason"]
