"""Workers write the accounts of a report that compares, follows up and waives: the bytes of one process."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING

import pytest

from hygiene import pipeline
from hygiene.collect.progress import Silent
from hygiene.pipeline.cluster import connected
from hygiene.pipeline.cluster_client import Address
from hygiene.pipeline.parts import SharedParts
from tests.builders import AS_OF
from tests.faults.processes import until
from tests.pipeline import test_two_quarters as two_quarters
from tests.pipeline.cluster_world import dask_cluster, files_of_report
from tests.worlds import quick_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.pipeline.cluster_world import DaskCluster

QUARTER, NEXT_QUARTER = "2026-Q4", "2027-Q1"
EXCEPTIONS = """
exceptions:
  - match: {role_arn: "arn:aws:iam::*:role/kept"}
    checks: [unused-role]
    reason: needed once a year
    owner: ana@example.com
    approved_by: ciso@example.com
    created: 2026-12-01
    expires: 2027-11-01
"""


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two quarters of one organization: answers, an exception, an account that was lost; OUT as it was left."""
    place = tmp_path_factory.mktemp("followed")
    out = place / "out"
    (place / "exceptions.yaml").write_text(EXCEPTIONS)
    two_quarters.review(out, two_quarters.FIRST, AS_OF)
    two_quarters.answer(out, two_quarters.ANSWERS)
    two_quarters.review(out, two_quarters.SECOND, two_quarters.LATER, made_again="again")
    again(out)
    return out


def again(out: Path, dask: DaskCluster | None = None, previous: str | None = None) -> None:
    """Report the second quarter of `followed` anew, from what was collected."""
    chosen = quick_settings(review={"exceptions": out.parent / "exceptions.yaml"}, aws={"validate_proposals": "off"})
    request = pipeline.RunRequest(
        pipeline.ReportRequest(out=str(out), quarter=NEXT_QUARTER, previous=previous), reuse_snapshot=True
    )
    if dask is None:
        pipeline.run(chosen, request, Silent(), lambda: two_quarters.LATER)
        return
    with connected(Address.parse(dask.url, insecure=False), chosen, str(out), NEXT_QUARTER) as cluster:
        pipeline.run(chosen, request, Silent(), lambda: two_quarters.LATER, cluster)


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    with dask_cluster(tmp_path_factory.mktemp("dask"), {}, tls=None) as running:
        yield running


def test_workers_write_follow_ups_changes_and_exceptions_as_one_process_does(
    followed: Path, dask: DaskCluster, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    alone = files_of_report(followed, NEXT_QUARTER)
    assert all(f"{name}.csv" in alone for name in ("followups", "changes", "exceptions"))
    assert b"gone" in alone["changes.csv"]
    assert b'"live"' in alone["exceptions.csv"]
    again(followed, dask)
    assert files_of_report(followed, NEXT_QUARTER) == alone
    for account_id in (two_quarters.MEMBER, two_quarters.UNREAD):
        assert f"account {account_id}: written" in caplog.messages
    assert not [path for path in (followed / "parts").rglob("*") if path.is_file()]


def test_a_worker_that_is_lost_while_it_writes_loses_no_account(
    followed: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    alone = files_of_report(followed, NEXT_QUARTER)
    told = followed / "parts" / NEXT_QUARTER / "brief.pickle"
    with dask_cluster(tmp_path, {}, tls=None) as dask:

        def kill_one() -> None:
            assert until(told.exists)
            dask.workers[0].kill()

        killer = threading.Thread(target=kill_one)
        killer.start()
        again(followed, dask)
        killer.join()
        assert dask.workers[0].wait(10) == -9
    assert files_of_report(followed, NEXT_QUARTER) == alone
    assert "written here" not in caplog.text


def test_what_a_worker_wrote_and_somebody_changed_is_written_here(
    followed: Path, dask: DaskCluster, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = files_of_report(followed, NEXT_QUARTER)
    read = SharedParts.pickled

    def tampered(self: SharedParts, name: str, sha256: str) -> bytes | None:
        place = followed / "parts" / NEXT_QUARTER / f"{name}.pickle"
        place.write_bytes(b"cos\nsystem\n(S'false'\ntR.")  # a pickle that would run a program
        return read(self, name, sha256)

    monkeypatch.setattr(SharedParts, "pickled", tampered)
    again(followed, dask)
    assert files_of_report(followed, NEXT_QUARTER) == alone
    assert (
        f"account {two_quarters.MEMBER}: what a worker wrote is not there, so it is written here" in caplog.messages
    )


def test_workers_whose_environment_says_otherwise_decide_nothing(
    followed: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    alone = files_of_report(followed, NEXT_QUARTER)
    with dask_cluster(tmp_path, {"HYGIENE_REVIEW__UNUSED_AFTER_DAYS": "391"}, tls=None, workers=1) as strange:
        again(followed, strange)
    assert files_of_report(followed, NEXT_QUARTER) == alone
    who = f"account {two_quarters.MEMBER}"
    assert f"{who}: examined by other rules or data, so it is examined here again" in caplog.messages
    assert f"{who}: a worker's environment has other rules, so it is written here" in caplog.messages


def test_a_review_that_is_named_to_compare_with_may_lie_where_no_worker_sees_it(
    followed: Path, dask: DaskCluster, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    earlier = shutil.copytree(followed / QUARTER, tmp_path / QUARTER)
    again(followed, previous=str(earlier))
    alone = files_of_report(followed, NEXT_QUARTER)
    again(followed, dask, str(earlier))
    assert files_of_report(followed, NEXT_QUARTER) == alone
    assert f"account {two_quarters.MEMBER}: written" not in caplog.messages
