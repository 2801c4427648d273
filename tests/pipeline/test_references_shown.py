from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from hygiene.frames import SUGGESTIONS
from hygiene.pipeline import ReportRequest, report
from tests.builders import ACCOUNT, AS_OF, a_reference, a_role, an_organization, analysed, details
from tests.worlds import quick_settings

if TYPE_CHECKING:
    from pathlib import Path

IDLE = a_role("idle", last_used=300)
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:nightly"


def row(references: Any, role: dict[str, Any] = IDLE) -> dict[Any, Any]:
    reference = a_reference(an_organization(), references=references)
    (found,) = analysed(role, reference=reference).roles.to_dict("records")
    return found


def test_a_suggestion_to_remove_names_what_config_says_would_break() -> None:
    found = row({IDLE["Arn"]: (FUNCTION,)})
    assert (found["references"], found["references_source"]) == (FUNCTION, "config")
    assert found["suggestion_reason"].endswith(f"First look at what AWS Config says uses it: {FUNCTION}.")


def test_no_reference_changes_no_verdict_and_is_no_reason() -> None:
    asked, not_asked = row({}), row(None)
    assert asked["suggestion"] == not_asked["suggestion"] == SUGGESTIONS[0]
    assert asked["suggestion_reason"] == not_asked["suggestion_reason"]
    assert asked["references_source"] == "config"
    assert pd.isna(not_asked["references_source"])


def test_a_role_that_stays_is_not_told_to_look() -> None:
    role = a_role()
    assert "Config" not in row({role["Arn"]: (FUNCTION,)}, role)["suggestion_reason"]


def test_a_long_list_is_cut_and_says_so() -> None:
    found = row({IDLE["Arn"]: tuple(f"{FUNCTION}-{number:03d}" for number in range(130))})
    assert found["references"].count(";") == 100
    assert found["references"].endswith("and 30 more")


def snapshot(folder: Path, references: Any) -> str:
    account = folder / "snap" / "accounts" / ACCOUNT
    account.mkdir(parents=True)
    (account / "authorization-details.json").write_text(json.dumps(details(IDLE)))
    if references is not None:
        (folder / "snap" / "references.json").write_text(json.dumps(references))
    return str(folder / "snap")


def card(folder: Path, references: Any) -> str:
    request = ReportRequest(out=str(folder / "out"), as_of=AS_OF, quarter="2026-Q4")
    report(quick_settings(), snapshot(folder, references), request)
    page = (folder / "out" / "2026-Q4" / "accounts" / f"{ACCOUNT}.html").read_text()
    found = re.search(r"What would break</h3>(.*?)</div>", page, re.DOTALL)
    assert found
    return found[1]


def test_the_card_names_what_would_break_and_so_does_the_removal_script(tmp_path: Path) -> None:
    hostile = "arn:<script>alert(1)</script>\nrm -rf ~"
    text = card(tmp_path, {IDLE["Arn"]: [FUNCTION, hostile]})
    assert FUNCTION in text
    assert "<script>" not in text
    script = (tmp_path / "out" / "2026-Q4" / "removal" / f"{ACCOUNT}.sh").read_text()
    assert f"BREAKS, as AWS Config says: {FUNCTION}" in script
    assert "\nrm -rf" not in script


def test_the_card_says_that_absence_proves_nothing(tmp_path: Path) -> None:
    assert "no proof" in card(tmp_path, {})


def test_the_card_says_nothing_of_config_when_nobody_asked(tmp_path: Path) -> None:
    assert "Config" not in card(tmp_path, None)


def test_a_damaged_file_is_a_gap(tmp_path: Path) -> None:
    source = snapshot(tmp_path, ["not", "an", "object"])
    reported = report(quick_settings(), source, ReportRequest(out=str(tmp_path / "out")))
    assert any("eferences.json is not" in notice.text for notice in reported.notices)
    assert reported.exit_code == 3
