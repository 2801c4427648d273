"""The examples for schedulers, each asked by the tool made for it."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from typer.main import get_command

from hygiene.cli.app import app
from hygiene.config import load_settings
from tests.deploy.test_templates import template

if TYPE_CHECKING:
    from collections.abc import Iterator

DEPLOY = Path(__file__).parents[2] / "config" / "deploy"
SCHEDULE = DEPLOY / "schedule"
KUBERNETES = SCHEDULE / "kubernetes.yaml"

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((SCHEDULE / "compose.yaml").read_text(encoding="utf-8"))
    return parsed


def unit(name: str, key: str) -> str:
    found = re.search(rf"^{key}=(.+)$", (SCHEDULE / name).read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return found[1]


def cron_lines() -> list[str]:
    lines = (SCHEDULE / "role-hygiene.cron").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if re.match(r"[\d*]", line)]


def cron_job() -> dict[str, Any]:
    documents = list(yaml.safe_load_all(KUBERNETES.read_text(encoding="utf-8")))
    return next(document for document in documents if document["kind"] == "CronJob")


def container() -> dict[str, Any]:
    (found,) = cron_job()["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert isinstance(found, dict)
    return found


def task() -> dict[str, Any]:
    (found,) = template("ecs-schedule.yaml")["Resources"]["Task"]["Properties"]["ContainerDefinitions"]
    assert isinstance(found, dict)
    return found


def commands() -> Iterator[list[str]]:
    """Yield what each example calls `hygiene` with."""
    for line in cron_lines():
        yield shlex.split(line)[7:]
    yield shlex.split(unit("role-hygiene.service", "ExecStart"))[1:]
    yield container()["args"]
    yield [part if isinstance(part, str) else "s3://bucket/reviews" for part in task()["Command"]]
    scheduler = compose()["services"]["scheduler"]
    yield scheduler["command"]
    yield scheduler["healthcheck"]["test"][2:]


def jobs() -> Iterator[list[str]]:
    """Yield what the jobs of AWS Batch call `hygiene` with; their image begins with it."""
    for resource in template("batch-array.yaml")["Resources"].values():
        if resource["Type"] == "AWS::Batch::JobDefinition":
            parts = resource["Properties"]["ContainerProperties"]["Command"]
            named = [part if isinstance(part, str) else "s3://bucket/reviews" for part in parts]
            yield [resource["Properties"]["Parameters"].get(part.removeprefix("Ref::"), part) for part in named]


@pytest.mark.parametrize("arguments", list(commands()), ids=" ".join)
def test_every_command_line_is_one_the_program_takes(arguments: list[str]) -> None:
    known = get_command(app).commands  # type: ignore[attr-defined]
    known[arguments[0]].make_context(arguments[0], list(arguments[1:]))


@pytest.mark.parametrize("arguments", [found for found in commands() if found[0] == "run"], ids=" ".join)
def test_what_is_started_every_day_makes_one_review_a_quarter(arguments: list[str]) -> None:
    assert "--if-due" in arguments


def test_the_cron_lines_are_five_fields_a_user_and_a_command() -> None:
    from hygiene.cron import parse_cron

    for line in cron_lines():
        fields = line.split()
        parse_cron(" ".join(fields[:5]))
        assert fields[5:7] == ["role-hygiene", "hygiene"]
    assert len(cron_lines()) == 2
    # cron itself looks for programs in /usr/bin and /bin alone.
    text = (SCHEDULE / "role-hygiene.cron").read_text(encoding="utf-8")
    assert f"\nPATH={Path(unit('role-hygiene.service', 'ExecStart').split()[0]).parent}:/usr/bin:/bin\n" in text


@needs_systemd
def test_systemd_knows_when_the_timer_is_due() -> None:
    command = ["systemd-analyze", "calendar", unit("role-hygiene.timer", "OnCalendar")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Next elapse" in done.stdout


@needs_systemd
def test_systemd_has_no_complaint_about_the_units(tmp_path: Path) -> None:
    for name in ("role-hygiene.service", "role-hygiene.timer"):
        text = (SCHEDULE / name).read_text(encoding="utf-8")
        # systemd looks whether the program is there.
        (tmp_path / name).write_text(text.replace("/opt/role-hygiene/bin/hygiene", "/bin/true"))
    files = [str(path) for path in sorted(tmp_path.iterdir())]
    command = ["systemd-analyze", "verify", "--man=no", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if "SYSTEMD_UNIT_PATH" in done.stderr or "Failed to initialize manager" in done.stderr:
        pytest.skip(f"systemd-analyze verify cannot run here: {done.stderr.strip()}")
    complaints = [line for line in done.stderr.splitlines() if "role-hygiene" in line]
    assert (done.returncode, complaints) == (0, []), done.stderr


def test_kubernetes_takes_every_document_strictly() -> None:
    command = [sys.executable, "-m", "kubernetes_validate", "--strict", str(KUBERNETES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_command_for_kubernetes_makes_the_namespace_it_names_before_anything_else() -> None:
    first = next(yaml.safe_load_all(KUBERNETES.read_text(encoding="utf-8")))
    readme = (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert first["kind"] == "Namespace"
    assert f"kubectl apply --namespace {first['metadata']['name']} -f" in readme


def test_the_kubernetes_job_runs_alone_as_nobody_on_a_read_only_root() -> None:
    spec = cron_job()["spec"]
    pod = spec["jobTemplate"]["spec"]["template"]["spec"]
    assert spec["concurrencyPolicy"] == "Forbid"
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container()["securityContext"]["readOnlyRootFilesystem"] is True
    assert {mount["name"] for mount in container()["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}


def test_the_compose_settings_are_a_configuration_the_program_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in compose()["services"]["scheduler"]["environment"].items():
        if name.startswith("HYGIENE_"):
            monkeypatch.setenv(name, value)
    email = load_settings(None).email
    assert (email.enabled, email.host, email.port, email.tls) == (True, "localhost", 1025, "off")
    assert email.sender == "role-review@example.com"


def test_the_compose_services_refer_to_what_is_there() -> None:
    services = compose()["services"]
    scheduler = services["scheduler"]
    assert scheduler["network_mode"] == "service:mail"
    assert scheduler["depends_on"] == ["mail"]
    assert (SCHEDULE / scheduler["build"] / "Dockerfile").resolve().is_file()
    assert scheduler["volumes"][0].split(":")[0] in compose()["volumes"]


def test_the_ecs_task_may_start_as_two_roles_alone_and_write_below_out_alone() -> None:
    resources = template("ecs-schedule.yaml")["Resources"]
    (policy,) = resources["SchedulerRole"]["Properties"]["Policies"]
    run, give = policy["PolicyDocument"]["Statement"]
    assert (run["Action"], run["Resource"]) == ("ecs:RunTask", {"Ref": "Task"})
    assert (give["Action"], len(give["Resource"])) == ("iam:PassRole", 2)
    assert give["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    writes = resources["OutPolicy"]["Properties"]["PolicyDocument"]["Statement"][1]
    assert writes["Action"] == ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    assert writes["Resource"]["Fn::Sub"].endswith("/reviews/*")


@pytest.mark.parametrize("arguments", list(jobs()), ids=" ".join)
def test_every_job_of_batch_is_one_the_program_takes(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_BATCH_JOB_ARRAY_INDEX", "0")
    monkeypatch.setenv("AWS_BATCH_JOB_ARRAY_SIZE", "8")
    known = get_command(app).commands  # type: ignore[attr-defined]
    read = known[arguments[0]].make_context(arguments[0], list(arguments[1:])).params
    assert read["quarter"] == "2026-Q4"
    assert read["merge"] if arguments[0] == "report" else str(read["shard"]) == "1/8"


def test_the_readme_names_every_example() -> None:
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    for path in [*SCHEDULE.iterdir(), DEPLOY / "ecs-schedule.yaml", DEPLOY / "batch-array.yaml"]:
        assert f"({path.relative_to(DEPLOY)})" in text
