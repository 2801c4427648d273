"""A sealed report → what a channel is told about it: counts and a link, and nothing that a stranger wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.model import Announcement
from hygiene.report.mail.owner_letter import page_link
from hygiene.report.wording import counted, headline

if TYPE_CHECKING:
    from hygiene.report.sealed import SealedReport

_FACTS = (
    "review_id", "quarter", "as_of", "accounts", "roles", "needs_decision", "needs_decision_critical_or_high",
    "critical_or_high", "findings", "decisions",
)  # fmt: skip


def announcement_of(report: SealedReport, link: str = "") -> Announcement:
    """Return the announcement; `link` is where people can open the folder the reports lie in, empty for none."""
    summary = report.summary
    asked, urgent = summary["needs_decision"], summary["needs_decision_critical_or_high"]
    ask = f"{counted(asked, 'role needs', 'roles need')} a decision" if asked else "no role needs a decision"
    also = f" ({urgent:,} critical or high)" if urgent else ""
    first = headline(summary)
    sentences = [f"IAM access review {report.quarter}: {first.population}; {first.ask}", first.coverage]
    page = page_link(report, "index.html", link)
    return Announcement(
        subject=f"IAM access review {report.quarter}: {ask}{also}",
        text=" ".join(part for part in (*sentences, page) if part),
        facts={"kind": "review", **{name: summary[name] for name in _FACTS if name in summary}, "link": page},
    )
