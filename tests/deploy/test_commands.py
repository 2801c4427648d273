"""The commands of the README beside the templates: each names a template that is there, and the parameters it has."""

from __future__ import annotations

import re
import shlex
from itertools import takewhile

import pytest

from tests.deploy.test_templates import DEPLOY, template

ROOT = DEPLOY.parents[1]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def commands() -> list[list[str]]:
    """Return the AWS CLI commands that take a template, as a shell would read them."""
    text = (DEPLOY / "README.md").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for block in BLOCK.findall(text) for line in block.splitlines() if "--template-" in line]
    return [shlex.split(line) for line in lines]


def given(command: list[str]) -> set[str]:
    """Return the names of the parameters: of Name=value, or of ParameterKey=Name,ParameterValue=value."""
    option = "--parameter-overrides" if "--parameter-overrides" in command else "--parameters"
    values = takewhile(lambda word: not word.startswith("--"), command[command.index(option) + 1 :])
    return {word.removeprefix("ParameterKey=").partition("," if "," in word else "=")[0] for word in values}


@pytest.mark.parametrize("command", commands(), ids=lambda command: " ".join(command[2:7]))
def test_a_command_gives_the_parameters_that_its_template_needs_and_no_other(command: list[str]) -> None:
    option = next(word for word in command if word.startswith("--template-"))
    path = ROOT / command[command.index(option) + 1].removeprefix("file://")
    assert path.is_file()
    parameters = template(path.name)["Parameters"]
    needed = {name for name, parameter in parameters.items() if "Default" not in parameter}
    assert needed <= given(command) <= set(parameters)
    resources = [resource for resource in template(path.name)["Resources"].values() if "::IAM::" in resource["Type"]]
    has_names = any(found["Type"] == "AWS::IAM::Role" and "RoleName" in found["Properties"] for found in resources)
    wanted = "CAPABILITY_NAMED_IAM" if has_names else "CAPABILITY_IAM"
    assert (wanted in command) == bool(resources)


def test_every_template_has_its_command() -> None:
    shown = {word.rpartition("/")[2] for command in commands() for word in command if word.endswith(".yaml")}
    assert shown == {path.name for path in DEPLOY.glob("*.yaml")}
