from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from hygiene.activity import objects
from hygiene.activity.objects import DamagedObjectError, records_of
from hygiene.activity.records import ROLE_CHANGE_NAMES, read_record
from tests.activity.events import a_change, a_record, a_refusal, a_service, an_assumption, the_root


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
    assert (number, len(records)) == (len(ordered), len(ABOUT_ROLES))


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
