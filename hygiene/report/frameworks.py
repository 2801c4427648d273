"""Which requirements of frameworks a review is evidence for: by which table and number, and what it does not prove.

The words are ours: a requirement is named, never quoted. Sources, as of the editions named:
https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022
https://www.iso.org/standard/27001 · https://www.pcisecuritystandards.org/document_library/
https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final · https://www.cisecurity.org/benchmark/amazon_web_services
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Control(NamedTuple):
    """A requirement: what it asks, the evidence of this report, and the limits of that evidence.

    `evidence` names the numbers that `mapped` puts in.
    """

    framework: str
    reference: str
    asks: str
    evidence: str
    not_proven: str


_SOC2, _ISO, _PCI, _NIST, _CIS = (
    "SOC 2 (TSC 2017)", "ISO/IEC 27001:2022", "PCI DSS v4.0.1", "NIST SP 800-53 r5", "CIS AWS Foundations v7.0",
)  # fmt: skip

CONTROLS = (
    Control(
        _SOC2, "CC6.1", "Logical access to protected assets is restricted.",
        "Who may assume each of {roles} and what it allows: roles.csv, findings.csv. {urgent} with a critical or "
        "high finding.",
        "Sign-in, passwords and MFA, networks, encryption; resource policies that let outsiders in without a role.",
    ),
    Control(
        _SOC2, "CC6.2", "Access is authorized before it is given, and taken away when no longer needed.",
        "{unused} in usage_status; {verified_removals} seen carried out this quarter: followups.csv.",
        "That access was approved when it was granted; joiners and leavers in the identity provider.",
    ),
    Control(
        _SOC2, "CC6.3", "Access follows roles, least privilege and separation of duties, and is reviewed.",
        "{answers} by {reviewers}: decisions.csv; what became of them: followups.csv.",
        "That a reviewer had the authority, or is somebody else than the role's users.",
    ),
    Control(
        _ISO, "A.5.15", "Rules for access are set and applied.",
        "The rules applied here: the thresholds above, {checks}; {exceptions} with owner, approver and end: "
        "exceptions.csv.",
        "The organization's access control policy and its approval.",
    ),
    Control(
        _ISO, "A.5.18", "Access rights are given, reviewed, changed and removed by that policy.",
        "{asked} to decide about, {answers}, {open_items} overdue, undone or stale: decisions.csv, followups.csv.",
        "How rights are given. Rights of people inside Identity Center and the identity provider.",
    ),
    Control(
        _ISO, "A.8.2", "Privileged rights are few, known and managed.",
        "{admins} of full administrators and {escalations} of privilege escalation in effect: findings.csv.",
        "Root users; privileges inside workloads and databases; who held a session at a moment, where CloudTrail was "
        "not read.",
    ),
    Control(
        _PCI, "7.2.4", "User accounts, vendors' too, are reviewed every six months; management acknowledges it.",
        "{trusting_people} that other accounts or federated users may assume (kinds in roles.csv).",
        "Which people stand behind an identity provider; which accounts hold card data. The acknowledgement is the "
        "signature below.",
    ),
    Control(
        _PCI, "7.2.5.1", "Application and system accounts are reviewed as often as a targeted risk analysis says.",
        "{of_services} of AWS services (kinds in roles.csv), judged by use and by permissions.",
        "The risk analysis (12.3.1) that sets the frequency; system accounts outside IAM.",
    ),
    Control(
        _NIST, "AC-2", "Accounts are reviewed, and disabled when inactive, expired or without an owner.",
        "{unused}, {ownerless} without an owner: roles.csv. The population by account: coverage.csv.",
        "Disabling: this program changes nothing in AWS. Accounts outside AWS.",
    ),
    Control(
        _NIST, "AC-6", "Least privilege; privileges are reviewed and taken back (enhancement 7).",
        "Services granted against used in roles.csv; {reductions} seen carried out this quarter: followups.csv.",
        "Need: a service that was used is not thereby needed, and one used once a year may look unused.",
    ),
    Control(
        _CIS, "2.14", "No attached policy gives full administration (2.15 in v6.0).",
        "{admins} of full-admin in effect, with the policy that gives it: findings.csv, policies.csv.",
        "Policies attached to users and groups alone. CIS sets no limit for unused roles: the threshold is this "
        "organization's.",
    ),
)  # fmt: skip


def mapped(numbers: Mapping[str, str]) -> tuple[Control, ...]:
    """Return the controls with this review's numbers in their evidence."""
    return tuple(control._replace(evidence=control.evidence.format_map(numbers)) for control in CONTROLS)
