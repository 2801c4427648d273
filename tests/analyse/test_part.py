"""A part: what the first pass found in an account, as bytes that another process goes on with."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from hygiene.analyse.catalogue import configured_checks
from hygiene.analyse.examination import Examiner
from hygiene.analyse.part import (
    Part,
    decode_part,
    decode_proposals,
    decode_summary,
    encode_part,
    key_of,
    proposals_in,
    summary_of,
)
from hygiene.errors import PartError
from hygiene.model import AccountDocuments, Gap, GapKind
from tests.builders import (
    ACCOUNT,
    ADMIN,
    AS_OF,
    a_reference,
    a_role,
    an_organization,
    days_ago,
    details,
    document,
    statement,
    trusts,
)

HOSTILE = "=cmd|'/c calc'!A0 <script>alert(1)</script> \u202e \ud800 \x00 , \n \"quoted\""


def examined(*roles: dict[str, Any], **more: Any) -> Part:
    examiner = Examiner(a_reference(an_organization()), configured_checks({}), AS_OF - timedelta(hours=5))
    return examiner.examine(AccountDocuments(ACCOUNT, details(*roles), **more))


def an_account() -> Part:
    """Return an account with an administrator, a chain to it, unused and too wide roles, and text of strangers."""
    condition = {"StringEquals": {"aws:PrincipalTag/team": HOSTILE}}
    wide = a_role("wide", inline=document(statement(["s3:GetObject", "sqs:SendMessage"])))
    used = [{"ServiceNamespace": "s3", "LastAuthenticated": days_ago(2)}, {"ServiceNamespace": "sqs"}]
    answer = {"JobStatus": "COMPLETED", "JobCompletionDate": days_ago(0), "ServicesLastAccessed": used}
    return examined(
        a_role(
            "boss", inline=ADMIN, trust=trusts({"AWS": f"arn:aws:iam::{ACCOUNT}:role/start"}, condition=condition)
        ),
        a_role("start", inline=document(statement("sts:AssumeRole", "*"))),
        a_role("idle", tags={"owner": HOSTILE, HOSTILE: "x"}),
        wide,
        last_accessed={wide["Arn"]: answer},
    )


def test_bytes_give_the_same_part_back() -> None:
    part = an_account()
    again = decode_part(encode_part(part))
    assert again == part
    assert decode_summary(encode_part(part)) == summary_of(part)
    assert decode_proposals(encode_part(part)) == proposals_in(part) != ()
    assert part.examined is not None
    assert HOSTILE.strip() in {row["owner"] for row in part.examined.roles}


def test_the_same_part_gives_the_same_bytes() -> None:
    assert encode_part(an_account(), "k") == encode_part(an_account(), "k")
    assert encode_part(decode_part(encode_part(an_account()))) == encode_part(an_account())


def test_an_account_of_which_nothing_was_read_keeps_its_row() -> None:
    gap = Gap(ACCOUNT, "assume-role", GapKind.DENIED, "AssumeRole", "AccessDenied", HOSTILE)
    examiner = Examiner(a_reference(an_organization()), configured_checks({}))
    part = examiner.examine(AccountDocuments(ACCOUNT, gaps=(gap,)))
    assert decode_part(encode_part(part)) == part
    assert not decode_summary(encode_part(part)).is_examined
    assert decode_proposals(encode_part(part)) == ()
    assert part.coverage["status"] == "failed"


def test_the_key_is_read_without_expanding_anything() -> None:
    content = encode_part(an_account(), "rules-and-files")
    first_line = content.split(b"\n", 1)[0]
    assert key_of(first_line + b"\n") == "rules-and-files"


def test_a_part_of_another_version_is_refused_in_a_sentence() -> None:
    header, _, rest = encode_part(an_account()).partition(b"\n")
    newer = json.dumps({**json.loads(header), "part_version": 99}).encode() + b"\n" + rest
    for read in (decode_part, decode_summary, decode_proposals, key_of):
        with pytest.raises(PartError, match=f"account {ACCOUNT} was written by another hygiene .version 99"):
            read(newer)


@pytest.mark.parametrize("cut", [0, 5, 200, 600, -1, -40])
def test_a_damaged_part_is_refused_in_a_sentence(cut: int) -> None:
    content = encode_part(an_account())
    for broken in (content[:cut], content[:cut] + b"\xff" * 3 + content[cut:]):
        with pytest.raises(PartError):
            decode_part(broken)


def test_a_part_that_expands_beyond_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = encode_part(an_account())
    monkeypatch.setattr("hygiene.analyse.part._MAX_BLOCK_BYTES", 1000)
    with pytest.raises(PartError, match="too large"):
        decode_part(content)
