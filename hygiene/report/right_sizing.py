"""Makes what people act on: `proposals/<account>/<role>.json`, `removal/<account>.sh` and `.tf.txt`."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING

from hygiene.report import links
from hygiene.report.removal_script import removal_script
from hygiene.report.removal_terraform import terraform_hints
from hygiene.report.sink import File
from hygiene.report.spared import spared_roles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.frames import AccountReview
    from hygiene.model import Proposal, ReviewFacts, RightSizing


def proposal_files(right_sizing: RightSizing) -> Iterator[File]:
    """Yield what is proposed for every role that has too much."""
    for proposal in right_sizing.proposals:
        yield File(proposal.path, _with_opinion(proposal).encode())


def removal_files(account: AccountReview, facts: ReviewFacts) -> list[File]:
    """Return what takes unused roles apart, if there are any: not executable, nobody else's to read or to change."""
    removals = sorted(account.right_sizing.removals, key=lambda one: one.role_arn)
    why = spared_roles(account) if removals else {}
    spared = {one.role_arn: why[one.role_arn] for one in removals if one.role_arn in why}
    roles = tuple(one for one in removals if one.role_arn not in spared)
    if not roles:
        return []
    account_id = account.account_id
    script = removal_script(account_id, roles, facts, spared)
    hints = terraform_hints(account_id, roles, facts, spared)
    return [
        File(links.removal_script(account_id), script.encode(), is_private=True),
        File(links.terraform_hints(account_id), hints.encode(), is_private=True),
    ]


def policies_file(account_id: str, right_sizing: RightSizing) -> File | None:
    """Return the account's policies, for the cards of its roles; None where it has no roles."""
    if not right_sizing.policies:
        return None
    return File(links.policy_file(account_id), zlib.decompress(right_sizing.policies))


def _with_opinion(proposal: Proposal) -> str:
    said = proposal.opinion
    known = {"asked_at": said.asked_at.isoformat(), "findings": list(said.findings)} if said else None
    return json.dumps({**json.loads(proposal.text()), "access_analyzer": known}, indent=2) + "\n"
