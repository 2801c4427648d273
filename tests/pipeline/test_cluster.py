"""A review by a real Dask cluster on loopback: the same bytes as alone, though a worker is killed on the way."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from hygiene import pipeline
from hygiene.cli import main
from hygiene.collect.progress import Silent
from hygiene.config import Cluster as ClusterSettings
from hygiene.errors import ClusterError, ConfigError
from hygiene.pipeline.cluster import connected
from hygiene.pipeline.cluster_client import Address
from hygiene.pipeline.places import wall_clock
from hygiene.pipeline.working import settings_to_send
from tests.builders import AS_OF
from tests.deliver.mail_server import certificate
from tests.faults.processes import until
from tests.pipeline.cluster_world import dask_cluster, files_of_report
from tests.worlds import point_at, quick_settings, simulated, twelve_accounts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from hygiene.config import Settings
    from hygiene.simulate import SimulatedAws

QUARTER = "2026-Q4"
UNREADABLE = {"000000000001"}
EXTERNAL_ID = "canary-external-id"


@pytest.fixture(scope="module")
def aws() -> Iterator[SimulatedAws]:
    with pytest.MonkeyPatch.context() as monkeypatch, simulated(twelve_accounts(), monkeypatch) as running:
        yield running


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("certificates"))


def settings(tls: tuple[Path, Path]) -> Settings:
    return quick_settings(cluster=ClusterSettings(ca=tls[0], cert=tls[0], key=tls[1]))


def run(
    out: Path, chosen: Settings, url: str | None = None, clock: Callable[[], datetime] = lambda: AS_OF
) -> pipeline.Reported:
    request = pipeline.RunRequest(pipeline.ReportRequest(out=str(out), as_of=AS_OF))
    if url is None:
        return pipeline.run(chosen, request, Silent(), clock)
    with connected(Address.parse(url, insecure=False), chosen, str(out), QUARTER) as cluster:
        return pipeline.run(chosen, request, Silent(), clock, cluster)


@pytest.fixture(scope="module")
def alone(aws: SimulatedAws, tls: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The report of one process."""
    out = tmp_path_factory.mktemp("alone")
    with pytest.MonkeyPatch.context() as monkeypatch:
        point_at(aws.environment(), monkeypatch)
        run(out, settings(tls))
    return files_of_report(out, QUARTER)


def test_a_cluster_that_loses_a_worker_gives_the_bytes_of_a_single_run(
    aws: SimulatedAws,
    tls: tuple[Path, Path],
    alone: dict[str, bytes],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    aws.forget_calls()
    out = tmp_path / "out"
    with dask_cluster(tmp_path / "dask", aws.environment(), tls=tls) as dask:
        assert dask.url.startswith("tls://")

        def kill_one() -> None:
            assert until(lambda: sum(call.operation == "GetAccountAuthorizationDetails" for call in aws.calls) >= 2)
            dask.workers[0].kill()

        killer = threading.Thread(target=kill_one)
        killer.start()
        reported = run(out, settings(tls), dask.url)
        killer.join()
        assert dask.workers[0].wait(10) == -9
        assert dask.workers[1].poll() is None
    assert reported.exit_code == 3  # the account that refuses its reader, as in the single run
    assert files_of_report(out, QUARTER) == alone
    assert "examined here" not in caplog.text
    assert "written here" not in caplog.text
    assert not [path for path in (out / "parts").rglob("*") if path.is_file()]
    assert [path.name for path in (out / "ledger").rglob("cluster-*")] == []


@pytest.mark.parametrize(
    ("lost", "sentence"), [("worker", "no worker has been there for"), ("scheduler", "the scheduler is gone")]
)
def test_a_run_that_nobody_works_for_any_more_ends_with_a_sentence_and_goes_on_later(
    lost: str,
    sentence: str,
    aws: SimulatedAws,
    tls: tuple[Path, Path],
    alone: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("hygiene.pipeline.cluster_client.ABSENCE_SECONDS", 1)
    chosen, out = settings(tls), tmp_path / "out"
    aws.forget_calls()
    with dask_cluster(tmp_path / "dask", aws.environment(), tls=tls, workers=1) as dask:

        def kill_it() -> None:
            assert until(lambda: list((out / "snapshots").glob("*/accounts/[0-9]*")))
            (dask.scheduler if lost == "scheduler" else dask.workers[0]).kill()

        killer = threading.Thread(target=kill_it)
        killer.start()
        with pytest.raises(ClusterError, match=rf"{sentence}.* the same command goes on with it"):
            run(out, chosen, dask.url, wall_clock)
        killer.join()
    assert "Traceback" not in caplog.text
    read = {path.parent.name for path in out.rglob("accounts/*/gaps.json")}
    assert read
    aws.forget_calls()
    # Workers have no clock but the real one; and whoever goes on need not be a cluster.
    run(out, chosen, clock=wall_clock)
    asked_again = {call.account_id for call in aws.calls if call.operation == "GetAccountAuthorizationDetails"}
    assert not asked_again & (read - UNREADABLE)
    for name in ("roles.csv", "findings.csv", "decisions.csv"):
        assert files_of_report(out, QUARTER)[name] == alone[name]


def test_what_a_task_carries_is_no_secret() -> None:
    sent = settings_to_send(quick_settings(aws={"external_id": EXTERNAL_ID}))
    assert EXTERNAL_ID not in sent
    assert "role-hygiene-reader" in sent


def test_workers_that_cannot_do_the_review_are_named(
    aws: SimulatedAws, tls: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dask_cluster(tmp_path / "dask", aws.environment(), tls=None, workers=1) as dask:
        address = Address.parse(dask.url, insecure=False)
        secretive = quick_settings(aws={"external_id": EXTERNAL_ID})
        with (
            pytest.raises(ConfigError, match=r"HYGIENE_AWS__EXTERNAL_ID") as told,
            connected(address, secretive, str(tmp_path), QUARTER),
        ):
            pass
        assert EXTERNAL_ID not in str(told.value)
        monkeypatch.setattr("importlib.metadata.version", lambda _: "99.0")
        with (
            pytest.raises(ConfigError, match=r"role-hygiene .* \(here 99\.0\).*: install the same on all machines"),
            connected(address, settings(tls), str(tmp_path), QUARTER),
        ):
            pass
        monkeypatch.undo()
        monkeypatch.setattr("hygiene.pipeline.cluster.sees", _blind)
        with (
            pytest.raises(ConfigError, match=r"needs an OUT that all machines share"),
            connected(address, settings(tls), str(tmp_path), QUARTER),
        ):
            pass


def _blind(*_: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--cluster", "tcp://scheduler.example.com:8786"), "can run code on its workers"),
        (("--cluster", "scheduler:8786"), "such as tls://scheduler:8786"),
        (("--cluster", "tls://scheduler"), "such as tls://scheduler:8786"),
        (("--cluster", "tls://127.0.0.1:8786"), "needs [cluster] ca, cert, key"),
        (("--cluster", "tcp://127.0.0.1:9"), "no scheduler answers there"),
        (("--cluster", "tls://127.0.0.1:9", "--shard", "1/2"), "choose one"),
        (("--cluster-insecure",), "--cluster-insecure says something of --cluster"),
    ],
)
def test_a_cluster_that_cannot_be_used_is_refused_in_a_sentence(
    arguments: tuple[str, ...], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(("run", *arguments, "--out", str(tmp_path)))
    assert ended.value.code == 2
    assert sentence in " ".join(capsys.readouterr().err.split())


def test_an_insecure_scheduler_elsewhere_has_to_be_asked_for() -> None:
    assert not Address.parse("tcp://scheduler.example.com:8786", insecure=True).is_encrypted
    assert Address.parse("tcp://[::1]:8786", insecure=False).is_here


def test_without_the_extra_the_command_that_installs_it_is_told(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['distributed'] = None\n"
        "from hygiene.cli import main\n"
        f"main(['run', '--cluster', 'tcp://127.0.0.1:9', '--out', {str(tmp_path)!r}])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert 'pip install "role-hygiene[cluster]"' in ended.stderr


def test_dask_is_not_loaded_without_a_cluster(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom hygiene.cli import main\n"
        f"try: main(['run', '--out', {str(tmp_path)!r}])\nexcept SystemExit: pass\n"
        "print('distributed' in sys.modules, 'hygiene.pipeline.cluster' in sys.modules)"
    )
    environment = {"AWS_EC2_METADATA_DISABLED": "true", "PATH": "", "PYTHONPATH": ":".join(sys.path)}
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False
    )
    assert ended.stdout.split() == ["False", "False"], ended.stderr


@pytest.fixture(autouse=True)
def _at_the_double(aws: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    point_at(aws.environment(), monkeypatch)
