"""The removal script does nothing by itself, and every name in it stays a name: run by bash with a stub for `aws`."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hygiene.model import Removal, RightSizing
from hygiene.report import write_report
from hygiene.report.removal_script import removal_script
from hygiene.report.removal_terraform import terraform_hints
from tests.examples import examples
from tests.report.review_sample import ACCOUNT, AS_OF, a_finding, a_review, a_role, the_facts, the_provenance

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = Removal(
    account_id=ACCOUNT,
    role_name="app",
    role_arn=f"arn:aws:iam::{ACCOUNT}:role/app",
    inline_policies=("work",),
    attached_policy_arns=(f"arn:aws:iam::{ACCOUNT}:policy/shared",),
    instance_profiles=("machines",),
    permissions_boundary=f"arn:aws:iam::{ACCOUNT}:policy/limit",
)
HOSTILE_NAMES = (
    "$(touch owned)",
    "`touch owned`",
    "'; touch owned; '",
    '"; touch owned; "',
    "x\ntouch owned\n",
    "x\nSTEPS\ntouch owned",
    "-rf",
    "--help",
    "a&touch owned&",
    "\u202etxt.sh",
    "*",
    "${IFS}",
)
STUB = """#!/usr/bin/env python3
import json, os, sys
with open(os.environ["STUB_CALLS"], "a") as file:
    print(json.dumps(sys.argv[1:]), file=file)
if "--query=Role.RoleId" in sys.argv:
    print(os.environ["STUB_ROLE_ID"])
elif "--query=Role.RoleLastUsed.LastUsedDate" in sys.argv:
    print(os.environ["STUB_LAST_USED"])
elif "--query=PolicyNames[].[@]" in sys.argv:
    print(os.environ["STUB_INLINE"], end="")
else:
    print(os.environ["STUB_ACCOUNT"] if sys.argv[1] == "sts" else "{}")
"""


class Shell:
    """Runs a removal script where `aws` only notes how it was called."""

    def __init__(self, folder: Path, *roles: Removal, spared: dict[str, str] | None = None) -> None:
        self.folder, self._log = folder, folder / "calls"
        self.inline = "".join(f"{name}\n" for role in roles for name in role.inline_policies)
        self.last_used = "None"
        stub = folder / "bin" / "aws"
        stub.parent.mkdir()
        stub.write_text(STUB)
        stub.chmod(0o700)
        self.script = folder / "removal.sh"
        self.script.write_text(removal_script(ACCOUNT, roles, the_facts(), spared or {}))

    def run(self, *steps: str, account: str = ACCOUNT, role_id: str = "AROAONE") -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "STUB_CALLS": str(self._log),
            "STUB_ACCOUNT": account,
            "STUB_ROLE_ID": role_id,
            "STUB_INLINE": self.inline,
            "STUB_LAST_USED": self.last_used,
        }
        command = ["/usr/bin/env", "bash", str(self.script), *steps]
        return subprocess.run(command, check=False, cwd=self.folder, env=environment, capture_output=True, text=True)

    def calls(self) -> list[list[str]]:
        """What `aws` was asked beyond who the caller is."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        return [call for call in map(json.loads, lines) if call[0] != "sts"]

    def uncomment_deletion(self) -> None:
        text = self.script.read_text()
        body = re.sub(r"^# (delete_\d+\(\) \{|  .*|\})$", r"\1", text, flags=re.MULTILINE)
        self.script.write_text(body)


def test_without_a_step_it_lists_the_roles_and_calls_nothing(tmp_path: Path) -> None:
    shell = Shell(tmp_path, PLAIN)
    result = shell.run()
    assert (result.returncode, shell.calls()) == (0, [])
    assert "1  app" in result.stdout


def test_saving_only_reads_and_covers_trust_policies_tags_boundary_and_profiles(tmp_path: Path) -> None:
    shell = Shell(tmp_path, PLAIN)
    assert shell.run("save_1").returncode == 0
    assert [call[1] for call in shell.calls()] == [
        "get-role",
        "list-role-tags",
        "list-attached-role-policies",
        "list-instance-profiles-for-role",
        "list-role-policies",
        "list-role-policies",
        "get-role-policy",
        "get-role",
    ]
    (saved,) = (tmp_path / f"saved-{ACCOUNT}").iterdir()
    assert re.fullmatch(r"2026-Q4-app-[0-9a-f]{8}", saved.name)
    assert (saved / "permissions-boundary.txt").read_text().strip() == PLAIN.permissions_boundary
    assert {path.name for path in saved.iterdir()} >= {"role.json", "tags.json", "inline-1.json", "complete"}
    assert (saved / "role.json").stat().st_mode & 0o077 == 0


def test_the_quarantine_needs_a_saved_role_then_denies_everything_and_cuts_off_sessions(tmp_path: Path) -> None:
    shell = Shell(tmp_path, PLAIN)
    assert shell.run("quarantine_1").returncode == 1
    assert not shell.calls()
    shell.run("save_1")
    before = len(shell.calls())
    assert shell.run("quarantine_1").returncode == 0
    deny, older = shell.calls()[before:]
    assert deny[:4] == ["iam", "put-role-policy", "--role-name=app", "--policy-name=role-hygiene-quarantine"]
    everything = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    assert json.loads(deny[5])["Statement"] == [everything]
    (statement,) = json.loads(older[5])["Statement"]
    issued = statement.pop("Condition")["DateLessThan"]["aws:TokenIssueTime"]
    assert statement == everything
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", issued)


def test_deleting_is_not_there_until_somebody_uncomments_it(tmp_path: Path) -> None:
    shell = Shell(tmp_path, PLAIN)
    assert shell.run("delete_1").returncode == 1
    shell.uncomment_deletion()
    assert shell.run("delete_1").returncode == 1, "not saved yet"
    shell.run("save_1")
    before = len(shell.calls())
    assert shell.run("delete_1").returncode == 0
    assert [call[1] for call in shell.calls()[before:]] == [
        "get-role",
        "remove-role-from-instance-profile",
        "detach-role-policy",
        *["delete-role-policy"] * 3,
        "delete-role",
    ]


def test_every_inline_policy_of_today_is_saved_and_none_is_no_error(tmp_path: Path) -> None:
    shell = Shell(tmp_path, PLAIN)
    shell.inline = "work\nmade-since\n"
    shell.run("save_1")
    asked = [call[3] for call in shell.calls() if call[1] == "get-role-policy"]
    assert asked == ["--policy-name=work", "--policy-name=made-since"]
    shell.inline = ""
    assert shell.run("save_1").returncode == 0
    assert sum(call[1] == "get-role-policy" for call in shell.calls()) == 2


def test_the_backup_of_another_role_with_the_same_number_is_none(tmp_path: Path) -> None:
    shell = Shell(tmp_path, PLAIN)
    shell.run("save_1")
    other = replace(PLAIN, role_name="other", role_arn=f"arn:aws:iam::{ACCOUNT}:role/other")
    shell.script.write_text(removal_script(ACCOUNT, [other], the_facts()))
    result = shell.run("quarantine_1")
    assert (result.returncode, "not saved yet" in result.stderr) == (1, True)
    shell.script.write_text(removal_script(ACCOUNT, [replace(PLAIN, role_id="AROATWO")], the_facts()))
    assert shell.run("quarantine_1").returncode == 1


def test_a_role_that_was_used_since_it_was_saved_is_not_deleted(tmp_path: Path) -> None:
    shell = Shell(tmp_path, PLAIN)
    shell.uncomment_deletion()
    shell.run("save_1")
    shell.last_used = "2027-01-15T03:00:00+00:00"
    result = shell.run("delete_1")
    assert (result.returncode, "was used at 2027-01-15" in result.stderr) == (1, True)
    assert not [call for call in shell.calls() if "delete" in call[1]]
    shell.run("save_1")
    assert shell.run("delete_1").returncode == 0


@pytest.mark.parametrize("step", ["quarantine_1", "delete_1"])
def test_a_role_made_anew_since_the_review_is_left_alone(tmp_path: Path, step: str) -> None:
    shell = Shell(tmp_path, replace(PLAIN, role_id="AROAONE"))
    shell.uncomment_deletion()
    shell.run("save_1")
    before = len(shell.calls())
    result = shell.run(step, role_id="AROATWO")
    assert (result.returncode, [call[1] for call in shell.calls()[before:]]) == (1, ["get-role"])
    assert "Role app was made anew" in result.stderr
    assert shell.run(step).returncode == 0


def test_it_refuses_the_credentials_of_another_account(tmp_path: Path) -> None:
    shell = Shell(tmp_path, PLAIN)
    result = shell.run("save_1", account="999988887777")
    assert result.returncode == 1
    assert "999988887777" in result.stderr
    assert not shell.calls()


@pytest.mark.parametrize("step", ["usage", "stop", "ls", "save_2", "save_1;ls", "release"])
def test_a_step_that_is_not_there_calls_nothing(tmp_path: Path, step: str) -> None:
    shell = Shell(tmp_path, PLAIN)
    shell.run(step)
    assert not shell.calls()


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_stays_one_argument_in_every_step(tmp_path: Path, name: str) -> None:
    hostile = Removal(ACCOUNT, name, f"arn:{name}", (name,), (f"arn:{name}",), (name,), name, role_id="AROAONE")
    shell = Shell(tmp_path, hostile)
    shell.uncomment_deletion()
    subprocess.run(["/usr/bin/env", "bash", "-n", str(shell.script)], check=True)
    for step in ("", "save_1", "quarantine_1", "release_1", "delete_1"):
        assert shell.run(*[step] if step else []).returncode == 0, step
    assert not (tmp_path / "owned").exists()
    assert {call[2] for call in shell.calls()} == {f"--role-name={name}"}
    last = [argument for call in shell.calls() for argument in call[3:]]
    expected = {f"--policy-name={name}", f"--policy-arn=arn:{name}", f"--instance-profile-name={name}"}
    assert expected <= set(last)


@pytest.mark.parametrize("name", [*HOSTILE_NAMES, "%{ if true }", '"\n}\nresource "x" "y" {'])
def test_a_hostile_name_stays_a_text_in_the_terraform_hints(name: str) -> None:
    hints = terraform_hints(ACCOUNT, [replace(PLAIN, role_name=name, role_arn=f"arn:{name}")], the_facts())
    reference = terraform_hints(ACCOUNT, [PLAIN], the_facts())
    assert len(hints.splitlines()) == len(reference.splitlines())
    blocks = [line for line in hints.splitlines() if not line.startswith(("#", "  id = "))]
    assert blocks == [line for line in reference.splitlines() if not line.startswith(("#", "  id = "))]
    assert not re.search(r"(?<!\$)\$\{|(?<!%)%\{", hints)


_PIECE = re.compile(r'[^"\\$%\x00-\x1f]|\\["\\]|\\u([0-9a-f]{4})|\\U([0-9a-f]{8})|(\$\$|%%)\{|[$%](?!\{)')
"""What may stand in a quoted text of Terraform that holds no expression."""


def said_by_terraform(quoted: str) -> str:
    """Return what Terraform would read in a quoted text; fails for one that it would refuse."""
    inside, place, said = quoted[1:-1], 0, []
    while place < len(inside):
        piece = _PIECE.match(inside, place)
        assert piece, inside[place:]
        code = piece[1] or piece[2]
        plain = piece[3][0] + "{" if piece[3] else piece[0].removeprefix("\\") if len(piece[0]) == 2 else piece[0]
        said.append(chr(int(code, 16)) if code else plain)
        place = piece.end()
    return "".join(said)


@examples(300)
@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('$%{}"\\\n\b\f\u2028\U0001f600')))
@example("$${x} %%{y}")
def test_terraform_reads_every_name_as_it_is(name: str) -> None:
    hints = terraform_hints(ACCOUNT, [replace(PLAIN, instance_profiles=(name,))], the_facts())
    [quoted] = re.findall(r"aws_iam_instance_profile.*\n  id = (.*)\n}", hints)
    assert said_by_terraform(quoted) == name


def test_the_hints_cover_the_role_its_policies_and_its_profiles() -> None:
    hints = terraform_hints(ACCOUNT, [PLAIN], the_facts())
    assert 'to = aws_iam_role.role_1\n  id = "app"' in hints
    assert 'id = "app:work"' in hints
    assert f'id = "app/arn:aws:iam::{ACCOUNT}:policy/shared"' in hints
    assert "destroy = false" in hints


def written(folder: Path, right_sizing: RightSizing) -> dict[str, Any]:
    review = replace(a_review([a_role()]), right_sizing={ACCOUNT: right_sizing})
    files = write_report(review, the_facts(), the_provenance(), folder, ("csv",))
    return {file.path: file for file in files}


def test_the_report_holds_a_script_and_hints_per_account_for_its_owner_alone(tmp_path: Path) -> None:
    files = written(tmp_path, RightSizing(removals=(PLAIN,)))
    assert {f"removal/{ACCOUNT}.sh", f"removal/{ACCOUNT}.tf.txt"} <= set(files)
    for path in (tmp_path / "removal").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_report_without_unused_roles_holds_no_script(tmp_path: Path) -> None:
    assert not [path for path in written(tmp_path, RightSizing()) if path.startswith("removal")]


def test_the_accounts_page_leads_to_its_script(tmp_path: Path) -> None:
    review = replace(a_review([a_role()]), right_sizing={ACCOUNT: RightSizing((), (PLAIN,))})
    write_report(review, the_facts(), the_provenance(), tmp_path)
    page = (tmp_path / "accounts" / f"{ACCOUNT}.html").read_text()
    assert f'href="../removal/{ACCOUNT}.sh"' in page
    assert (tmp_path / "removal" / f"{ACCOUNT}.sh").is_file()


def an_unused_role(name: str, **given: Any) -> dict[str, Any]:
    return a_role(name, usage_status="unused", usage_reason="stale", suggestion="remove", **given)


def answered(decision: str, state: str) -> dict[str, Any]:
    return {"decision": decision, "decision_state": state, "reviewer": "ana@example.com", "decided_at": AS_OF}


def removal_of(role: dict[str, Any]) -> Removal:
    return replace(PLAIN, role_name=role["role_name"], role_arn=role["role_arn"])


def report_on(folder: Path, roles: list[dict[str, Any]], findings: list[dict[str, Any]]) -> tuple[str, str, str]:
    """Return the script, the hints, and the account's page."""
    sizing = RightSizing(removals=tuple(removal_of(role) for role in roles))
    review = replace(a_review(roles, findings), right_sizing={ACCOUNT: sizing})
    write_report(review, the_facts(), the_provenance(), folder)
    files = (folder / "removal" / f"{ACCOUNT}.sh", folder / "removal" / f"{ACCOUNT}.tf.txt")
    script, hints = (file.read_text() if file.exists() else "" for file in files)
    return script, hints, (folder / "accounts" / f"{ACCOUNT}.html").read_text()


def test_roles_that_are_to_stay_are_left_out_and_named_with_the_reason(tmp_path: Path) -> None:
    roles = [
        an_unused_role("kept", **answered("keep", "answered")),
        an_unused_role("narrower", **answered("reduce", "overdue")),
        an_unused_role("changed", **answered("keep", "stale-decision")),
        an_unused_role("agreed", **answered("remove", "answered")),
        an_unused_role("excepted"),
        an_unused_role("asked"),
    ]
    noted = a_finding(roles[4], "unused-role", exception="Yearly job (owner ben, approved by eva, until 2027-01-31)")
    other = a_finding(roles[5], "no-owner", exception="Known")
    script, hints, page = report_on(tmp_path, roles, [noted, other])
    for text in (script, hints):
        head = text.split("\n\n")[0]
        numbered = re.findall(r"^# \d+\. .*role/([a-z]+)", text, re.MULTILINE)
        assert numbered == ["agreed", "asked", "changed"]
        assert "Left out, though unused (3):" in head
        assert re.search(r'role/kept.*ana@example.com answered .?"keep.?" on 2026-11-23', head)
        assert re.search(r"role/excepted.*an exception holds: Yearly job", head)
        assert "role/narrower" in head
    assert page.count(f'href="../removal/{ACCOUNT}.sh"') == 4  # The page's own link, and three cards.
    assert "No commands to remove it: an exception holds: Yearly job" in page


def test_without_a_role_to_remove_there_is_no_script(tmp_path: Path) -> None:
    script, hints, page = report_on(tmp_path, [an_unused_role("kept", **answered("keep", "answered"))], [])
    assert (script, hints) == ("", "")
    assert "No commands to remove it: ana@example.com answered" in page


@pytest.mark.parametrize("hostile", HOSTILE_NAMES)
def test_a_reason_stays_a_comment_whatever_it_says(tmp_path: Path, hostile: str) -> None:
    spared = {f"arn:aws:iam::{ACCOUNT}:role/{hostile}": hostile}
    shell = Shell(tmp_path, PLAIN, spared=spared)
    assert shell.run().returncode == 0
    assert not (tmp_path / "owned").exists()
    assert shell.calls() == []
    hints = terraform_hints(ACCOUNT, [PLAIN], the_facts(), spared)
    assert all(line.startswith("#") for line in hints.split("\n\n")[0].splitlines())
