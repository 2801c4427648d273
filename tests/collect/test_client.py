from __future__ import annotations

import math
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from hygiene.collect.client import AwsClient, ForbiddenOperationError, session_name
from hygiene.collect.identity import Identity
from hygiene.collect.operations import OPERATIONS
from hygiene.collect.pacing import Pace
from hygiene.collect.progress import Silent
from hygiene.collect.refusal import RefusedError, kind_of
from hygiene.model import GapKind


class _Session:
    """A session whose one client answers from a list."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self._answers = list(answers)

    def client(self, *_: Any, **__: Any) -> _Session:
        return self

    def list_roles(self, **_: Any) -> dict[str, Any]:
        return self._answers.pop(0)


def client(*answers: dict[str, Any]) -> AwsClient:
    return AwsClient(Identity(lambda: _Session(*answers), Config()), Silent())  # type: ignore[arg-type, return-value]


class _ShortSessions:
    """Sessions that end before a listing's turn comes, so many times; all calls of `others` are answered before."""

    def __init__(self, times: int, others: int = 1) -> None:
        self._left, self._others = times, others
        self.begun = 0
        self.calls = AwsClient(Identity(self._begin, Config()), Silent())  # type: ignore[arg-type]

    def _begin(self) -> _ShortSessions:
        self.begun += 1
        return self

    def client(self, *_: Any, **__: Any) -> _ShortSessions:
        return self

    def get_account_summary(self) -> dict[str, Any]:
        return {"SummaryMap": {"Roles": 1}}

    def list_roles(self) -> dict[str, Any]:
        if not self._left:
            return {"Roles": [1]}
        self._left -= 1
        for _ in range(self._others):
            self.calls.call("iam", "GetAccountSummary")
        raise ClientError({"Error": {"Code": "ExpiredToken", "Message": "over"}}, "ListRoles")


def test_sessions_that_others_use_up_do_not_count_against_a_call() -> None:
    sessions = _ShortSessions(times=20)
    assert sessions.calls.call("iam", "ListRoles") == {"Roles": [1]}
    assert sessions.begun == 21


def test_sessions_that_answer_nobody_are_soon_no_reason_to_go_on() -> None:
    sessions = _ShortSessions(times=20, others=0)
    with pytest.raises(RefusedError, match="ExpiredToken"):
        sessions.calls.call("iam", "ListRoles")
    assert sessions.begun == 4


def test_an_operation_that_is_not_on_the_list_never_leaves_the_machine() -> None:
    with pytest.raises(ForbiddenOperationError):
        client().call("iam", "DeleteRole", RoleName="x")


@pytest.mark.parametrize(
    "verb", ["Create", "Delete", "Put", "Update", "Attach", "Detach", "Add", "Remove", "Set", "Tag"]
)
def test_the_list_holds_no_write(verb: str) -> None:
    assert not [operation.name for operation in OPERATIONS if operation.name.startswith(verb)]


def test_an_empty_page_with_a_marker_does_not_end_a_listing() -> None:
    pages = ({"Roles": [], "IsTruncated": True, "Marker": "m"}, {"Roles": [1], "IsTruncated": False})
    assert client(*pages).listed("iam", "ListRoles", "Roles") == [1]


@pytest.mark.parametrize(
    "pages",
    [
        ({"Roles": [1], "IsTruncated": True},),
        ({"Roles": [1], "IsTruncated": True, "Marker": "m"}, {"Roles": [2], "IsTruncated": True, "Marker": "m"}),
    ],
)
def test_a_listing_that_does_not_come_to_an_end_is_refused_not_taken_for_whole(pages: Any) -> None:
    with pytest.raises(RefusedError, match="does not come to an end"):
        client(*pages).listed("iam", "ListRoles", "Roles")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("Throttling", GapKind.THROTTLED),
        ("TooManyRequestsException", GapKind.THROTTLED),
        ("AccessDenied", GapKind.DENIED),
        ("AccessDeniedException", GapKind.DENIED),
        ("NoSuchEntity", GapKind.GONE),
        ("ServiceFailure", GapKind.FAILED),
        ("SomethingNew", GapKind.FAILED),
    ],
)
def test_one_place_decides_what_an_error_means(code: str, kind: GapKind) -> None:
    assert kind_of(code) is kind


def test_a_client_error_becomes_a_refusal_with_its_code() -> None:
    class Refusing(_Session):
        def list_roles(self, **_: Any) -> dict[str, Any]:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListRoles")

    with pytest.raises(RefusedError) as caught:
        AwsClient(Identity(Refusing, Config()), Silent()).call("iam", "ListRoles")  # type: ignore[arg-type]
    assert (caught.value.operation, caught.value.kind, caught.value.code) == (
        "iam:ListRoles",
        GapKind.DENIED,
        "AccessDenied",
    )


def test_the_session_name_says_who_reads_and_is_one_aws_accepts() -> None:
    assert session_name("ana lopez/ünï" + "x" * 80) == ("role-hygiene-ana-lopez--n-" + "x" * 80)[:64]
    assert session_name("ci@example.com") == "role-hygiene-ci@example.com"


def test_a_pace_spreads_calls_and_uses_what_a_full_bucket_holds_in_the_first_second() -> None:
    now, given = [0.0], list[float]()
    pace = Pace(10, 10, lambda: now[0])
    for _ in range(31):
        now[0] += pace.reserve()
        given.append(now[0])
    assert given[0] == 0
    assert [given[5], given[10], given[20], given[30]] == pytest.approx([0.25, 0.5, 1.0, 2.0])


def test_a_pace_that_rested_makes_up_for_one_second_at_most() -> None:
    now = [0.0]
    pace = Pace(10, 10, lambda: now[0])
    for _ in range(31):
        now[0] += pace.reserve()
    now[0] += 60
    rested = now[0]
    for _ in range(31):
        now[0] += pace.reserve()
    assert now[0] - rested == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("allowed", "first"), [(5.0, 10.0), (15.0, 10.0), (35.0, 10.0), (5.0, math.inf), (1.0, 10.0)]
)
def test_a_pace_finds_what_aws_lets_through_with_few_throttles(allowed: float, first: float) -> None:
    now, tokens, calls, answered = [0.0], allowed, 0, 0
    pace = Pace(first, monotonic=lambda: now[0])
    while answered < 500:
        before = now[0]
        now[0] += pace.reserve() + 0.02
        tokens = min(allowed, tokens + (now[0] - before) * allowed)
        calls += 1
        if tokens >= 1:
            tokens, answered = tokens - 1, answered + 1
            pace.let_through()
        else:
            pace.throttled()
    assert calls <= 1.1 * answered
    assert now[0] <= 1.2 * answered / allowed


def test_calls_that_had_their_places_before_a_throttle_slow_the_pace_only_once() -> None:
    now = [0.0]
    pace = Pace(10, monotonic=lambda: now[0])
    for _ in range(10):
        pace.reserve()
        pace.let_through()
    places = [pace.reserve() for _ in range(4)]
    pace.throttled()
    slower = pace.per_second
    for place in places:
        now[0] = place
        pace.throttled()
    assert pace.per_second == slower


def test_a_throttled_call_comes_after_those_that_have_their_places() -> None:
    now = [0.0]
    pace = Pace(10, monotonic=lambda: now[0])
    given = [pace.reserve() for _ in range(14)]
    pace.throttled()
    assert pace.reserve() > given[-1]


def test_a_pace_comes_back_when_somebody_else_has_stopped_calling() -> None:
    now = [0.0]
    pace = Pace(10, monotonic=lambda: now[0])
    pace.throttled()
    assert pace.per_second == 0.5
    while pace.per_second < 10:
        now[0] += pace.reserve()
        pace.let_through()
    assert now[0] < 400


def test_without_a_throttle_nothing_is_paced() -> None:
    pace = Pace()
    assert sum(pace.reserve() for _ in range(1000)) == 0
