"""Runs every command of docs/guide/, page by page, as a reader would: in an empty folder, with a small organization.

A block marked `sh` is run; one marked with a language and a path (`toml config/hygiene.toml`) is written to that
file; any other is only looked at. The organization is simulated, and `aws` stands in for the AWS CLI.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hygiene.review.period import quarter_of
from hygiene.simulate import Account, Hub, SimulatedAws, World
from tests.deliver.mail_server import mail_server
from tests.worlds import HUB_ACCOUNT, a_simulated_role

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
PAGES = sorted(page for page in GUIDE.glob("*.md") if "```sh" in page.read_text(encoding="utf-8"))
BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<kind>\w+)(?: (?P<path>\S+))?\n(?P<text>.*?)^ *```$", re.DOTALL | re.MULTILINE
)
AWS_CLI = f"""\
import json, boto3
role = "arn:aws:iam::{HUB_ACCOUNT}:role/role-hygiene-reader"
keys = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="cli")["Credentials"]
session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
pages = session.client("iam").get_paginator("get_account_authorization_details").paginate()
print(json.dumps(pages.build_full_result(), default=str))
"""


@pytest.fixture(scope="module")
def organization() -> Iterator[dict[str, str]]:
    """Three accounts that let everything be read; the environment of a shell that works with them."""
    roles = tuple(a_simulated_role(f"app-{index}", last_used_days_ago=3 + 200 * index) for index in range(2))
    accounts = tuple(
        Account(id=account_id, name=name, roles=roles)
        for account_id, name in ((HUB_ACCOUNT, "hub"), ("111122223333", "shop"), ("444455556666", "bank"))
    )
    world = World(accounts, Hub(HUB_ACCOUNT), organization_id="o-exampleorg1", management_account=HUB_ACCOUNT)
    with SimulatedAws(world) as aws:
        yield aws.environment()


@pytest.fixture
def shell(tmp_path: Path, organization: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a reader: our program, Python, and a mail server of the house."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "cli.py").write_text(AWS_CLI)
    for name, command in (
        ("hygiene", "-m hygiene"),
        ("aws", programs / "cli.py"),
        ("dask", "-m dask"),
        ("python", ""),
    ):
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {command} "$@"\n')
        (programs / name).chmod(0o755)
    with mail_server(tmp_path, "off") as (inbox, _):
        yield {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "PYTHONPATH": str(GUIDE.parents[1]),
            "HYGIENE_AWS__LAST_ACCESSED_FIRST_POLL_SECONDS": "0",
            "HYGIENE_AWS__LAST_ACCESSED_CALLS_PER_SECOND": "100",
            "HYGIENE_EMAIL__HOST": "127.0.0.1",
            "HYGIENE_EMAIL__PORT": str(inbox.port),
            "HYGIENE_EMAIL__TLS": "off",
            **organization,
        }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_the_page_does_what_the_page_says(page: Path, shell: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    script = ["set -eu"]
    text = page.read_text(encoding="utf-8").replace("2026-Q4", quarter_of(datetime.now(UTC), 1))
    for block in BLOCK.finditer(text):
        if block["path"]:
            (folder / block["path"]).parent.mkdir(exist_ok=True)
            (folder / block["path"]).write_text(textwrap.dedent(block["text"]))
        elif block["kind"] == "sh":
            script.append(textwrap.dedent(block["text"]))
    ran = subprocess.run(
        ["/bin/bash", "-c", "\n".join(script)],
        cwd=folder,
        env=shell,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"
    assert "Traceback" not in ran.stderr
