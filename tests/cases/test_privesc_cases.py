"""The shared escalation cases: real situations with expected answers, read where they lie."""

from __future__ import annotations

from typing import Any

import pytest

from hygiene.documents import parse_time
from tests.builders import a_reference
from tests.cases.shared import judged, shared_cases


@pytest.mark.parametrize("case", shared_cases("privesc"))
def test_escalation_case(case: dict[str, Any]) -> None:
    expect = case["expect"]
    analysis = judged(case, a_reference(as_of=parse_time(case["as_of"])))
    findings = [
        finding
        for finding in analysis.findings
        if finding["role_arn"] == case["subject"]
        and finding["check"] == "privilege-escalation"
        and (finding["held_back_by"] is None or finding["held_back_by"].startswith("not-evaluated"))
    ]
    paths = {path for finding in findings for path in finding["detail"].split(";")}
    if expect["privilege_escalation"] is not None:
        assert bool(findings) is expect["privilege_escalation"]
    assert set(expect["paths_must"]) <= paths
    assert not paths & set(expect["paths_must_not"])
    if "full_admin" in expect:
        admin = [f for f in analysis.findings if f["role_arn"] == case["subject"] and f["check"] == "full-admin"]
        assert bool(admin) is expect["full_admin"]
