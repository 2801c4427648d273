"""Secrets that must not get anywhere: each is a canary that is looked for in all that a run writes, says or shows."""

from __future__ import annotations

import gzip
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults.processes import hygiene, until
from tests.worlds import HUB_ACCOUNT, point_at, simulated, twelve_accounts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.simulate import SimulatedAws

EXTERNAL_ID = "canary-external-id-4711"
PASSWORD = "canary-smtp-password-4711"
WEBHOOK_PATH = "canary-webhook-4711"
CONFIGURATION = f"""
[aws]
external_id = "{EXTERNAL_ID}"
last_accessed_first_poll_seconds = 0

[email]
enabled = true
host = "127.0.0.1"
port = {{port}}
timeout_seconds = 2
username = "role-review"
password_env = "MAIL_PASSWORD"
from = "role-review@example.com"
to = "security@example.com"

[delivery.webhook]
url_env = "REVIEW_WEBHOOK"
timeout_seconds = 2
"""


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SimulatedAws]:
    """The simulated organization, a configuration full of secrets, and servers that do not answer."""
    with simulated(twelve_accounts(roles=1), monkeypatch) as running, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        point_at(running.session_environment(), monkeypatch)
        monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
        monkeypatch.setenv("REVIEW_WEBHOOK", f"https://127.0.0.1:{port}/services/{WEBHOOK_PATH}")
        (tmp_path / "hygiene.toml").write_text(CONFIGURATION.format(port=port))
        yield running


def canaries(aws: SimulatedAws) -> dict[str, str]:
    """Return each secret with what it is: those of the configuration, and of every session AWS gave out."""
    found = {EXTERNAL_ID: "external id", PASSWORD: "SMTP password", WEBHOOK_PATH: "webhook address"}
    for caller in aws._state.credentials._callers.values():
        found[caller.secret] = f"secret key of {caller.arn}"
        if caller.token:
            found[caller.token] = f"session token of {caller.arn}"
    return found


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def run(tmp_path: Path, *more: str) -> tuple[int, str, str]:
    """Run to the end; return exit code, what was said, and every command line there was."""
    process = hygiene("run", "--out", str(tmp_path / "out"), "--config", str(tmp_path / "hygiene.toml"), "-vv", *more)
    assert until(lambda: "hygiene" in command_line(process.pid))
    shown = command_line(process.pid)
    out, err = process.communicate(timeout=240)
    return process.returncode, out + err, shown


def test_no_secret_is_in_logs_files_or_the_process_list(aws: SimulatedAws, tmp_path: Path) -> None:
    aws.faults.fail(None, "iam", "ListRoles", times=3)
    code, said, shown = run(tmp_path, "--log-format", "json")
    assert code == 3
    assert "DEBUG" in said.upper()
    assert "127.0.0.1" in said, "the servers were not even tried, so nothing was proven about their secrets"
    secrets = canaries(aws)
    assert len(secrets) > 10
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert {path.parts[len(tmp_path.parts) + 1] for path in written} >= {"ledger", "snapshots"}
    for canary, what in secrets.items():
        assert canary not in said, what
        assert canary not in shown, what
        for path in written:
            content = path.read_bytes()
            content = gzip.decompress(content) if path.suffix == ".gz" else content
            assert canary.encode() not in content, (what, path)
            assert canary not in path.name


def test_no_secret_is_in_a_traceback(aws: SimulatedAws, tmp_path: Path) -> None:
    aws.faults.deny(HUB_ACCOUNT, "organizations:ListAccounts")
    code, said, _ = run(tmp_path)
    assert code != 0
    assert "Traceback" in said
    assert [what for canary, what in canaries(aws).items() if canary in said] == []


def test_files_are_their_owners_alone(aws: SimulatedAws, tmp_path: Path) -> None:
    assert aws.calls == []
    run(tmp_path, "--format", "csv", "--quiet")
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "out").rglob("*")}
    assert modes == {0o600, 0o700}
