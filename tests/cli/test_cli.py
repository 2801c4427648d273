"""The command line as a person meets it: exit codes, sentences, and no traceback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.cli import main
from tests.builders import a_role, details
from tests.worlds import HUB_ACCOUNT, a_simulated_role, simulated, twelve_accounts

if TYPE_CHECKING:
    from collections.abc import Callable

Ended = tuple[int, str, str]


@pytest.fixture
def hygiene(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Ended]:
    """Run the command line in a folder of its own; returns exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Ended:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), said.out, said.err

    return run


@pytest.fixture
def export(tmp_path: Path) -> str:
    file = tmp_path / "account.json"
    file.write_text(json.dumps(details(a_role(), a_role("old", last_used=200))))
    return str(file)


def loaded_modules(*arguments: str) -> set[str]:
    call = f"try: main({list(arguments)!r})\nexcept SystemExit: pass"
    code = f"import sys; from hygiene.cli import main\n{call}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.rsplit("\n", 2)[-2].split())


def test_help_and_version_import_nothing_heavy() -> None:
    for arguments in (["--help"], ["--version"], ["run", "--help"]):
        assert not {"pandas", "boto3", "jinja2", "pydantic_settings", "moto"} & loaded_modules(*arguments)


def test_the_report_path_imports_no_boto3(export: str, tmp_path: Path) -> None:
    modules = loaded_modules("report", "--snapshot", export, "--out", str(tmp_path / "out"))
    assert "pandas" in modules
    assert not {"boto3", "botocore", "moto"} & modules


def test_the_collect_path_loads_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    modules = loaded_modules("collect", "--snapshot", str(tmp_path / "snapshot"))
    assert "hygiene.collect.sessions" in modules
    assert not {"pandas", "moto"} & modules


def test_help_teaches_every_command(hygiene: Callable[..., Ended]) -> None:
    code, out, _ = hygiene("--help")
    assert code == 0
    for command in ("run", "collect", "report", "doctor", "checks", "demo"):
        assert command in out
        assert hygiene(command, "--help")[0] == 0


def test_one_exported_file_gives_a_report_and_says_what_it_took_for_now(
    hygiene: Callable[..., Ended], export: str
) -> None:
    code, out, err = hygiene("report", "--snapshot", export)
    assert code == 0
    assert "2 roles in 1 account" in out
    assert "newest moment in it" in err
    assert Path("reports/2026-Q4/index.html").is_file()


def test_an_old_export_does_not_make_live_roles_look_unused(hygiene: Callable[..., Ended], tmp_path: Path) -> None:
    file = tmp_path / "old.json"
    file.write_text(json.dumps(details(a_role(last_used=1000, created=3000))))
    hygiene("report", "--snapshot", str(file), "--out", "out")
    summary = json.loads(next(Path("out").glob("*/summary.json")).read_text())
    assert summary["roles"]["in_use"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("report",), "--snapshot"),
        (("report", "--snapshot", "x", "--as-of", "soon"), "2026-12-31"),
        (("report", "--snapshot", "x", "--quarter", "Q4"), "2026-Q4"),
        (("report", "--snapshot", "x", "--format", "html,pdf"), "pdf"),
        (("report", "--snapshot", "nowhere"), "no snapshot there"),
        (("report", "--snapshot", "gs://bucket/x"), "s3://bucket/prefix"),
        (("report", "--snapshot", "x", "--out", "s3://"), "s3://bucket/prefix"),
        (("report", "--snapshot", "x", "--config", "missing.toml"), "missing.toml"),
        (("deliver", "nowhere"), "no report there"),
        (("nonsense",), "nonsense"),
    ],
)
def test_wrong_usage_ends_with_two_and_says_what_to_write(
    hygiene: Callable[..., Ended], arguments: tuple[str, ...], said: str
) -> None:
    code, _, err = hygiene(*arguments)
    assert code == 2
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[review]\nunusd_after_days = 3", "did you mean 'unused_after_days'?"),
        ("[review]\nrole_name = 'x'", "belongs in [aws]"),
        ("[review]\nknown_accounts = ['12']", "12 digits"),
        ("[aws]\ncloudtrail = 's3'", "needs bucket in [cloudtrail]"),
        ("[checks.nonsense]\nenabled = false", "no such check"),
        ("[checks.long-session]\nmax_hour = 3", "did you mean 'max_hours'?"),
        ("[delivery.s3]\nbuckets = 'x'", "did you mean 'bucket'?"),
        ("[delivery]\ntopic_arn = 'x'", "'topic_arn' belongs in [delivery.sns]"),
        ("[alerts]\ncloudwatch_namespace = 'AWS/IAM'", "AWS's own"),
        ("[delivery.webhook]\nurl_env = 'https://hooks.example.com/T0/secret'", "delivery.webhook.url_env = …"),
        ("[checks.long-session]\nmax_hours = '3'", "write a number"),
        ("[owners]\nmapping = 'gone.yaml'", "gone.yaml"),
        ("[owners]\nmapping = 3", "write the name of a file in quotes"),
        ("[review]\nunused_after_days = '90 days'", "write a whole number"),
        ("[review]\nunused_after_days = 0", "write 1 or more"),
        ("[aws]\ncloudtrail = 'yes'", "write 'off', 'lookup', 's3' or 'athena'"),
        ("email = 3", "write a section of its own"),
        ("= 3", "not valid TOML"),
    ],
)
def test_wrong_configuration_names_file_key_and_remedy(
    hygiene: Callable[..., Ended], export: str, text: str, said: str
) -> None:
    Path("c.toml").write_text(text)
    code, _, err = hygiene("report", "--snapshot", export, "--config", "c.toml")
    assert code == 2
    assert "c.toml" in err
    assert said in err


def test_a_misspelt_variable_is_not_ignored(
    hygiene: Callable[..., Ended], export: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYGIENE_REVEIW__UNUSED_AFTER_DAYS", "3")
    code, _, err = hygiene("report", "--snapshot", export)
    assert code == 2
    assert "did you mean 'review'?" in err


def test_the_environment_wins_over_the_file(
    hygiene: Callable[..., Ended], export: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("c.toml").write_text("[review]\nunused_after_days = 30")
    monkeypatch.setenv("HYGIENE_REVIEW__UNUSED_AFTER_DAYS", "300")
    hygiene("report", "--snapshot", export, "--config", "c.toml", "--out", "out")
    assert json.loads(next(Path("out").glob("*/summary.json")).read_text())["roles"]["unused"] == 0


def test_no_credentials_end_with_two_and_a_hint(hygiene: Callable[..., Ended]) -> None:
    code, _, err = hygiene("run")
    assert code == 2
    assert "No AWS credentials" in err
    assert not Path("reports").exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"RoleDetailList": []}'])
def test_a_damaged_file_alone_is_a_failure_not_a_clean_report(
    hygiene: Callable[..., Ended], tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "bad.json").write_bytes(content)
    code, _, err = hygiene("report", "--snapshot", "bad.json")
    assert code == 1
    assert "bad.json" in err
    assert not Path("reports").exists()


def test_a_damaged_account_among_others_is_a_gap(hygiene: Callable[..., Ended], tmp_path: Path) -> None:
    for account, text in (("111122223333", json.dumps(details(a_role()))), ("444455556666", "{")):
        folder = tmp_path / "snap" / "accounts" / account
        folder.mkdir(parents=True)
        (folder / "authorization-details.json").write_text(text)
    code, _, err = hygiene("report", "--snapshot", "snap")
    assert code == 3
    assert "444455556666 (failed): authorization-details.json is not JSON" in err


def test_an_unwritable_place_is_a_sentence(hygiene: Callable[..., Ended], export: str) -> None:
    Path("file").write_text("x")
    code, _, err = hygiene("report", "--snapshot", export, "--out", "file/reports")
    assert code == 1
    assert "cannot be written" in err


def test_only_the_formats_asked_for_are_written(hygiene: Callable[..., Ended], export: str) -> None:
    hygiene("report", "--snapshot", export, "--format", "csv", "--out", "out")
    names = {path.name for path in Path("out/2026-Q4").iterdir()}
    assert {"roles.csv", "summary.json", "coverage.csv", "manifest.json"} <= names
    assert "index.html" not in names


def test_checks_are_listed_for_people_and_machines(hygiene: Callable[..., Ended]) -> None:
    code, out, _ = hygiene("checks")
    assert code == 0
    assert "long-session" in out
    assert "max_hours = 4" in out
    listed: list[dict[str, Any]] = json.loads(hygiene("checks", "--json")[1])
    assert {"id", "title", "severity", "source", "threshold"} <= set(listed[0])


def test_run_collect_and_report_apart_agree(hygiene: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch) -> None:
    Path("c.toml").write_text("[aws]\nlast_accessed_first_poll_seconds = 0\n")
    with simulated(twelve_accounts(), monkeypatch):
        assert hygiene("collect", "--snapshot", "snap", "--config", "c.toml")[0] == 3
        code, out, err = hygiene("run", "--config", "c.toml", "--as-of", "2026-12-31T06:00:00Z", "--quiet")
    assert (code, out) == (3, "")
    assert "000000000001 (failed)" in err
    code, out, _ = hygiene("report", "--snapshot", "snap", "--out", "other", "--as-of", "2026-12-31T06:00:00Z")
    assert code == 3
    assert "10 of 12 accounts" in out
    assert Path("other/2026-Q4/roles.csv").read_bytes() == Path("reports/2026-Q4/roles.csv").read_bytes()


def test_json_log_lines_are_json_and_one_per_account(
    hygiene: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    with simulated(twelve_accounts(1), monkeypatch):
        _, _, err = hygiene("collect", "--snapshot", "snap", "--log-format", "json")
    lines = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    assert len({line["account_id"] for line in lines if "account_id" in line}) == 11


def test_doctor_says_what_is_missing_where(hygiene: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch) -> None:
    with simulated(twelve_accounts(1), monkeypatch) as aws:
        aws.faults.deny("000000000004", "iam:ListRoles")
        code, out, _ = hygiene("doctor")
    assert code == 3
    assert "000000000001 member-1: the role cannot be assumed (AccessDenied)" in out
    assert "arn:aws:iam::000000000001:role/role-hygiene-reader" in out
    assert "000000000003 member-3: denied: iam:GenerateServiceLastAccessedDetails" in out
    assert "000000000004 member-4: denied: iam:ListRoles" in out
    assert "✓ 000000000005 member-5: every permission is there" in out


def test_doctor_is_content_when_nothing_is_missing(
    hygiene: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    from hygiene.simulate import Account, Hub, World

    lone = Account(id=HUB_ACCOUNT, name="lone", roles=(a_simulated_role("app"),))
    with simulated(World((lone,), Hub(HUB_ACCOUNT)), monkeypatch):
        code, out, _ = hygiene("doctor")
    assert code == 0
    assert "ready" in out


def test_python_m_hygiene_is_hygiene() -> None:
    done = subprocess.run([sys.executable, "-m", "hygiene", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("hygiene ")


def test_shell_completion_is_offered_and_knows_the_commands(hygiene: Callable[..., Ended]) -> None:
    assert "--install-completion" in hygiene("--help")[1]
    typed = {"_HYGIENE_COMPLETE": "complete_bash", "COMP_WORDS": "hygiene re", "COMP_CWORD": "1"}
    command = [str(Path(sys.executable).with_name("hygiene"))]
    done = subprocess.run(command, env={**os.environ, **typed}, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["report"]


@pytest.mark.parametrize("command", [(), ("run",), ("decisions", "import"), ("evidence", "verify")])
def test_in_help_no_switch_seems_to_take_a_value(hygiene: Callable[..., Ended], command: tuple[str, ...]) -> None:
    assert not re.search(r"<(bool|int)>", hygiene(*command, "--help")[1])


def test_paragraphs_of_help_are_as_wide_as_the_screen(
    hygiene: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    out = hygiene("run", "--help")[1]
    assert "outside of one it reviews its own account" in out
    assert "One run works in OUT at a time" in out


def test_the_demo_without_its_extra_says_what_to_install(tmp_path: Path) -> None:
    code = "import sys; sys.modules['moto'] = None\nfrom hygiene.cli import main\nmain(['demo', '--out', 'out'])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert done.stderr.startswith("hygiene: The simulated AWS needs moto")
    assert "pip install 'role-hygiene[demo]'" in done.stderr


def test_collect_wants_a_place_or_events_only_and_not_both(hygiene: Callable[..., Ended]) -> None:
    for arguments in ((), ("--snapshot", "snap", "--events-only")):
        code, _, err = hygiene("collect", *arguments)
        assert code == 2
        assert "--events-only" in err


def test_the_light_run_without_a_source_says_which_setting_to_write(hygiene: Callable[..., Ended]) -> None:
    code, _, err = hygiene("collect", "--events-only")
    assert code == 2
    assert 'cloudtrail = "off"' in err
