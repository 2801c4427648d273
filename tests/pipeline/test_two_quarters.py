"""Two reviews in a row over the simulated organization: people answer, AWS changes, promises are checked."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from hygiene import pipeline
from hygiene.collect.progress import Silent
from hygiene.pipeline.importing import import_decisions
from hygiene.simulate import Account, Hub, Role, SimulatedAws, World
from tests.builders import AS_OF, document, statement
from tests.worlds import HUB_ACCOUNT, a_simulated_role, point_at, quick_settings

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

MEMBER, UNREAD = "000000000001", "000000000002"
LATER = AS_OF + timedelta(days=90)
REVIEW = "o-walk-2026-Q4"


def a_role(name: str, *actions: str, days: int = 300, resource: str = "*") -> Role:
    inline = {"work": document(statement(list(actions) or ["s3:GetObject", "s3:PutObject"], resource))}
    return a_simulated_role(name, last_used_days_ago=days, inline=inline, used_services={})


def a_world(*roles: Role, **second: Any) -> World:
    hub = Account(id=HUB_ACCOUNT, name="hub", roles=())
    other = Account(id=UNREAD, name="other", roles=(a_role("unseen"),), **second)
    member = Account(id=MEMBER, name="member", roles=roles)
    return World((hub, member, other), Hub(HUB_ACCOUNT), organization_id="o-walk", management_account=HUB_ACCOUNT)


FIRST = a_world(
    a_role("gone"),
    a_role("stays"),
    a_role("again"),
    a_role("promised"),
    a_role("shrunk"),
    a_role("swapped"),
    a_role("kept"),
    a_role("altered"),
    a_role("silent"),
    a_role("passed-on"),
    a_role("busy", "s3:GetObject", days=1, resource="arn:aws:s3:::one/*"),
)
SECOND = a_world(
    a_role("stays", days=390),
    a_role("again", days=390),
    a_role("promised", days=390),
    a_role("shrunk", "s3:GetObject", days=390),
    a_role("swapped", "s3:GetObject", "iam:PassRole", days=390),
    a_role("kept", days=390),
    a_role("altered", "s3:GetObject", "s3:PutObject", "sqs:SendMessage", days=390),
    a_role("silent", days=390),
    a_role("passed-on", days=390),
    a_role("busy", "s3:GetObject", days=1, resource="arn:aws:s3:::one/*"),
    reader="refuses",
)
KEPT = {"decision": "keep", "justification": "yearly audit"}
ANSWERS: dict[str, dict[str, str]] = {
    "gone": {"decision": "remove"},
    "stays": {"decision": "remove", "ticket": "OPS-1"},
    "again": {"decision": "remove", "justification": "left over"},
    "promised": {"decision": "remove", "target_date": "2027-06-30"},
    "shrunk": {"decision": "reduce"},
    "swapped": {"decision": "reduce"},
    "kept": KEPT,
    "altered": KEPT,
    "passed-on": {"decision": "not-mine", "justification": "ben@example.com"},
    "unseen": {"decision": "remove"},
}


@dataclass(frozen=True)
class Walk:
    out: Path
    after_import: dict[str, Any]
    second: dict[str, Any]


def review(
    out: Path,
    world: World,
    moment: datetime,
    *,
    made_again: str = "",
    reuse: bool = False,
    quarter: str | None = None,
) -> dict[str, Any]:
    with SimulatedAws(world, clock=lambda: moment) as aws, pytest.MonkeyPatch.context() as monkeypatch:
        point_at(aws.environment(), monkeypatch)
        if made_again:
            roles = aws._state.iam(MEMBER).roles.values()
            next(role for role in roles if role.name == made_again).id = "AROAMADEAGAIN0000001"
        request = pipeline.RunRequest(pipeline.ReportRequest(out=str(out), quarter=quarter), reuse_snapshot=reuse)
        return pipeline.run(quick_settings(), request, Silent(), clock=lambda: moment).summary


def answer(out: Path, answers: dict[str, dict[str, str]], name: str = "ana.csv", quarter: str = "2026-Q4") -> Path:
    with (out / quarter / "decisions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row.update(answers.get(row["role_arn"].rsplit("/", 1)[-1], {}))
        if row["decision"] in {"remove", "reduce"} and not row["justification"]:
            row["justification"] = "as suggested"  # The builders' roles are alike, so they are one group.
    path = out.parent / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    import_decisions(path, str(out / quarter), "ana@example.com", lambda: AS_OF + timedelta(days=5), dry_run=False)
    return path


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    out = tmp_path_factory.mktemp("walk") / "out"
    review(out, FIRST, AS_OF)
    answer(out, ANSWERS)
    after_import = review(out, FIRST, AS_OF, reuse=True)
    second = review(out, SECOND, LATER, made_again="again")
    return Walk(out, after_import, second)


def states(out: Path, quarter: str) -> dict[str, tuple[str, str]]:
    roles = pd.read_parquet(out / quarter / "roles.parquet")
    cells = roles[["decision", "decision_state"]].fillna("")
    return dict(zip(roles["role_name"], zip(cells["decision"], cells["decision_state"], strict=True), strict=True))


def followups(out: Path) -> dict[str, str]:
    table = pd.read_parquet(out / "2027-Q1" / "followups.parquet")
    return {arn.rsplit("/", 1)[-1]: state for arn, state in zip(table["role_arn"], table["state"], strict=True)}


def changes(out: Path) -> set[tuple[str, str]]:
    table = pd.read_parquet(out / "2027-Q1" / "changes.parquet")
    return {(arn.rsplit("/", 1)[-1], change) for arn, change in zip(table["role_arn"], table["change"], strict=True)}


def test_the_report_made_again_shows_what_people_answered(walk: Walk) -> None:
    found = states(walk.out, "2026-Q4")
    assert found["stays"] == ("remove", "answered")
    assert found["kept"] == ("keep", "answered")
    assert found["silent"] == ("", "open")
    assert found["passed-on"] == ("not-mine", "open")
    assert walk.after_import["decisions"]["answered"] == 9
    assert walk.after_import["needs_decision"] == 2
    owners = pd.read_parquet(walk.out / "2026-Q4" / "roles.parquet").set_index("role_name")["owner"]
    assert owners["passed-on"] == "ben@example.com"


def test_each_promise_has_its_state_a_quarter_later(walk: Walk) -> None:
    assert followups(walk.out) == {
        "gone": "verified",
        "stays": "overdue",
        "again": "re-opened",
        "promised": "answered",
        "shrunk": "verified",
        "swapped": "overdue",
        "kept": "verified",
        "altered": "stale-decision",
        "unseen": "overdue",
    }
    found = states(walk.out, "2027-Q1")
    assert found["stays"] == ("remove", "overdue")
    assert found["again"] == ("remove", "re-opened")
    assert found["promised"] == ("remove", "answered")
    assert found["silent"] == ("", "no-response")
    assert found["altered"] == ("keep", "stale-decision")
    assert found["kept"] == ("", "open")
    assert found["busy"] == ("", "")


def test_nothing_is_carried_over_as_an_answer_of_the_new_review(walk: Walk) -> None:
    decisions = pd.read_parquet(walk.out / "2027-Q1" / "decisions.parquet")
    assert decisions["decision"].isna().all()
    asked = set(decisions.loc[decisions["needs_decision"] == "yes", "role_arn"].str.rsplit("/", n=1).str[-1])
    assert asked >= {"stays", "again", "promised", "kept", "altered", "silent", "passed-on"}


def test_what_was_not_carried_out_is_a_change_only_where_it_was_seen(walk: Walk) -> None:
    told = changes(walk.out)
    assert {name for name, change in told if change == "decision_not_carried_out"} == {"stays", "swapped"}
    assert {("gone", "removed"), ("again", "recreated"), ("shrunk", "privilege_down")} <= told
    assert {("swapped", "privilege_up"), ("swapped", "privilege_down"), ("altered", "privilege_up")} <= told
    assert not {change for name, change in told if name in {"unseen", "busy", "kept"}}


def test_the_summary_counts_what_became_of_the_promises(walk: Walk) -> None:
    decisions = walk.second["decisions"]
    assert decisions["verified_removals"] == 1
    assert decisions["followed_up"] == {
        "total": 9, "answered": 1, "overdue": 3, "re-opened": 1, "stale-decision": 1, "verified": 3,
    }  # fmt: skip
    assert decisions["by_state"]["no-response"] == 1


def test_a_quarter_run_again_loses_nothing_that_people_gave(walk: Walk, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(walk.out, out)
    ledger = out / "ledger" / REVIEW
    given = {path: path.read_bytes() for path in ledger.rglob("*") if path.is_file()}
    assert {path.parent.name for path in given} == {REVIEW, "originals", "superseded"}
    replaced = (out / "2026-Q4" / "manifest.json").read_bytes()
    summary = review(out, FIRST, AS_OF + timedelta(days=6), quarter="2026-Q4")
    assert {path: path.read_bytes() for path in given} == given
    assert replaced in [path.read_bytes() for path in (ledger / "superseded").iterdir()]
    assert summary["decisions"]["by_decision"] == walk.after_import["decisions"]["by_decision"]
    assert states(out, "2026-Q4")["kept"] == ("keep", "verified")
    manifest = json.loads((out / "2026-Q4" / "manifest.json").read_text())
    assert manifest["supersedes"]


def test_answers_that_come_late_still_count_against_silence(walk: Walk, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(walk.out, out)
    answer(out, {"silent": {"decision": "remove"}}, "late.csv")
    review(out, SECOND, LATER, made_again="again", reuse=True)
    assert states(out, "2027-Q1")["silent"] == ("remove", "overdue")


def test_a_new_answer_about_a_role_that_was_reduced_leaves_the_reduction_proven(walk: Walk, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(walk.out, out)
    answer(out, {"shrunk": KEPT}, "next.csv", "2027-Q1")
    summary = review(out, SECOND, LATER, made_again="again", reuse=True)
    table = pd.read_parquet(out / "2027-Q1" / "followups.parquet")
    rows = table[table["role_arn"].str.endswith("/shrunk")]
    assert list(zip(rows["decision"], rows["state"], strict=True)) == [("reduce", "verified"), ("keep", "answered")]
    assert summary["decisions"]["verified_reductions"] == walk.second["decisions"]["verified_reductions"] == 1
    assert states(out, "2027-Q1")["shrunk"] == ("keep", "answered")
