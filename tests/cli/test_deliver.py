"""`hygiene run` and `hygiene deliver` as a person starts them, with a real mail server."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from hygiene.simulate import SimulatedAws
from tests.builders import AS_OF
from tests.deliver.mail_server import mail_server
from tests.worlds import twelve_accounts

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
[aws]
last_accessed = "off"
[email]
enabled = true
host = "127.0.0.1"
port = {port}
tls = "off"
from = "review@example.com"
to = "security@example.com"
"""


def hygiene(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hygiene", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_run_delivers_its_report_and_a_delivery_again_sends_nothing(tmp_path: Path) -> None:
    out, config = tmp_path / "out", tmp_path / "hygiene.toml"
    with mail_server(tmp_path, "off") as (inbox, _), SimulatedAws(twelve_accounts(), clock=lambda: AS_OF) as aws:
        config.write_text(CONFIG.format(port=inbox.port))
        options = ("--out", str(out), "--config", str(config), "--quarter", "2026-Q4", "--format", "csv")
        ran = hygiene("run", *options, **aws.environment())
        assert ran.returncode == 3, ran.stderr  # one account refuses, as ever in this world
        recipients = sorted(to for one in inbox.messages for to in one.recipients)
        assert recipients[-1] == "security@example.com"
        inbox.messages.clear()
        again = hygiene("deliver", str(out / "2026-Q4"), "--config", str(config))
    assert (again.returncode, inbox.messages) == (0, []), again.stderr
    assert "Nothing to send today" in again.stdout


def test_a_run_whose_mails_fail_keeps_the_report_and_ends_with_three(tmp_path: Path) -> None:
    out, config = tmp_path / "out", tmp_path / "hygiene.toml"
    config.write_text(CONFIG.format(port=1))
    with SimulatedAws(twelve_accounts(), clock=lambda: AS_OF) as aws:
        options = ("--out", str(out), "--config", str(config), "--quarter", "2026-Q4", "--format", "csv")
        ran = hygiene("run", *options, **aws.environment())
    assert ran.returncode == 3
    assert "127.0.0.1:1 cannot be used" in ran.stderr
    assert (out / "2026-Q4" / "manifest.json").exists()


def test_a_report_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    ended = hygiene("deliver", str(tmp_path / "2026-Q4"), "--dry-run")
    assert ended.returncode == 2
    assert "no report there" in ended.stderr
    assert "Traceback" not in ended.stderr
