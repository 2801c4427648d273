"""A command line that cannot be is answered in one line, with what to write instead."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hygiene.cli import main
from tests.builders import a_role, details

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("arguments", "words", "command"),
    [
        (["report"], "--snapshot", "hygiene report"),
        (["report", "--snapshot", "a.json", "--as-of", "yesterday"], "2026-12-31T06:00:00Z", "hygiene report"),
        (["report", "--snapshot", "a.json", "--quarter", "Q4"], "2026-Q4", "hygiene report"),
        (["report", "--snapshot", "a.json", "--format", "pdf"], "html,csv,xlsx,json,parquet,ocsf", "hygiene report"),
        (["collect"], "--events-only", "hygiene"),
        (["frobnicate"], "frobnicate", "hygiene"),
        (["reprot"], "Did you mean 'report'? Try", "hygiene"),
    ],
)
def test_a_usage_error_is_one_line_that_says_what_to_write(
    arguments: list[str], words: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr()
    assert ended.value.code == 2
    (line,) = said.err.splitlines()
    assert line.startswith("hygiene: ")
    assert words in line
    assert line.endswith("--help'.")
    assert f"'{command}" in line


def test_without_a_command_the_help_is_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert "Commands" in said.out + said.err
    assert "hygiene: " not in said.err


def test_a_snapshot_nobody_can_read_is_not_taken_for_one_without_a_moment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account = tmp_path / "snapshot" / "accounts" / "111122223333"
    account.mkdir(parents=True)
    (account / "authorization-details.json").write_text('{"RoleDetailList": [')
    with pytest.raises(SystemExit) as ended:
        main(["report", "--snapshot", str(tmp_path / "snapshot"), "--out", str(tmp_path / "out")])
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert "111122223333 could not be read: authorization-details.json is not JSON" in said
    assert "--as-of" not in said


def test_with_json_logs_every_line_of_stderr_is_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "account.json").write_text(json.dumps(details(a_role())))
    arguments = ["report", "--snapshot", str(tmp_path / "account.json"), "--out", str(tmp_path / "out")]
    with pytest.raises(SystemExit):
        main([*arguments, "--format", "json", "--log-format", "json"])
    messages = [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()]
    assert any("does not say when it was made" in message for message in messages)


LONG = "x" * 300


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["report", "--snapshot", LONG], 1),
        (["report", "--snapshot", "a.json", "--config", f"{LONG}/hygiene.toml"], 2),
        (["run", "--if-due", "--out", LONG], 1),
        (["can", "arn:aws:iam::111122223333:role/app", "s3:GetObject", "--snapshot", LONG], 1),
        (["report", "--snapshot", "a.json", "--previous", LONG], 1),
    ],
)
def test_a_place_that_cannot_even_be_looked_for_is_said_and_no_bug(
    arguments: list[str],
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "a.json").write_text(json.dumps(details(a_role())))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr().err
    assert ended.value.code == code
    assert "cannot be read" in said
    assert "File name too long" in said
    assert "Internal error" not in said
