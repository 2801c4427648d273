"""Runs every command of the README and of docs/guide/, page by page, as a reader would: in an empty folder.

A block marked `sh` is run; one marked with a language and a path (`toml config/hygiene.toml`) is written to that
file; any other shows settings, which have to be some. The organization is simulated and small, `aws` stands in for
the AWS CLI, and what installs or needs a checkout (`pip`, `make`) does nothing.
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

from hygiene.config import load_settings
from hygiene.review.period import quarter_of
from hygiene.simulate import Account, Hub, SimulatedAws, World
from tests.deliver.mail_server import mail_server
from tests.worlds import HUB_ACCOUNT, a_simulated_role

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
README = GUIDE.parents[1] / "README.md"
EVERY_PAGE = [README, *sorted(GUIDE.glob("*.md"))]
PAGES = [page for page in EVERY_PAGE if "```sh" in page.read_text(encoding="utf-8")]
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
ANSWERED = """\
import glob, openpyxl
book = openpyxl.load_workbook(glob.glob("reports/*/decisions.xlsx")[0])
for sheet in book:
    names = [cell.value for cell in sheet[1]]
    if "decision" in names:
        for name, value in (("decision", "remove"), ("justification", "replaced in May")):
            sheet.cell(2, names.index(name) + 1).value = value
book.save("answers.xlsx")
"""
"""What a person has done before the README reads `answers.xlsx` back."""


@pytest.fixture(scope="module")
def organization() -> Iterator[dict[str, str]]:
    """Three accounts that let everything be read; the environment of a shell that works with them."""
    roles = (
        *(a_simulated_role(f"app-{index}", last_used_days_ago=3 + 200 * index) for index in range(2)),
        a_simulated_role("app"),
    )
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
        ("pip", "-c pass"),
        ("make", "-c pass"),
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
            # Dask's own processes tell of every connection that ends, with a traceback where two end at once.
            "DASK_LOGGING__DISTRIBUTED": "critical",
            **organization,
        }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_the_page_does_what_the_page_says(page: Path, shell: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    script = ["set -euo pipefail"]
    text = page.read_text(encoding="utf-8").replace("2026-Q4", quarter_of(datetime.now(UTC), 1))
    for block in BLOCK.finditer(text):
        if block["path"]:
            (folder / block["path"]).parent.mkdir(exist_ok=True)
            (folder / block["path"]).write_text(textwrap.dedent(block["text"]))
        elif block["kind"] == "sh":
            if "import answers.xlsx" in block["text"]:
                script.append(f"python - <<'PY'\n{ANSWERED}PY")
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


FENCE = re.compile(r"^ *```(.*)$", re.MULTILINE)


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: page.stem)
def test_no_block_of_a_page_is_passed_over(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    opened = FENCE.findall(text)[::2]
    blocks = list(BLOCK.finditer(text))
    assert [f"{block['kind']} {block['path'] or ''}".strip() for block in blocks] == opened
    assert {block["kind"] for block in blocks} <= {"sh", "toml", "yaml"}
    assert all(block["path"] for block in blocks if block["kind"] == "yaml")


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: page.stem)
def test_settings_that_a_page_shows_are_settings(page: Path, tmp_path: Path) -> None:
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        if block["kind"] == "toml":
            file = tmp_path / "hygiene.toml"
            file.write_text(textwrap.dedent(block["text"]))
            assert load_settings(file)
