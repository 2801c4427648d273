from __future__ import annotations

from dataclasses import replace

from hygiene.activity.tally import OTHER_ROLES
from hygiene.analyse.activity import refusals_elsewhere
from tests.activity_builders import CALLER, ROLE, an_activity, an_assumption
from tests.builders import ACCOUNT

ELSEWHERE = "222233334444"
FOREIGN = ROLE.replace(ACCOUNT, ELSEWHERE)


def test_a_refused_call_is_filed_under_the_account_of_the_role() -> None:
    refused = an_assumption(role_arn=FOREIGN, count=0, failed=3)
    found = refusals_elsewhere([an_activity(refused, an_assumption(failed=2))])
    assert found == {ELSEWHERE: (refused,)}
    assert refused.principal == CALLER


def test_a_role_that_nobody_can_name_belongs_to_no_account() -> None:
    activity = an_activity(an_assumption(role_arn=OTHER_ROLES, failed=9), an_assumption(role_arn="", failed=1))
    assert refusals_elsewhere([activity]) == {}


def test_callers_of_several_accounts_add_up() -> None:
    one = an_activity(an_assumption(role_arn=FOREIGN, failed=3))
    other = replace(an_activity(an_assumption(role_arn=FOREIGN, failed=4)), account_id="333344445555")
    assert [row.failed for row in refusals_elsewhere([one, other])[ELSEWHERE]] == [3, 4]
