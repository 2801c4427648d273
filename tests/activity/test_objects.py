from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygiene.activity import Activity, objects
from hygiene.activity.objects import DamagedObjectError, records_of
from hygiene.activity.reading import Reading
from hygiene.activity.records import ROLE_CHANGE_NAMES, read_record
from tests.activity.events import a_change, a_record, a_refusal, a_service, an_assumption, the_root
from tests.builders import ACCOUNT, AS_OF
from tests.examples import examples


def compact(*records: Any) -> bytes:
    return json.dumps({"Records": records}, separators=(",", ":")).encode()


ABOUT_ROLES = [
    an_assumption(),
    an_assumption(name="AssumeRoleWithSAML", userIdentity=a_service()),
    a_refusal(),
    *(a_change(name) for name in ROLE_CHANGE_NAMES),
    a_record("ConsoleLogin", "signin", responseElements={"ConsoleLogin": "Failure"}),
    a_record("RunInstances", "ec2", userIdentity=the_root()),
]
OTHERS = [a_record("DescribeInstances", "ec2"), a_record("GetCallerIdentity", "sts")]


@pytest.mark.parametrize("text", [compact, lambda *records: json.dumps({"Records": records}, indent=1).encode()])
def test_no_record_about_roles_is_passed_by(text: Any) -> None:
    records, number = records_of(gzip.compress(text(*OTHERS, *ABOUT_ROLES, *OTHERS)))
    assert [record for record in records if read_record(record)] == ABOUT_ROLES
    assert number == len(ABOUT_ROLES) + 2 * len(OTHERS)


@pytest.mark.parametrize("keys", [("eventVersion", "userIdentity"), ("eventVersion", "eventSource")], ids="-".join)
def test_no_record_is_passed_by_in_whatever_order_its_keys_stand(keys: tuple[str, ...]) -> None:
    """Who acted stands before the source in CloudTrail's own files, and may stand behind it in others."""
    ordered = [{**{key: record[key] for key in keys}, **record} for record in (*OTHERS, *ABOUT_ROLES)]
    records, number = records_of(compact(*ordered))
    assert [record for record in records if read_record(record)] == ABOUT_ROLES
    assert number == len(ordered)


@pytest.mark.parametrize("missing", ["eventName", "eventSource"])
def test_what_is_missing_is_not_found_inside(missing: str) -> None:
    """A record with another's name below its own fields is as damaged as without."""
    more: dict[str, Any] = {missing: None, "requestParameters": {missing: "1.1"}}
    inside = a_record("DescribeInstances", "ec2", **more)
    reading = Reading(ACCOUNT)
    reading.add_all(records_of(compact(*OTHERS, inside, *OTHERS))[0])
    assert reading.records_damaged == 1


KEYS = st.sampled_from(
    ["eventVersion", "eventSource", "eventName", "userIdentity", "Root", 'x"eventSource', "type", "n"]
)
VALUES = st.sampled_from(
    ["Root", "sts.amazonaws.com", "iam.amazonaws.com", "AssumeRole", '"eventSource":"ec2.a', "", "1.1"]
)
NESTED = st.recursive(
    VALUES | st.none() | st.integers(0, 3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


@st.composite
def hostile_records(draw: st.DrawFn) -> dict[str, Any]:
    """Return a good record, or one with fields missing or imitated below, its keys in any order."""
    record = draw(st.sampled_from([*OTHERS, *ABOUT_ROLES]))
    dropped = draw(st.sets(st.sampled_from(["eventSource", "eventName", "userIdentity", "eventTime"]), max_size=1))
    # Without its own source but with another's whole event inside, a record is damaged and not known to be: both ways
    # it says nothing.
    for _ in range(0 if "eventSource" in dropped else draw(st.integers(0, 2))):
        record = {**record, draw(KEYS | st.sampled_from(["requestParameters", "responseElements"])): draw(NESTED)}
    keys = [key for key in record if key not in dropped]
    if draw(st.booleans()):
        keys = ["eventVersion", *draw(st.permutations([key for key in keys if key != "eventVersion"]))]
    return {key: record.get(key) for key in keys}


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Return a log file, each record of which may be written in another of JSON's ways."""
    texts = []
    for record in draw(st.lists(hostile_records(), max_size=6)):
        spaced = draw(st.sampled_from([(",", ":"), (",", ":"), (",", ":"), (", ", ": "), (",", " :")]))
        text = json.dumps(record, separators=spaced)
        for letter in draw(st.sets(st.sampled_from("ARiovm"), max_size=1)):
            # Letters stand in strings only, but for those of the literals, which have none of these.
            text = text.replace(letter, f"\\u{ord(letter):04x}")
        texts.append(text)
    return ('{"Records":[' + ",".join(texts) + "]}").encode()


@examples(500)
@given(files())
def test_every_legal_file_says_what_it_would_say_parsed_whole(content: bytes) -> None:
    """Hostile text, other orders, spaces, escapes, missing fields, imitated keys: nothing lost or miscounted."""
    whole, picked = Reading(ACCOUNT), Reading(ACCOUNT)
    everything = json.loads(content)["Records"]
    whole.add_all(everything)
    records, number = records_of(content)
    picked.add_all(records)
    picked.records_read += number - len(records)
    assert number == len(everything)
    assert (picked.records_read, picked.records_damaged) == (whole.records_read, whole.records_damaged)
    assert _days(picked) == _days(whole)


def _days(reading: Reading) -> list[Activity]:
    return [tally.activity("s3", AS_OF, AS_OF) for _, tally in sorted(reading.tallies.items())]


def test_most_records_are_not_even_parsed() -> None:
    records, number = records_of(compact(*OTHERS * 50, an_assumption()))
    assert (len(records), number) == (1, 101)


def test_text_that_looks_like_the_next_record_does_not_cut_one_in_two() -> None:
    tricky = an_assumption(userAgent='},{"eventVersion":"1.10"')
    nested = an_assumption(requestParameters={"roleArn": "arn:aws:iam::1:role/x", "tags": {"eventVersion": "1"}})
    records, number = records_of(compact(tricky, {"odd": [{"eventVersion": "1"}]}, nested))
    assert records[0] == tricky
    assert nested in records
    assert number == 3 or len(records) == number


def test_several_gzip_members_are_one_file() -> None:
    content = compact(an_assumption())
    assert records_of(gzip.compress(content[:100]) + gzip.compress(content[100:]))[1] == 1


def test_half_characters_are_no_reason_to_lose_a_file() -> None:
    content = compact(an_assumption(userAgent="AGENT")).replace(b"AGENT", b"\\ud800")
    assert len(records_of(content)[0]) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not JSON"),
        (b"[]", "no list of Records"),
        (b'{"Records": 3}', "no list of Records"),
        (b"[" * 100_000, "is not JSON"),
        (gzip.compress(b"{}", mtime=0)[:-4], "is cut off"),
        (gzip.compress(b"{}", mtime=0) + b"rubbish", "cannot be expanded"),
        (b"\x1f\x8b", "is cut off"),
    ],
)
def test_what_is_no_log_file_is_said(content: bytes, said: str) -> None:
    with pytest.raises(DamagedObjectError, match=said):
        records_of(content)


def test_a_small_file_that_expands_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "MAX_EXPANDED_BYTES", 1 << 20)
    with pytest.raises(DamagedObjectError, match="1 MiB"):
        records_of(gzip.compress(b" " * (2 << 20)))
