"""What is special about S3: the pointer, the plain copy beside it, and refusals as sentences."""

from __future__ import annotations

import itertools
import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.errors import CredentialsError, HygieneError, LockLostError, PlaceError, StoreError
from hygiene.store import open_store
from hygiene.store.s3 import S3Store
from hygiene.store.s3_bucket import Bucket
from tests.worlds import HUB_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable

    from hygiene.simulate import SimulatedAws
    from hygiene.store import Store


@pytest.fixture
def prefix(s3: Any) -> str:  # noqa: ARG001 (the bucket has to be there)
    return uuid.uuid4().hex


@pytest.fixture
def out(prefix: str) -> Store:
    return open_store(f"s3://reviews/{prefix}")


def publish(store: Store, fence: Any = None, **files: str) -> None:
    aside = store.make_aside("2026-Q4")
    for name, content in files.items():
        (aside / name.replace("_", ".")).write_text(content)
    store.publish_folder(aside, "2026-Q4", fence)


def plain(s3: Any, prefix: str) -> dict[str, str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="reviews", Prefix=f"{prefix}/2026-Q4/")
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    short = {key: key.removeprefix(f"{prefix}/2026-Q4/") for key in keys}
    return {
        name: s3.get_object(Bucket="reviews", Key=key)["Body"].read().decode()
        for key, name in short.items()
        if not name.startswith(".runs/")
    }


def test_a_person_who_browses_finds_the_newest_report_as_plain_files(s3: Any, prefix: str, out: Store) -> None:
    publish(out, index_html="one", old_csv="1", manifest_json="{1}")
    publish(out, index_html="two", manifest_json="{2}")
    assert plain(s3, prefix) == {"index.html": "two", "manifest.json": "{2}"}
    page = s3.head_object(Bucket="reviews", Key=f"{prefix}/2026-Q4/index.html")
    assert page["ContentType"] == "text/html; charset=utf-8"


def test_a_reader_keeps_to_the_report_it_began_with(out: Store, prefix: str) -> None:
    publish(out, index_html="one", manifest_json="{1}")
    reader = open_store(f"s3://reviews/{prefix}")
    assert reader.read("2026-Q4/index.html") == b"one"
    publish(out, index_html="two", manifest_json="{2}")
    assert reader.read("2026-Q4/manifest.json") == b"{1}"
    assert open_store(f"s3://reviews/{prefix}").read("2026-Q4/manifest.json") == b"{2}"


def test_runs_that_nobody_reads_any_more_go(s3: Any, prefix: str, out: Store) -> None:
    for number in range(4):
        publish(out, index_html=str(number))
    listed = s3.list_objects_v2(Bucket="reviews", Prefix=f"{prefix}/2026-Q4/.runs/", Delimiter="/")
    assert len(listed["CommonPrefixes"]) == 2


FIRST = {"index_html": "one", "old_csv": "1", "manifest_json": "{1}"}
SECOND = {"index_html": "two", "new_csv": "2", "roles_csv": "2", "manifest_json": "{2}"}


def published_until(request: int, store: Store) -> bool:
    """Publish the second report, stopped dead at the n-th request; says whether it came to its end."""
    left = iter(range(request - 1))

    def counted(original: Any) -> Any:
        def work(*arguments: Any, **more: Any) -> Any:
            if next(left, None) is None:
                raise KeyboardInterrupt
            return original(*arguments, **more)

        return work

    with pytest.MonkeyPatch.context() as patched:
        for name in ("get", "put", "put_if", "delete", "_copy", "_transfer", "_pages"):
            patched.setattr(Bucket, name, counted(getattr(Bucket, name)))
        try:
            publish(store, **SECOND)
        except KeyboardInterrupt:
            return False
    return True


def test_killed_at_any_request_readers_see_the_old_report_or_the_new_one(s3: Any) -> None:
    wanted = [{name.replace("_", "."): text for name, text in files.items()} for files in (FIRST, SECOND)]
    bucket = Bucket("reviews")
    outcomes = []
    for request in itertools.count(1):
        prefix = uuid.uuid4().hex

        def fresh(prefix: str = prefix) -> S3Store:
            return S3Store(bucket, f"{prefix}/")

        def read(prefix: str = prefix) -> dict[str, str]:
            report = S3Store(bucket, f"{prefix}/").child("2026-Q4")
            return {name: (report.read(name) or b"").decode() for name in report.names()}

        publish(fresh(), **FIRST)
        is_done = published_until(request, fresh())
        seen, browsed = read(), plain(s3, prefix)
        assert seen in wanted
        # A plain copy is either sealed and whole, or its first page leads to what is.
        if "manifest.json" in browsed:
            assert browsed in wanted
        else:
            assert browsed["index.html"] in {"one", "two"} or ".runs/" in browsed["index.html"]
        fresh().recover()
        assert read() == plain(s3, prefix) == seen
        outcomes.append(seen)
        if is_done:
            break
    assert outcomes[0] == wanted[0]
    assert outcomes[-1] == wanted[1]
    assert len(outcomes) > 12


def test_the_page_shown_while_copying_leads_to_the_finished_run(
    s3: Any, prefix: str, out: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    publish(out, index_html="one", manifest_json="{1}")
    with monkeypatch.context() as patched:
        patched.setattr(Bucket, "copy", stop)
        with pytest.raises(KeyboardInterrupt):
            publish(out, index_html="two", manifest_json="{2}")
    run = json.loads(s3.get_object(Bucket="reviews", Key=f"{prefix}/2026-Q4/.runs/current.json")["Body"].read())[
        "run"
    ]
    there = plain(s3, prefix)
    assert "manifest.json" not in there
    assert f'href=".runs/{run}/index.html"' in there["index.html"]
    led_to = s3.get_object(Bucket="reviews", Key=f"{prefix}/2026-Q4/.runs/{run}/index.html")
    assert led_to["Body"].read() == b"two"


def test_who_was_overtaken_publishes_nothing(out: Store, prefix: str) -> None:
    publish(out, index_html="one")
    other = open_store(f"s3://reviews/{prefix}")

    def overtaken() -> None:
        publish(other, index_html="the other's")

    with pytest.raises(LockLostError, match="another run published"):
        publish(out, overtaken, index_html="too late")
    assert open_store(f"s3://reviews/{prefix}").read("2026-Q4/index.html") == b"the other's"


def test_an_answer_that_was_lost_is_not_taken_for_another_writer(out: Store) -> None:
    tag = out.write_if("lock.json", b"mine", None)
    assert out.write_if("lock.json", b"mine", None) == tag


def test_a_broken_body_is_read_on_from_where_it_broke(out: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.exceptions import IncompleteReadError
    from botocore.response import StreamingBody

    content = bytes(range(256)) * (20 << 10)
    out.write("large.bin", content)
    original, broken = StreamingBody.iter_chunks, [2, 1]

    def breaks(body: StreamingBody, size: int) -> Any:
        pieces = original(body, size)
        for number, piece in enumerate(pieces):
            if broken and number == broken[0]:
                broken.pop(0)
                raise IncompleteReadError(actual_bytes=1, expected_bytes=2)
            yield piece

    monkeypatch.setattr(StreamingBody, "iter_chunks", breaks)
    assert out.read("large.bin") == content
    assert not broken


def test_a_damaged_pointer_is_said_not_followed(s3: Any, prefix: str, out: Store) -> None:
    s3.put_object(Bucket="reviews", Key=f"{prefix}/2026-Q4/.runs/current.json", Body=b'{"run": "../../x"}')
    with pytest.raises(StoreError, match="is damaged"):
        out.read("2026-Q4/index.html")


def refused(work: Callable[[], Any], kind: type[HygieneError], said: str) -> None:
    with pytest.raises(kind, match=said) as caught:
        work()
    assert caught.type is kind
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("action", "work"),
    [
        ("s3:GetObject", lambda store: store.read("a")),
        ("s3:PutObject", lambda store: store.write("a", b"")),
        ("s3:PutObject", lambda store: store.write_if("a", b"", None)),
        ("s3:ListBucket", lambda store: store.names()),
        ("s3:DeleteObject", lambda store: store.remove_if("a", "x")),
        ("s3:PutObject", lambda store: publish(store, index_html="x")),
    ],
)
def test_no_permission_names_what_to_allow(aws: SimulatedAws, out: Store, action: str, work: Any) -> None:
    aws.faults.deny(HUB_ACCOUNT, action)
    refused(lambda: work(out), PlaceError, f"Allow .*{action}")


@pytest.mark.usefixtures("s3")
def test_a_bucket_that_does_not_exist_is_said() -> None:
    refused(lambda: open_store("s3://nowhere-to-be-found/x").names(), PlaceError, "no such bucket")
    refused(lambda: open_store("s3://nowhere-to-be-found/x").write("a", b""), PlaceError, "no such bucket")


@pytest.mark.usefixtures("s3")
def test_a_name_that_no_bucket_can_have_is_said() -> None:
    refused(lambda: open_store("s3://under_score..x/x").names(), PlaceError, "bucket")


def test_a_bucket_in_another_region_is_said(aws: SimulatedAws, out: Store, prefix: str) -> None:
    place = f"GET /reviews/{prefix}/a"
    aws.faults.fail(None, "s3", place, code="PermanentRedirect", status=301, times=9, message="elsewhere")
    out.write("a", b"")
    refused(lambda: out.read("a"), PlaceError, "Region")


def test_a_clock_that_is_wrong_is_said(aws: SimulatedAws, out: Store, prefix: str) -> None:
    too_far = "The difference between the request time and the current time is too large."
    aws.faults.fail(
        None, "s3", f"GET /reviews/{prefix}/a", code="RequestTimeTooSkewed", status=403, times=9, message=too_far
    )
    refused(lambda: out.read("a"), CredentialsError, "clock is wrong; set it")


def test_no_credentials_is_said(out: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert out.names() == []
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    refused(lambda: open_store("s3://reviews/x").names(), CredentialsError, "no AWS credentials")
