"""A review in plain sentences, from its numbers alone: what got better, what got worse, the three things to do.

The same sentences stand on the first page, in the mails and in `summary.json`. They name no role, owner or account,
because mails to owners hold them too. What was not seen is never called better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hygiene.report.wording import counted, listed, unread_accounts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Numbers = Mapping[str, Any]

MOST_TO_DO = 3
NOTHING = "Nothing that can be counted."
NO_REVIEW = "none"
"""In `accounts_compared_with`: accounts that no earlier review read."""

_BETTER = (
    ("lost_admin", "{} is no longer an administrator.", "{} are no longer administrators."),
    ("privilege_down", "{} may do less than before.", "{} may do less than before."),
    (
        "trust_narrowed",
        "{} can be assumed in fewer ways than before.",
        "{} can be assumed in fewer ways than before.",
    ),
    ("boundary_added", "{} got a permissions boundary.", "{} got a permissions boundary."),
    ("removed", "{} of the earlier review is gone.", "{} of the earlier review are gone."),
)
_WORSE = (
    ("gained_admin", "{} became an administrator.", "{} became administrators."),
    ("trust_widened", "{} can be assumed in more ways than before.", "{} can be assumed in more ways than before."),
    ("privilege_up", "{} may do more than before.", "{} may do more than before."),
    ("boundary_removed", "{} lost its permissions boundary.", "{} lost their permissions boundary."),
    ("became_unused", "{} fell out of use.", "{} fell out of use."),
)
"""Kind of change, and its sentence for one role and for several."""


class Passage(NamedTuple):
    """One part of the summary as pages and mails show it; NOTHING stands there when it has no sentence."""

    heading: str
    sentences: tuple[str, ...]


def in_words(summary: Numbers) -> dict[str, Any]:
    """Return `compared`, one sentence, and `better`, `worse` and `to_do`, lists of sentences; at most three to do.

    `summary` is the content of `summary.json` with its trend, this quarter's point last.
    """
    is_first = not summary["previous_quarter"]
    return {
        "compared": _compared(summary),
        "better": [] if is_first else list(_better(summary)),
        "worse": [] if is_first else list(_worse(summary)),
        "to_do": list(_to_do(summary))[:MOST_TO_DO] or ["Nothing: no role needs a decision, and no gap is known."],
    }


def passages(summary: Numbers) -> tuple[Passage, ...]:
    """Return the parts to show of a summary; empty for one that was written before there were any.

    Without an earlier quarter nothing is said to be better or worse.
    """
    words = summary.get("in_words")
    if not words:
        return ()
    to_do = Passage("What to do now", tuple(words["to_do"]))
    if not summary["previous_quarter"]:
        return (to_do,)
    return Passage("What got better", tuple(words["better"])), Passage("What got worse", tuple(words["worse"])), to_do


def _compared(summary: Numbers) -> str:
    earlier = summary["previous_quarter"]
    if not earlier and len(summary["trend"]) > 1:
        return f"Not compared with {summary['trend'][-2]['quarter']}: the tables of that report are not there."
    if not earlier:
        return "This is the first review: there is no earlier quarter to compare with."
    unread = _not_read(summary)
    both = "" if _saw_the_same(summary) else ", in the accounts that were read both times"
    told = [
        f"Compared with {earlier}, role by role{both}.",
        *_compared_otherwise(summary),
        f"{counted(unread, 'account')} {_was(unread)} not fully read this time, so more may have changed."
        * (unread > 0),
        f"Then a role was unused after {counted(_threshold_then(summary) or 0, 'day')}, so use is not compared."
        * _has_other_threshold(summary),
    ]
    return " ".join(sentence for sentence in told if sentence)


def _compared_otherwise(summary: Numbers) -> Iterator[str]:
    """Yield what of the accounts the earlier review did not read: an older one did, or none did."""
    earlier, then = summary["previous_quarter"], summary.get("accounts_compared_with", {})
    for quarter, number in sorted(then.items()):
        if quarter not in (earlier, NO_REVIEW):
            yield (
                f"{counted(number, 'account')} {_was(number)} not read then, and {'is' if number == 1 else 'are'} "
                f"compared with {quarter}."
            )
    if then.get(NO_REVIEW):
        number = then[NO_REVIEW]
        yield f"{counted(number, 'account')} {_was(number)} read by no earlier review: what changed is not known."


def _saw_the_same(summary: Numbers) -> bool:
    """Whether totals of the two quarters count the same: as many accounts, and every one of them fully read."""
    then, now = _earlier_point(summary), summary["trend"][-1]
    return then.get("accounts_read") == now["accounts_read"] and then.get("accounts_not_read") == 0 == _not_read(
        summary
    )


def _has_other_threshold(summary: Numbers) -> bool:
    return _threshold_then(summary) not in (None, summary["unused_after_days"])


def _threshold_then(summary: Numbers) -> int | None:
    """Return the days of the earlier report; None for a snapshot that was judged by today's rules, or not known."""
    days: int | None = _earlier_point(summary).get("unused_after_days")
    return days


def _earlier_point(summary: Numbers) -> Numbers:
    points = [point for point in summary["trend"][:-1] if point["quarter"] == summary["previous_quarter"]]
    return points[-1] if points else {}


def _not_read(summary: Numbers) -> int:
    accounts = summary["accounts"]
    return int(accounts["failed"] + accounts["partial"])


def _better(summary: Numbers) -> Iterator[str]:
    decisions = summary["decisions"]
    for number, what in (
        (decisions["verified_removals"], "remove a role"),
        (decisions["verified_reductions"], "reduce a role"),
    ):
        if number:
            yield f"{counted(number, 'decision')} to {what} {_was(number)} carried out."
    yield from _changes(summary, _BETTER)
    yield from _unused(summary, is_better=True)
    yield from _coverage(summary, is_better=True)


def _worse(summary: Numbers) -> Iterator[str]:
    yield from _coverage(summary, is_better=False)
    yield from _changes(summary, _WORSE)
    yield from _unused(summary, is_better=False)
    states = summary["decisions"]["followed_up"]
    if overdue := states.get("overdue", 0):
        yield f"{counted(overdue, 'decision')} {_is(overdue)} overdue."
    if undone := states.get("re-opened", 0):
        yield f"{counted(undone, 'decision')} {_was(undone)} carried out and undone again."
    if stale := states.get("stale-decision", 0):
        yield f"{counted(stale, 'role')} changed after somebody decided to keep {_them(stale)}."
    if silent := _silent(summary):
        yield f"{counted(silent, 'role')} got no answer in time."
    if expired := summary["exceptions"]["expired"]:
        yield f"{counted(expired, 'exception')} {_has(expired)} expired; what {_they(expired)} covered counts again."


def _changes(summary: Numbers, kinds: tuple[tuple[str, str, str], ...]) -> Iterator[str]:
    not_told = "became_unused" if _has_other_threshold(summary) else ""
    for kind, one, many in kinds:
        number = summary["changes"].get(kind, 0)
        if number and kind != not_told:
            yield (one if number == 1 else many).format(counted(number, "role"))


def _unused(summary: Numbers, *, is_better: bool) -> Iterator[str]:
    """Yield the totals where they prove a direction even if every role of unknown use were unused."""
    if not _saw_the_same(summary) or _has_other_threshold(summary):
        return
    now, then = _unused_at_least_and_most(summary["trend"][-1]), _unused_at_least_and_most(_earlier_point(summary))
    if now and then and (now[1] < then[0] if is_better else now[0] > then[1]):
        earlier = summary["previous_quarter"]
        yield f"{counted(now[0], 'role')} {_is(now[0])} unused; in {earlier} it was {then[0]:,}."


def _unused_at_least_and_most(point: Numbers) -> tuple[int, int] | None:
    unused, unknown = point.get("unused"), point.get("unknown")
    return None if unused is None or unknown is None else (unused, unused + unknown)


def _coverage(summary: Numbers, *, is_better: bool) -> Iterator[str]:
    now, then = _not_read(summary), _earlier_point(summary).get("accounts_not_read")
    if then is None or now == then or (now < then) != is_better:
        return
    yield f"{counted(now, 'account')} {_was(now)} not fully read; in {summary['previous_quarter']} it was {then:,}."


def _to_do(summary: Numbers) -> Iterator[str]:
    """Yield what is to do, the most pressing first: what nobody could see comes before what everybody can."""
    yield from _gaps(summary)
    yield from _questions(summary)
    yield from _promises(summary)
    if silent := _silent(summary):
        yield f"Ask again about {counted(silent, 'role')} that nobody answered about in time."
    if ownerless := summary["needs_decision_without_owner"]:
        needs = "needs" if ownerless == 1 else "need"
        yield f"Find an owner for {counted(ownerless, 'role')} that {needs} a decision; nobody can be asked."
    if expired := summary["exceptions"]["expired"]:
        yield f"Renew or end {counted(expired, 'expired exception')}."
    if due := summary["decisions"]["to_carry_out"]:
        yield f"Carry out {counted(due, 'decision')} to remove or reduce a role before {_they(due)} {_is(due)} due."


def _gaps(summary: Numbers) -> Iterator[str]:
    failed, partial = summary["accounts"]["failed"], summary["accounts"]["partial"]
    if unread := failed + partial:
        told = unread_accounts(failed, partial)
        yield f"Give the review what it lacks: {told}. Nothing says that {_they(unread)} {_is(unread)} clean."
    if not summary["population_proven"]:
        yield "Have the list of accounts read from AWS Organizations: nobody can say that the review saw all of them."
    if gaps := sum(notice["level"] == "gap" for notice in summary["notices"]):
        yield f"Look at {counted(gaps, 'notice')} about gaps in the data."


def _questions(summary: Numbers) -> Iterator[str]:
    asked, urgent = summary["needs_decision"], summary["needs_decision_critical_or_high"]
    if not asked:
        return
    if not urgent:
        none_of = "it has no" if asked == 1 else "none of them has a"
        yield f"Decide about {counted(asked, 'role')}; {none_of} critical or high finding."
    elif urgent == asked:
        each = "it has" if asked == 1 else "each of them has"
        yield f"Decide about {counted(asked, 'role')}; {each} a critical or high finding."
    else:
        yield f"Decide about {counted(urgent, 'role')} with a critical or high finding; {asked:,} need a decision."


def _promises(summary: Numbers) -> Iterator[str]:
    states = summary["decisions"]["followed_up"]
    overdue, undone = states.get("overdue", 0), states.get("re-opened", 0)
    parts = [
        f"carry out {counted(overdue, 'overdue decision')}" if overdue else "",
        f"see why {counted(undone, 'decision')} {_was(undone)} undone" if undone else "",
    ]
    if told := listed([part for part in parts if part]):
        yield f"{told[0].upper()}{told[1:]}."


def _silent(summary: Numbers) -> int:
    return int(summary["decisions"]["by_state"].get("no-response", 0))


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _has(number: int) -> str:
    return "has" if number == 1 else "have"


def _they(number: int) -> str:
    return "it" if number == 1 else "they"


def _them(number: int) -> str:
    return "it" if number == 1 else "them"
