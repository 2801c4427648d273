"""Writes what people act on: `proposals/<account>/<role>.json`, `removal/<account>.sh` and `.tf.txt`."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING

from hygiene.report.links import policy_file
from hygiene.report.removal_script import removal_script
from hygiene.report.removal_terraform import terraform_hints
from hygiene.report.spared import spared_roles

if TYPE_CHECKING:
    from pathlib import Path

    from hygiene.frames import AccountReview
    from hygiene.model import Proposal, ReviewFacts, RightSizing

_OWN_EYES_ONLY = 0o600
"""A script that takes roles apart: not executable, and nobody else's to read or to change."""


def write_right_sizing(account: AccountReview, facts: ReviewFacts, folder: Path) -> None:
    """Write the files below `folder`; nothing for an account without anything to narrow or to remove."""
    for proposal in account.right_sizing.proposals:
        path = folder / proposal.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_with_opinion(proposal), encoding="utf-8", newline="\n")
    removals = sorted(account.right_sizing.removals, key=lambda one: one.role_arn)
    why = spared_roles(account) if removals else {}
    spared = {one.role_arn: why[one.role_arn] for one in removals if one.role_arn in why}
    roles = tuple(one for one in removals if one.role_arn not in spared)
    if roles:
        path, account_id = folder / "removal", account.account_id
        _write_private(path / f"{account_id}.sh", removal_script(account_id, roles, facts, spared))
        _write_private(path / f"{account_id}.tf.txt", terraform_hints(account_id, roles, facts, spared))


def write_policies(account_id: str, right_sizing: RightSizing, folder: Path) -> None:
    """Write the account's policies below `folder`, for the cards of its roles; nothing where it has no roles."""
    if right_sizing.policies:
        path = folder / policy_file(account_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(zlib.decompress(right_sizing.policies))


def _with_opinion(proposal: Proposal) -> str:
    said = proposal.opinion
    known = {"asked_at": said.asked_at.isoformat(), "findings": list(said.findings)} if said else None
    return json.dumps({**json.loads(proposal.text()), "access_analyzer": known}, indent=2) + "\n"


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(_OWN_EYES_ONLY)
    path.write_text(text, encoding="utf-8", newline="\n")
    path.chmod(_OWN_EYES_ONLY)
