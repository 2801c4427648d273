"""What a review did not look at, in sentences: what this one could not see, and what no review of this kind sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hygiene.report.visible import visible
from hygiene.report.wording import counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd

    from hygiene.model import ReviewFacts
    from hygiene.report.counts import AccountNumbers


class Limit(NamedTuple):
    """A thing that is not assessed, what follows from that, and the AWS page that says so."""

    what: str
    therefore: str
    source: str = ""


ALWAYS = (
    Limit(
        "Resource policies",
        "The policy of a bucket, key or queue can let roles, and outsiders, in without any policy of a role.",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
    ),
    Limit(
        "What depends on the request",
        "Conditions on addresses, times, MFA or tags of a session, and session policies, are not tried. A permission "
        "that hangs on one is called possible, or held back as not evaluated.",
    ),
    Limit(
        "Who is behind a role",
        "People reach roles through IAM Identity Center or an identity provider; who is assigned there is not read.",
    ),
    Limit(
        "Root users and IAM users",
        "Only where a check names them: long-term credentials, and activity in CloudTrail.",
    ),
    Limit(
        "Use that AWS does not track",
        "IAM keeps the last use for 400 days, last accessed information counts refused attempts as use, leaves out "
        "some services and most data events, and can lag by hours.",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html",
    ),
    Limit(
        "Need",
        "A service that was used is not thereby needed, and a role for emergencies or year's end may look unused.",
    ),
)


def limits_of_this_review(
    summary: Mapping[str, Any], facts: ReviewFacts, coverage: pd.DataFrame, accounts: Iterable[AccountNumbers]
) -> tuple[str, ...]:
    """Return what this review could not see, as sentences; nothing that was read is named."""
    return tuple(_sentences(summary, facts, coverage, sum(numbers.measured for numbers in accounts)))


def _sentences(
    summary: Mapping[str, Any], facts: ReviewFacts, coverage: pd.DataFrame, measured: int
) -> Iterator[str]:
    roles = summary["roles"]
    judged = roles["total"] - roles["excluded"]
    if excluded := roles["excluded"]:
        yield f"{counted(excluded, 'role')} of AWS's own {_is(excluded)} listed and not judged."
    if unknown := roles["unknown"]:
        yield f"The use of {counted(unknown, 'role')} is unknown: it was not read."
    if measured < judged:
        yield f"Which granted services were used is known for {measured:,} of {counted(judged, 'role')}."
    yield from _activity(coverage)
    if _setting(facts, "aws", "references") == "off":
        yield "AWS Config was not asked which resources name a role, so what would break is known in part."
    if unreadable := summary["findings"]["by_check"].get("policy-unreadable", 0):
        yield f"{counted(unreadable, 'finding')} {_is(unreadable)} about policies that could not be understood."
    if disabled := switched_off(facts):
        yield f"The configuration switches off {listed(disabled)}."


def _activity(coverage: pd.DataFrame) -> Iterator[str]:
    read = coverage["status"].isin(["read", "partial"])
    watched = int((read & coverage["events_to"].notna()).sum())
    total = int(read.sum())
    if not watched and total:
        yield "CloudTrail was not read: who assumed the roles, and who changed them, is not known."
    elif watched < total:
        accounts = f"{watched:,} of {counted(total, 'account')}"
        yield f"CloudTrail was read for {accounts}; elsewhere it is not known who assumed the roles."


def switched_off(facts: ReviewFacts) -> list[str]:
    """Return the checks that the configuration switches off: what they would find is not in the report."""
    configured = facts.parameters.get("checks")
    checks = sorted(configured.items()) if isinstance(configured, dict) else ()
    return [visible(str(check)) for check, held in checks if isinstance(held, dict) and held.get("enabled") is False]


def _setting(facts: ReviewFacts, section: str, key: str) -> Any:
    held = facts.parameters.get(section)
    return held.get(key) if isinstance(held, dict) else None


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
