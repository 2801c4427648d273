"""The one list of AWS operations this program may call, each with the IAM action that allows it.

Every one of them reads. The client refuses any other before it leaves the machine; the deployment templates and
`hygiene doctor` are held against this list.
"""

from __future__ import annotations

from dataclasses import dataclass

MEMBER, HUB = "member", "hub"


@dataclass(frozen=True, slots=True)
class Operation:
    """One API operation. `used_by` is `member` (in every account) or `hub` (where the program starts)."""

    service: str
    name: str
    used_by: str
    action: str = ""
    """The IAM action, where it is not `service:name`."""
    is_optional: bool = False
    """Whether a review is complete without it."""
    behind: tuple[str, ...] = ()
    """Further IAM actions: what the service does with the caller's permissions while it answers."""

    @property
    def iam_action(self) -> str:
        """The action a policy must allow for this operation."""
        return self.action or f"{self.service}:{self.name}"


OPERATIONS = (
    Operation("sts", "GetCallerIdentity", HUB),
    Operation("sts", "AssumeRole", HUB),
    Operation("organizations", "DescribeOrganization", HUB),
    Operation("organizations", "ListAccounts", HUB),
    Operation("organizations", "ListRoots", HUB),
    Operation("organizations", "ListOrganizationalUnitsForParent", HUB),
    Operation("organizations", "ListAccountsForParent", HUB, is_optional=True),
    Operation("organizations", "ListPolicies", HUB),
    Operation("organizations", "DescribePolicy", HUB),
    Operation("organizations", "ListTargetsForPolicy", HUB),
    Operation("organizations", "ListTagsForResource", HUB, is_optional=True),
    # Names the permission set behind an AWSReservedSSO role; IAM calls the service `sso`, botocore `sso-admin`.
    Operation("sso-admin", "ListInstances", HUB, "sso:ListInstances", is_optional=True),
    Operation("sso-admin", "ListPermissionSets", HUB, "sso:ListPermissionSets", is_optional=True),
    Operation("sso-admin", "DescribePermissionSet", HUB, "sso:DescribePermissionSet", is_optional=True),
    Operation(
        "sso-admin",
        "ListAccountsForProvisionedPermissionSet",
        HUB,
        "sso:ListAccountsForProvisionedPermissionSet",
        is_optional=True,
    ),
    # Asked with `[aws] references = "config"` alone.
    Operation("config", "DescribeConfigurationAggregators", HUB, is_optional=True),
    Operation("config", "SelectAggregateResourceConfig", HUB, is_optional=True),
    # Unused-access findings of an analyzer that exists; the second version of a call keeps the action of the first.
    Operation("accessanalyzer", "ListAnalyzers", HUB, "access-analyzer:ListAnalyzers", is_optional=True),
    Operation("accessanalyzer", "ListFindingsV2", HUB, "access-analyzer:ListFindings", is_optional=True),
    Operation("accessanalyzer", "GetFindingV2", HUB, "access-analyzer:GetFinding", is_optional=True),
    # Keeps nothing and changes nothing: it reads the proposed policy that is sent along.
    Operation("accessanalyzer", "ValidatePolicy", HUB, "access-analyzer:ValidatePolicy", is_optional=True),
    # Open findings about roles, where Security Hub is enabled; never required.
    Operation("securityhub", "GetFindings", HUB, is_optional=True),
    # [aws] cloudtrail = "s3": the organization trail's bucket.
    Operation("s3", "ListObjectsV2", HUB, "s3:ListBucket", is_optional=True),
    Operation("s3", "GetObject", HUB, is_optional=True),
    # [aws] cloudtrail = "athena": our own SELECT over the trail's table. Stop ends one that scans too much.
    Operation(
        "athena",
        "StartQueryExecution",
        HUB,
        is_optional=True,
        # https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena.html
        behind=("glue:GetDatabase", "glue:GetPartitions", "glue:GetTable"),
    ),
    Operation("athena", "GetQueryExecution", HUB, is_optional=True),
    Operation("athena", "GetQueryResults", HUB, is_optional=True),
    Operation("athena", "StopQueryExecution", HUB, is_optional=True),
    Operation("athena", "GetWorkGroup", HUB, is_optional=True),
    # [aws] cloudtrail = "lookup": each account's own event history, Region by Region.
    Operation("cloudtrail", "LookupEvents", MEMBER, is_optional=True),
    Operation("ec2", "DescribeRegions", MEMBER, is_optional=True),
    Operation("iam", "GetAccountAuthorizationDetails", MEMBER),
    Operation("iam", "ListRoles", MEMBER),
    # Asked only when the two listings disagree: was the role deleted while we read, or did one listing miss it?
    Operation("iam", "GetRole", MEMBER, is_optional=True),
    Operation("iam", "GetAccountSummary", MEMBER),
    Operation("iam", "ListOpenIDConnectProviders", MEMBER),
    Operation("iam", "GetOpenIDConnectProvider", MEMBER),
    Operation("iam", "ListSAMLProviders", MEMBER),
    # Asked with `[aws] account_contact` alone.
    Operation("account", "GetAlternateContact", MEMBER, is_optional=True),
    Operation("iam", "GetSAMLProvider", MEMBER),
    # "Generate…" makes a report about the account and changes nothing in it; IAM counts both as reads.
    Operation("iam", "GenerateServiceLastAccessedDetails", MEMBER),
    Operation("iam", "GetServiceLastAccessedDetails", MEMBER),
    Operation("iam", "GenerateCredentialReport", MEMBER),
    Operation("iam", "GetCredentialReport", MEMBER),
)

RESULTS_OF_ATHENA = (
    "s3:AbortMultipartUpload",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
)
"""What Athena does as the caller in the bucket for its results, where the workgroup does not keep them itself.

The one thing behind a review that writes, and so in neither list; the hub's template grants it for that bucket alone.

https://docs.aws.amazon.com/athena/latest/ug/managed-results.html
"""

ALLOWED = frozenset((operation.service, operation.name) for operation in OPERATIONS)


def actions_of(used_by: str, *, with_optional: bool = True) -> tuple[str, ...]:
    """Return the IAM actions a member or hub role needs, sorted."""
    wanted = [item for item in OPERATIONS if item.used_by == used_by and (with_optional or not item.is_optional)]
    return tuple(sorted(action for operation in wanted for action in (operation.iam_action, *operation.behind)))
