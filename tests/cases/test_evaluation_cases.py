"""The shared evaluation cases: real requests with expected answers, read where they lie."""

from __future__ import annotations

from typing import Any

import pytest

from hygiene.policy import evaluate
from tests.cases.shared import shared_cases


@pytest.mark.parametrize("case", shared_cases("evaluation"))
def test_evaluation_case(case: dict[str, Any]) -> None:
    decision = evaluate(case["request"], **case["policies"])
    assert decision.outcome == case["expect"]["decision"]
    if "blocked_by" in case["expect"]:
        assert list(decision.blocked_by) == case["expect"]["blocked_by"]
