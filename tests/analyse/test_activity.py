from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hygiene.activity.tally import OTHER_ROLES
from hygiene.analyse.account import examine_account
from hygiene.analyse.activity import callers_elsewhere, since
from hygiene.analyse.permissions import PolicyCompiler
from hygiene.model import Account, AccountDocuments
from tests.activity_builders import CALLER, ROLE, an_activity, an_assumption, an_event
from tests.builders import ACCOUNT, AS_OF, a_reference, a_role, an_organization, details

ELSEWHERE = "222233334444"
FOREIGN = ROLE.replace(ACCOUNT, ELSEWHERE)
NEIGHBOUR = CALLER.replace(ACCOUNT, ELSEWHERE)


def assumed(own: Any, *elsewhere: Any, **role: Any) -> dict[str, tuple[int, int]]:
    """Return principal → successes and refusals, as the account's table shows them."""
    reference = a_reference(an_organization(), callers_elsewhere={ACCOUNT: elsewhere})
    held = AccountDocuments(ACCOUNT, authorization_details=details(a_role("app", **role)), activity=own)
    rows = examine_account(held, Account(ACCOUNT), reference, (), PolicyCompiler()).assumptions
    return {row["principal"]: (row["assumed"], row["refused"]) for row in rows}


def test_a_call_is_filed_under_the_account_of_the_role() -> None:
    refused, came = an_assumption(role_arn=FOREIGN, count=0, failed=3), an_assumption(role_arn=FOREIGN)
    found = callers_elsewhere([an_activity(refused, came, an_assumption(failed=2))])
    assert found == {ELSEWHERE: (refused, came)}
    assert refused.principal == CALLER


def test_a_role_that_nobody_can_name_belongs_to_no_account() -> None:
    activity = an_activity(an_assumption(role_arn=OTHER_ROLES, failed=9), an_assumption(role_arn="", failed=1))
    assert callers_elsewhere([activity]) == {}


def test_callers_of_several_accounts_add_up() -> None:
    one = an_activity(an_assumption(role_arn=FOREIGN, failed=3))
    other = replace(an_activity(an_assumption(role_arn=FOREIGN, failed=4)), account_id="333344445555")
    assert [row.failed for row in callers_elsewhere([one, other])[ELSEWHERE]] == [3, 4]


def test_a_call_in_both_logs_counts_once_under_the_name_the_caller_s_log_knows() -> None:
    own = an_activity(an_assumption(ELSEWHERE, "account", ELSEWHERE, count=5, failed=6))
    named = an_assumption(NEIGHBOUR, account=ELSEWHERE, count=5, failed=6)
    assert assumed(own, named) == {NEIGHBOUR: (5, 6)}


def test_calls_that_no_caller_s_log_names_stay_with_the_account() -> None:
    own = an_activity(an_assumption(ELSEWHERE, "account", ELSEWHERE, count=5, failed=0))
    assert assumed(own, an_assumption(NEIGHBOUR, account=ELSEWHERE, count=3)) == {
        ELSEWHERE: (2, 0),
        NEIGHBOUR: (3, 0),
    }


def test_a_principal_that_both_logs_name_counts_once() -> None:
    named = an_assumption(NEIGHBOUR, account=ELSEWHERE, count=4)
    assert assumed(an_activity(named), named._replace(count=3)) == {NEIGHBOUR: (4, 0)}
    assert assumed(an_activity(named._replace(count=3)), named) == {NEIGHBOUR: (4, 0)}


def test_who_assumed_an_earlier_role_of_the_name_did_not_assume_this_one() -> None:
    earlier = an_assumption(last_seen=AS_OF - timedelta(days=41), first_seen=AS_OF - timedelta(days=50))
    assert assumed(an_activity(earlier), created=40) == {}
    assert assumed(an_activity(earlier), created=42) == {CALLER: (3, 0)}


def test_calls_before_the_present_role_was_made_are_not_counted_for_it() -> None:
    """A role made again under its name within the window: the log's totals know the name alone."""
    mixed = an_assumption(
        count=7,
        failed=2,
        first_seen=AS_OF - timedelta(days=60),
        networks=(("203.0.113.7", 3), ("203.0.113.8", 4)),
        network_examples=(("203.0.113.7", an_event(1)), ("203.0.113.8", an_event(50))),
        failed_example=an_event(45),
    )
    assert assumed(an_activity(mixed), created=40) == {CALLER: (3, 0)}
    assert assumed(an_activity(mixed), created=70) == {CALLER: (7, 2)}
    refused_since = mixed._replace(example=an_event(50), failed_example=an_event(3))
    assert assumed(an_activity(refused_since), created=40) == {CALLER: (0, 2)}
    found = since(mixed, AS_OF - timedelta(days=40))
    assert found is not None
    assert (found.first_seen, found.networks) == (AS_OF - timedelta(days=40), (("203.0.113.7", 3),))
    assert (found.user_agents, found.with_mfa) == ((), None)
