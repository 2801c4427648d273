"""ValidatePolicy about what is proposed: asked in a run over HTTP, kept, and shown by every report after it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from hygiene import pipeline
from hygiene.collect.progress import Silent
from hygiene.model import Opinion
from hygiene.pipeline.validating import FILE
from hygiene.simulate import Account, Hub, World
from tests.builders import AS_OF, document, statement
from tests.worlds import HUB_ACCOUNT, a_simulated_role, quick_settings, simulated

if TYPE_CHECKING:
    from pathlib import Path

    from hygiene.simulate import SimulatedAws

ONE = "000000000001"
DOCUMENTS = 3
"""The twins' one, the passer's, and that of our own reader role, which may ask more than it did."""
QUARTER, REVIEW = "2026-Q4", "o-1-2026-Q4"
PASSES = document(statement(["s3:GetObject", "sqs:SendMessage"], "arn:aws:s3:::one/*"), statement("iam:PassRole"))


def world() -> World:
    """Return an account with three roles worth a proposal; two of them have the same policies."""
    roles = (a_simulated_role("app"), a_simulated_role("twin"), a_simulated_role("passer", inline={"work": PASSES}))
    hub = Account(id=HUB_ACCOUNT, name="hub", roles=())
    accounts = (hub, Account(id=ONE, name="one", roles=roles))
    return World(accounts, Hub(HUB_ACCOUNT), organization_id="o-1", management_account=HUB_ACCOUNT)


def run(out: Path, wanted: str = "access-analyzer") -> None:
    request = pipeline.RunRequest(pipeline.ReportRequest(out=str(out), as_of=AS_OF))
    pipeline.run(
        quick_settings(aws={"validate_proposals": wanted}, accounts={"include": (ONE,)}),
        request,
        Silent(),
        lambda: AS_OF,
    )


def report_again(out: Path, other: Path) -> None:
    (snapshot,) = (out / "snapshots").iterdir()
    pipeline.report(quick_settings(), str(snapshot), pipeline.ReportRequest(out=str(other), as_of=AS_OF))


def proposed(out: Path, role: str) -> Any:
    return json.loads((out / QUARTER / "proposals" / ONE / f"{role}.json").read_text())["access_analyzer"]


def page(out: Path) -> str:
    return re.sub(r"\s+", " ", (out / QUARTER / "accounts" / f"{ONE}.html").read_text())


def asked(aws: SimulatedAws) -> int:
    return sum(call.operation == "ValidatePolicy" for call in aws.calls)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Any:
    with simulated(world(), monkeypatch) as running:
        yield running


def test_a_run_asks_once_per_document_and_every_report_says_it(aws: SimulatedAws, tmp_path: Path) -> None:
    run(tmp_path)
    assert asked(aws) == DOCUMENTS
    assert proposed(tmp_path, "app") == {"asked_at": AS_OF.isoformat(), "findings": []}
    (warning,) = proposed(tmp_path, "passer")["findings"]
    assert "security warning PASS_ROLE_WITH_STAR_IN_RESOURCE" in warning
    assert "IAM Access Analyzer, asked on 2026-12-31: no error and no security warning" in page(tmp_path)
    assert warning.split(": ")[1] in page(tmp_path)
    before = (page(tmp_path), proposed(tmp_path, "passer"))
    report_again(tmp_path, tmp_path)
    assert (page(tmp_path), proposed(tmp_path, "passer"), asked(aws)) == (*before, DOCUMENTS)
    run(tmp_path)
    assert asked(aws) == DOCUMENTS


def test_nobody_is_asked_unless_the_configuration_wants_it(aws: SimulatedAws, tmp_path: Path) -> None:
    run(tmp_path, "off")
    assert asked(aws) == 0
    assert "IAM Access Analyzer was not asked" in page(tmp_path)


def test_a_report_without_aws_says_that_nobody_was_asked(aws: SimulatedAws, tmp_path: Path) -> None:
    aws.faults.deny(HUB_ACCOUNT, "access-analyzer:ValidatePolicy")
    run(tmp_path)
    assert 0 < asked(aws) <= DOCUMENTS
    assert proposed(tmp_path, "app") is None
    assert "IAM Access Analyzer was not asked" in page(tmp_path)
    assert not (tmp_path / "ledger" / REVIEW / FILE).exists()


def test_a_damaged_answer_is_asked_for_again(aws: SimulatedAws, tmp_path: Path) -> None:
    kept = tmp_path / "ledger" / REVIEW / FILE
    kept.parent.mkdir(parents=True)
    kept.write_text('{"answers": {"x": {"asked_at": "soon", "findings": []}}}')
    run(tmp_path)
    assert asked(aws) == DOCUMENTS
    assert len(json.loads(kept.read_text())["answers"]) == DOCUMENTS


def test_what_is_said_of_every_action_is_told_once_with_how_often_and_the_first_few_alone() -> None:
    again = ("app-1: error INVALID_SERVICE: no such service",) * 90
    assert Opinion(AS_OF, again).sentence().endswith(": app-1: error INVALID_SERVICE: no such service (90 times)")
    many = Opinion(AS_OF, tuple(f"app-{n}: error" for n in range(9))).sentence()
    assert many.endswith("app-3: error; app-4: error; and 4 more")
