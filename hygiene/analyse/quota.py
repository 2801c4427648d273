"""Headroom of one role against the live quotas of its account: what counts, how much there may be.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from hygiene.policy.document import decode_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hygiene.model import JsonObject


@dataclass(frozen=True, slots=True)
class Fill:
    """How much of one quota a role uses; `quota` is the key of GetAccountSummary."""

    quota: str
    used: int
    limit: int
    noun: str

    @property
    def percent(self) -> float:
        """How full the quota is, from 0 to 100; rounded for people only."""
        return self.used * 100 / self.limit

    @property
    def sentence(self) -> str:
        """The fill in words, such as `9 of 10 managed policies (90 %)`."""
        return f"{self.used:,} of {self.limit:,} {self.noun} ({self.used * 100 // self.limit} %)"


def role_fills(role: JsonObject, quotas: Mapping[str, int]) -> Iterator[Fill]:
    """Yield the fill of each quota of a role that was read and can be measured."""
    trust = policy_length(role.get("AssumeRolePolicyDocument"))
    inline = [policy_length(policy.get("PolicyDocument")) for policy in role.get("RolePolicyList") or ()]
    measured = (
        ("AttachedPoliciesPerRoleQuota", len(role.get("AttachedManagedPolicies") or ()), "attached managed policies"),
        ("AssumeRolePolicySizeQuota", trust, "characters of trust policy"),
        # One unreadable document leaves the total a lower bound, which is still true as far as it goes.
        ("RolePolicySizeQuota", sum(length or 0 for length in inline), "characters of inline policies"),
    )
    for quota, used, noun in measured:
        limit = quotas.get(quota)
        if used is not None and isinstance(limit, int) and limit > 0:
            yield Fill(quota, used, limit, noun)


def policy_length(document: object) -> int | None:
    """Return the characters of a policy document as IAM counts them: without white space. None: not readable.

    A text is measured as it stands, because escapes count as written; an object as its shortest JSON.
    """
    try:
        content = decode_document(document)
    except ValueError:
        return None
    if isinstance(document, str):
        text = document if document.lstrip().startswith("{") else unquote(document)
    else:
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return len("".join(text.split()))
