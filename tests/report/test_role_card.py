"""A role's card answers "may I delete it?" in that order, and every finding stands in its part."""

from __future__ import annotations

import html
import re
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.frames import Changes, frame_of
from hygiene.model import Removal, RightSizing
from hygiene.report import write_report
from tests.report.review_sample import (
    ACCOUNT,
    a_finding,
    a_review,
    a_role,
    no_date,
    the_facts,
    the_provenance,
    unused,
)

if TYPE_CHECKING:
    from pathlib import Path

ORDER = (
    "Who can assume it", "Who did", "What it can do", "Used against granted", "What would break", "History",
    "The same elsewhere", "Also found", "Proposal",
)  # fmt: skip
OUTSIDE = "arn:aws:iam::464622532012:root"


def card(folder: Path, role: dict[str, Any], *others: dict[str, Any], **given: Any) -> dict[str, str]:
    """The role's card: its verdict, its reason, and its parts by heading."""
    tables = replace(
        a_review([role, *others], given.get("findings", ())),
        changes=frame_of(Changes, given.get("changes", ())),
        right_sizing={ACCOUNT: given.get("right_sizing", RightSizing())},
    )
    write_report(tables, the_facts(), the_provenance(), folder, ("html",))
    page = (folder / "accounts" / f"{ACCOUNT}.html").read_text()
    start = page.rindex("<summary>", 0, page.index(f'id="r-{role["role_id"]}"'))
    whole = page[start : page.index("</details>", start)]
    verdict, _, rest = whole.partition("</summary>")
    reason, *parts = re.split(r"<h3>(.*?)</h3>", rest.partition("<dl>")[0])
    found = dict(zip(parts[::2], map(plain, parts[1::2]), strict=True))
    return {"verdict": plain(verdict), "reason": plain(reason), **found}


def plain(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_the_parts_stand_in_the_order_of_the_question(tmp_path: Path) -> None:
    role = a_role("app", **unused(), group_id="same")
    findings = [a_finding(role, check) for check in ("no-owner", "full-admin", "trust-no-external-id", "unused-role")]
    removal = Removal(ACCOUNT, "app", role["role_arn"], (), (), ())
    found = card(
        tmp_path, role, a_role("twin", group_id="same"), findings=findings, right_sizing=RightSizing((), (removal,))
    )
    assert tuple(found) == ("verdict", "reason", *ORDER)
    assert "Outside trust" not in found["What it can do"]
    assert "Full administrator" in found["What it can do"]
    assert "Outside trust without an external id" in found["Who can assume it"]
    assert "Role is not used" in found["Used against granted"]
    assert "Nobody owns the role" in found["Also found"]
    assert "1 other role has the same trust and permissions" in found["The same elsewhere"]
    assert "Commands to remove it" in found["Proposal"]


VERDICTS = [
    ({}, "Suggest keep: used 1 day ago."),
    (unused(91), "Suggest remove: not used for 91 days."),
    (no_date("unused", "not_used_in_tracking_period", suggestion="remove"),
     "Suggest remove: no use in the 400-day tracking period."),
    (no_date("unused", "never_used", suggestion="remove", age_days=91),
     "Suggest remove: no use since it was created 91 days ago."),
    (no_date("too_new", "too_new", age_days=1), "Suggest keep: created 1 day ago, too new to judge."),
    (no_date("unknown", "no_data", suggestion="investigate"), "Suggest investigate: its use is not known."),
    (no_date("excluded", "service_linked"), "Not judged: AWS manages this role."),
    ({"trusted_principals": OUTSIDE}, "Suggest keep: used 1 day ago; somebody outside may assume it."),
]  # fmt: skip


@pytest.mark.parametrize(("given", "verdict"), VERDICTS, ids=[verdict for _, verdict in VERDICTS])
def test_the_verdict_is_one_sentence(tmp_path: Path, given: dict[str, Any], verdict: str) -> None:
    assert card(tmp_path, a_role("app", **given))["verdict"] == verdict


def test_the_verdict_names_the_worst_power_in_effect_and_no_other(tmp_path: Path) -> None:
    role = a_role("app")
    findings = [
        a_finding(role, "full-admin", "critical", held_back_by="scp"),
        a_finding(role, "privilege-escalation", "high"),
        a_finding(role, "service-wildcard", "medium"),
    ]
    found = card(tmp_path, role, findings=findings)
    assert found["verdict"] == "Suggest keep: used 1 day ago; can give itself more permissions."
    assert "held back by scp" in found["What it can do"]


def test_an_administrator_is_called_one_before_other_powers_of_the_same_severity(tmp_path: Path) -> None:
    role = a_role("app")
    findings = [
        a_finding(role, check, "high") for check in ("data-exfiltration", "privilege-escalation", "full-admin")
    ]
    assert card(tmp_path, role, findings=findings)["verdict"].endswith("; full administrator.")


def test_a_finding_of_a_check_nobody_knows_stands_with_what_it_can_do(tmp_path: Path) -> None:
    role = a_role("app")
    assert "x-new-check" in card(tmp_path, role, findings=[a_finding(role, "x-new-check")])["What it can do"]


def test_what_was_not_read_is_said_in_its_part(tmp_path: Path) -> None:
    role = a_role("app", services_used=None, services_granted=None, actions_allowed=None)
    found = card(tmp_path, role)
    assert found["Used against granted"] == "Not read: which of the granted services it used is unknown."
    assert found["Who did"].startswith("Not collected")
    assert found["What it can do"] == "No finding about its permissions."


def test_the_history_tells_what_changed_since_the_last_review(tmp_path: Path) -> None:
    role = a_role("app", **unused())
    keys = {name: role[name] for name in ("account_id", "role_arn", "role_id")}
    changes = [
        {**keys, "change": "became_unused", "before": "in_use", "after": "unused"},
        {**keys, "change": "gained_admin", "before": None, "after": None},
    ]
    history = card(tmp_path, role, changes=changes)["History"]
    assert "Since the last review: became unused: in use → unused" in history
    assert "Since the last review: gained admin" in history


def test_the_policies_as_json_are_linked_where_they_were_written(tmp_path: Path) -> None:
    text = b'{"roles": {}}'
    tables = replace(a_review([a_role()]), right_sizing={ACCOUNT: RightSizing(policies=zlib.compress(text))})
    for folder, formats in ((tmp_path / "pages", ("html",)), (tmp_path / "tables", ("csv",))):
        folder.mkdir()
        write_report(tables, the_facts(), the_provenance(), folder, formats)
    page = (tmp_path / "pages" / "accounts" / f"{ACCOUNT}.html").read_text()
    assert f'href="../policies/{ACCOUNT}.json"' in page
    assert (tmp_path / "pages" / "policies" / f"{ACCOUNT}.json").read_bytes() == text
    assert not (tmp_path / "tables" / "policies").exists()


def test_what_is_to_be_done_about_the_whole_role_stands_once_and_not_under_each_finding(tmp_path: Path) -> None:
    remedy = "Managed by Control Tower: leave the role to it."
    role = a_role("app", **unused(suggestion_reason=f"May do every action. {remedy}"))
    findings = [a_finding(role, check, remedy=remedy) for check in ("full-admin", "unused-role")]
    findings.append(a_finding(role, "no-owner", remedy="Tag the role."))
    found = card(tmp_path, role, findings=findings)
    assert remedy in found["reason"]
    assert "Remedy" not in found["What it can do"] + found["Used against granted"]
    assert "Remedy Tag the role." in found["Also found"]


def test_a_state_of_the_decision_says_what_it_means(tmp_path: Path) -> None:
    role = a_role("app", **unused(), decision="remove", decision_state="overdue")
    assert "state: overdue , it was to be done by now, and AWS shows it undone" in card(tmp_path, role)["reason"]


@pytest.mark.parametrize(("number", "is_short"), [(10, True), (11, False)])
def test_ten_roles_are_read_at_a_glance_with_open_cards_and_nothing_to_filter(
    tmp_path: Path, number: int, is_short: bool
) -> None:
    roles = [a_role(f"app-{n}") for n in range(number)]
    write_report(a_review(roles), the_facts(), the_provenance(), tmp_path, ("html",))
    page = (tmp_path / "accounts" / f"{ACCOUNT}.html").read_text()
    assert page.count("<details open>") == (number if is_short else 0)
    assert page.count("<details>") == (0 if is_short else number)
    assert ('<div class="controls"' in page) is not is_short


def test_a_long_name_breaks_where_its_words_meet_and_stays_escaped(tmp_path: Path) -> None:
    write_report(a_review([a_role("OrganizationAccountAccess_Role<B>")]), the_facts(), the_provenance(), tmp_path)
    page = (tmp_path / "accounts" / f"{ACCOUNT}.html").read_text()
    assert ">Organization<wbr>Account<wbr>Access_<wbr>Role&lt;B&gt;</a>" in page
