"""The Terraform of the reader role says what the CloudFormation template says."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from hygiene.collect.operations import MEMBER, actions_of
from hygiene.config import Settings
from tests.deploy.test_templates import DENIED, DEPLOY, READER, default

FOLDER = DEPLOY / "terraform"
TEXT = (FOLDER / "reader-role.tf").read_text(encoding="utf-8")


def listed(sid: str) -> list[str]:
    """Return the actions of a statement."""
    found = re.search(rf'Sid\s*=\s*"{sid}".*?Action = \[(.*?)\]', TEXT, re.DOTALL)
    assert found, sid
    return re.findall(r'"([^"]+)"', found[1])


def variable(name: str) -> str:
    found = re.search(rf'variable "{name}" {{.*?default\s*=\s*"([^"]*)"', TEXT, re.DOTALL)
    assert found, name
    return found[1]


def test_it_allows_exactly_what_the_program_calls_and_denies_every_change() -> None:
    assert listed("ReadRolesAndTheirUse") == list(actions_of(MEMBER))
    assert listed("NeverChangeIam") == [f"iam:{verb}*" for verb in DENIED]


def test_its_names_are_those_of_the_template_and_the_configuration() -> None:
    assert variable("role_name") == default(READER, "RoleName") == Settings().aws.role_name
    assert variable("hub_role_name") == default(READER, "HubRoleName")
    assert "arn:aws" not in TEXT


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
def test_terraform_reads_it_and_would_write_it_so() -> None:
    command = ["terraform", "fmt", "-check", "-diff", str(FOLDER)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
