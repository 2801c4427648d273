"""The pictures of the first page, as values: bars in a fixed width, and the same numbers as a table beside them.

The numbers come from the summary and from what `Highlights` gathered; nothing is counted here. A chart that would
show nothing is left out, or says in a sentence why there is nothing to see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hygiene.frames import SEVERITIES
from hygiene.report.last_use import WITHOUT_A_DATE, labels, starts
from hygiene.report.wording import counted, listed, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hygiene.report.counts import AccountNumbers

WIDTH = 560
"""Of a drawing, in its own units; CSS fits it to the screen."""

_PITCH = 46
_MOST_ACCOUNTS = 10
_LABEL = 30
_LEAST = 2


class Part(NamedTuple):
    """A piece of a bar; `tone` names its colour."""

    tone: str
    x: int
    width: int


class Bar(NamedTuple):
    """One line of a chart: a label, the number in words, and the bar itself; `y` is where the line begins."""

    label: str
    value: str
    y: int
    parts: tuple[Part, ...]


class Chart(NamedTuple):
    """A chart and its table; with `sentence` there is nothing to draw, and it stands there instead."""

    key: str
    title: str
    says: str
    bars: tuple[Bar, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    sentence: str = ""

    @property
    def height(self) -> int:
        """Height of the drawing."""
        return _PITCH * len(self.bars)


def charts(
    summary: Mapping[str, Any], accounts: Mapping[str, AccountNumbers], names: Mapping[str, str]
) -> tuple[Chart, ...]:
    """Return the charts that say something; `accounts` and `names` by account id. No role at all: none."""
    if not summary["roles"]["total"]:
        return ()
    drawn = (_funnel(summary), _last_use(summary), _services(accounts, names), _by_risk(accounts, names))
    return tuple(chart for chart in drawn if chart is not None)


def _funnel(summary: Mapping[str, Any]) -> Chart:
    roles, decisions = summary["roles"], summary["decisions"]
    steps = (
        ("in the population", roles["total"]),
        ("to be judged: not AWS's own", roles["total"] - roles["excluded"]),
        ("asked about", summary["needs_decision"] + decisions["answered"]),
        ("answered", decisions["answered"]),
        ("answers seen carried out in AWS", decisions["answers_verified"]),
    )
    still = [f"{number:,} {word}" for word, number in decisions["to_answer_by_suggestion"].items() if number]
    says = f"Still to answer, by what is suggested: {listed(still)}." if still else "Nothing is left to answer."
    return Chart(
        key="funnel-chart",
        title="From the population to what was carried out",
        says=says,
        bars=_simple([(label, number, f"{number:,}", "f-in_use") for label, number in steps]),
        header=("Step", "Roles"),
        rows=tuple((label, f"{number:,}") for label, number in steps),
    )


def _last_use(summary: Mapping[str, Any]) -> Chart | None:
    held, threshold = summary["last_use"], summary["unused_after_days"]
    total = sum(held.values())
    if not total:
        return None
    lines = list(_use_lines(held, threshold))
    unused, unknown = summary["roles"]["unused"], held["no_data"]
    rest = f" For {counted(unknown, 'role')} it is unknown." if unknown else ""
    reached = f"{'has' if unused == 1 else 'have'} reached the threshold of {counted(threshold, 'day')}"
    return Chart(
        key="last-use-chart",
        title="When roles were last used",
        says=f"{counted(unused, 'role')} of {total:,} {reached}.{rest}",
        bars=_simple([(label, number, f"{number:,}", tone) for label, number, tone in lines]),
        legend=(("in_use", "in use"), ("unused", "unused"), ("too_new", "too new"), ("unknown", "unknown")),
        header=("Last used", "Roles"),
        rows=tuple((label, f"{number:,}") for label, number, _ in lines),
    )


def _use_lines(held: Mapping[str, int], threshold: int) -> Iterator[tuple[str, int, str]]:
    for day, name in zip(starts(threshold), labels(threshold), strict=True):
        words = f"{name[:-1]} days ago or longer" if name.endswith("+") else f"{name.replace('-', ' to ')} days ago"
        yield words, held[name], "f-unused" if day >= threshold else "f-in_use"
    tones = {"too_new": "f-too_new", "no_data": "f-unknown"}
    for reason, words in WITHOUT_A_DATE.items():
        yield words, held[reason], tones.get(reason, "f-unused")


def _services(accounts: Mapping[str, AccountNumbers], names: Mapping[str, str]) -> Chart:
    measured = {key: numbers for key, numbers in accounts.items() if numbers.granted}
    first = sorted(measured.items(), key=lambda item: (item[1].used - item[1].granted, item[0]))[:_MOST_ACCOUNTS]
    chart = Chart(
        key="services-chart",
        title="Services granted against used",
        says=f"Every role's services added up, by account{_of_all(len(first), len(measured))}, most unused first.",
    )
    if not first:
        return chart._replace(sentence="Which of the granted services were used was not read for any role.")
    largest = max(numbers.granted for _, numbers in first)
    return chart._replace(
        bars=tuple(
            Bar(
                _short(names.get(key, key)),
                f"{numbers.used:,} of {numbers.granted:,} used{_roles_read(numbers)}",
                place * _PITCH,
                (
                    Part("f-granted", 0, _scaled(numbers.granted, largest)),
                    Part("f-used", 0, _scaled(numbers.used, largest)),
                ),
            )
            for place, (key, numbers) in enumerate(first)
        ),
        legend=(("used", "used in the tracking period"), ("granted", "granted and not used")),
        header=("Account", "Granted", "Used", "Roles read", "Of roles"),
        rows=tuple(
            (
                names.get(key, key),
                *(f"{count:,}" for count in (numbers.granted, numbers.used, numbers.measured, numbers.judged)),
            )
            for key, numbers in first
        ),
    )


def _roles_read(numbers: AccountNumbers) -> str:
    """Return how much of an account the numbers speak for; empty where it is all of it."""
    if numbers.measured == numbers.judged:
        return ""
    return f", in the {numbers.measured:,} of {numbers.judged:,} roles read"


def _by_risk(accounts: Mapping[str, AccountNumbers], names: Mapping[str, str]) -> Chart | None:
    """Return accounts by the severity of their roles' worst findings; with one account its page says it."""
    found = {key: numbers for key, numbers in accounts.items() if any(numbers.by_severity)}
    if len(accounts) == 1 or not found:
        return None
    first = sorted(found.items(), key=lambda item: ([-number for number in item[1].by_severity], item[0]))
    first = first[:_MOST_ACCOUNTS]
    largest = max(sum(numbers.by_severity) for _, numbers in first)
    return Chart(
        key="risk-chart",
        title="Accounts by risk",
        says=f"Roles by the severity of their worst finding in effect{_of_all(len(first), len(found))}.",
        bars=tuple(
            Bar(
                _short(names.get(key, key)),
                f"{numbers.by_severity[0]:,} critical, {numbers.by_severity[1]:,} high",
                place * _PITCH,
                _stacked(numbers.by_severity, largest),
            )
            for place, (key, numbers) in enumerate(first)
        ),
        legend=tuple((f"r-{severity}", severity) for severity in SEVERITIES),
        header=("Account", *SEVERITIES),
        rows=tuple(
            (names.get(key, key), *(f"{number:,}" for number in numbers.by_severity)) for key, numbers in first
        ),
    )


def _simple(lines: Sequence[tuple[str, int, str, str]]) -> tuple[Bar, ...]:
    largest = max(number for _, number, _, _ in lines)
    return tuple(
        Bar(label, value, place * _PITCH, (Part(tone, 0, _scaled(number, largest)),))
        for place, (label, number, value, tone) in enumerate(lines)
    )


def _stacked(numbers: Sequence[int], largest: int) -> tuple[Part, ...]:
    parts, x = [], 0
    for severity, number in zip(SEVERITIES, numbers, strict=True):
        width = _scaled(number, largest)
        if width:
            parts.append(Part(f"f-r-{severity}", x, max(1, width - 1)))
        x += width
    return tuple(parts)


def _scaled(number: int, largest: int) -> int:
    """Return a width; what is not zero can be seen."""
    return max(_LEAST, round(WIDTH * number / largest)) if number and largest else 0


def _of_all(shown: int, total: int) -> str:
    return f"; {shown} of {total:,} accounts" if shown < total else ""


def _short(name: str) -> str:
    return shortened(name, _LABEL)
