"""The quick parser against botocore's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import botocore.session
import pytest
from botocore.handlers import json_decode_policies
from botocore.parsers import ResponseParserError, create_parser

from hygiene.collect.parsing import read_quickly, timestamp

NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"


def _answer(operation: str, inner: str) -> bytes:
    wrapped = (
        f"<{operation}Result>{inner}</{operation}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>"
    )
    return f'<{operation}Response xmlns="{NAMESPACE}">{wrapped}</{operation}Response>'.encode()


def _both(operation: str, body: bytes, status: int = 200) -> tuple[Any, Any]:
    core = botocore.session.get_session()
    read_quickly(core)
    shape: Any = core.get_service_model("iam").operation_model(operation).output_shape
    response = {"body": body, "headers": {}, "status_code": status}
    quick = core.get_component("response_parser_factory").create_parser("query")
    return quick.parse(response, shape), create_parser("query").parse(response, shape)


SERVICE = (
    "<member><ServiceName>A &amp; B</ServiceName><ServiceNamespace>a</ServiceNamespace>"
    "<LastAuthenticated>2026-01-02T03:04:05Z</LastAuthenticated><TotalAuthenticatedEntities>2</TotalAuthenticatedEntities>"
    "<TrackedActionsLastAccessed><member><ActionName>X</ActionName></member></TrackedActionsLastAccessed></member>"
    "<member><ServiceName/><Unheard>1</Unheard><ServiceNamespace>b</ServiceNamespace></member>"
)

WHOLE = (
    f"<JobStatus>COMPLETED</JobStatus><ServicesLastAccessed>{SERVICE}</ServicesLastAccessed>"
    "<IsTruncated>false</IsTruncated><JobCreationDate>2026-01-02T03:04:05.678Z</JobCreationDate>"
)


@pytest.mark.parametrize(
    "inner",
    [
        WHOLE,
        "<ServicesLastAccessed/><JobStatus>IN_PROGRESS</JobStatus>",
        "<Error><Message>one</Message></Error><Error><Message>two</Message></Error>",
        "<ServicesLastAccessed><member><Unheard>1</Unheard></member><member/></ServicesLastAccessed>",
        "<Error><Message/></Error>",
        "",
    ],
    ids=["whole", "in-progress", "said-twice", "unheard", "without-text", "empty"],
)
def test_an_answer_is_read_as_botocore_reads_it(inner: str) -> None:
    operation = "GetServiceLastAccessedDetails"
    quick, slow = _both(operation, _answer(operation, inner))
    assert quick == slow
    assert list(quick) == list(slow)


def test_an_error_is_read_as_botocore_reads_it() -> None:
    error = "<Error><Type>Sender</Type><Code>Throttling</Code></Error>"
    body = f'<ErrorResponse xmlns="{NAMESPACE}">{error}</ErrorResponse>'
    quick, slow = _both("ListRoles", body.encode(), status=400)
    assert quick == slow
    assert quick["Error"]["Code"] == "Throttling"


def test_an_answer_that_is_cut_off_is_an_error() -> None:
    with pytest.raises(ResponseParserError):
        _both("ListRoles", _answer("ListRoles", "<Roles/>")[:-20])


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05.678Z", datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)),
        ("2026-01-02T03:04:05+02:00", datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)),
        ("Fri, 02 Jan 2026 03:04:05 GMT", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("1767323045", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (1767323045, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
    ],
)
def test_every_way_to_write_a_time_is_understood(text: Any, moment: datetime) -> None:
    assert timestamp(text) == moment


def test_what_is_no_time_is_an_error() -> None:
    with pytest.raises(ValueError, match="Invalid timestamp"):
        timestamp("soonTZ")


@pytest.mark.parametrize(
    "coded",
    [
        quote('{"Version": "2012-10-17", "Statement": {"Sid": "größer+ als %25", "Resource": "a\\\\b"}}'),
        quote('{"Version": "\\u00e9\\n", "Statement": []}', safe='{}":, \\'),
        "%7B%22a%22%3A%22%C3%28%22%7D",
        "%7B%22a%22%3A%20%22100%zz%22%7D",
        "%7B%22a%22%3A%22\u00e9%C3%A9%22%7D",
        "%7B%22cut%22",
        "no policy at all",
        "{}",
        "",
    ],
    ids=["plain", "backslash", "no-utf-8", "no-hex", "raw", "cut", "words", "bare", "empty"],
)
def test_a_policy_is_decoded_as_botocore_decodes_it(coded: str) -> None:
    operation = "GetAccountAuthorizationDetails"
    inline = f"<member><PolicyName>p</PolicyName><PolicyDocument>{coded}</PolicyDocument></member>"
    role = f"<AssumeRolePolicyDocument>{coded}</AssumeRolePolicyDocument><RolePolicyList>{inline}</RolePolicyList>"
    twice = f"{role}<Unheard/><Unheard/>"
    members = f"<member><RoleName>%7B%7D</RoleName>{role}</member><member>{twice}</member>"
    quick, slow = _both(operation, _answer(operation, f"<RoleDetailList>{members}</RoleDetailList>"))
    json_decode_policies(slow, botocore.session.get_session().get_service_model("iam").operation_model(operation))
    assert quick == slow
    assert quick["RoleDetailList"][0]["RoleName"] == "%7B%7D"
    assert len(quick["RoleDetailList"][0]["RolePolicyList"]) == 1


def test_no_answer_is_searched_for_policies() -> None:
    core = botocore.session.get_session()
    read_quickly(core)
    model = core.get_service_model("iam").operation_model("ListRoles")
    parsed = {"Roles": [{"AssumeRolePolicyDocument": "%7B%7D"}]}
    core.emit("after-call.iam.ListRoles", parsed=parsed, model=model)
    assert parsed == {"Roles": [{"AssumeRolePolicyDocument": "%7B%7D"}]}
