"""Roles that may obtain credentials: keys, passwords and tokens that work outside the role's own session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.iam_scope import with_iam_actions
from hygiene.analyse.named_actions import find_named_actions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate

OWN_POWER = (
    "codeartifact:GetAuthorizationToken",
    "ecr-public:GetAuthorizationToken",
    "ecr:GetAuthorizationToken",
    "sts:GetServiceBearerToken",
    "sts:GetSessionToken",
    "sts:GetWebIdentityToken",
)
"""Tokens that can do no more than the caller; AWS's own guides grant most of them on `*`, which they need.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
"""

OTHERS_POWER = (
    "airflow:CreateCliToken",
    "airflow:CreateWebLoginToken",
    "amplifybackend:CreateToken",
    "amplifybackend:GetToken",
    "appsync:CreateApiKey",
    "bedrock-agentcore:GetResourceApiKey",
    "bedrock-agentcore:GetResourceOauth2Token",
    "bedrock-agentcore:GetWorkloadAccessToken",
    "bedrock-agentcore:GetWorkloadAccessTokenForJWT",
    "bedrock-agentcore:GetWorkloadAccessTokenForUserId",
    "chime:CreateApiKey",
    "chime:RegenerateSecurityToken",
    "cloud9:CreateEnvironmentToken",
    "codeconnections:GetConnectionToken",
    "codeconnections:GetIndividualAccessToken",
    "codepipeline:GetJobDetails",
    "codepipeline:GetThirdPartyJobDetails",
    "codepipeline:PollForJobs",
    "codepipeline:PollForThirdPartyJobs",
    "codestar-connections:GetConnectionToken",
    "codestar-connections:GetIndividualAccessToken",
    "cognito-identity:GetCredentialsForIdentity",
    "cognito-identity:GetOpenIdToken",
    "cognito-identity:GetOpenIdTokenForDeveloperIdentity",
    "cognito-idp:AddUserPoolClientSecret",
    "connect:AdminGetEmergencyAccessToken",
    "connect:GetFederationToken",
    "datazone:GetDomainExecutionRoleCredentials",
    "datazone:GetEnvironmentCredentials",
    "deadline:AssumeFleetRoleForRead",
    "deadline:AssumeFleetRoleForWorker",
    "deadline:AssumeQueueRoleForRead",
    "deadline:AssumeQueueRoleForUser",
    "deadline:AssumeQueueRoleForWorker",
    "ec2:CreateKeyPair",
    "ec2:GetPasswordData",
    "eks-auth:AssumeRoleForPodIdentity",
    "elasticmapreduce:GetClusterSessionCredentials",
    "emr-containers:GetManagedEndpointSessionCredentials",
    "events:RetrieveConnectionCredentials",
    "finspace-api:GetProgrammaticAccessCredentials",
    "gamelift:GetComputeAccess",
    "gamelift:GetComputeAuthToken",
    "gamelift:GetInstanceAccess",
    "gamelift:RequestUploadCredentials",
    "grafana:CreateWorkspaceApiKey",
    "grafana:CreateWorkspaceServiceAccountToken",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateServiceSpecificCredential",
    "iam:ResetServiceSpecificCredential",
    "iam:UpdateLoginProfile",
    "iot:CreateKeysAndCertificate",
    "iot:CreateProvisioningClaim",
    "ivs:CreateParticipantToken",
    "ivschat:CreateChatToken",
    "lakeformation:GetDataAccess",
    "lakeformation:GetTemporaryGluePartitionCredentials",
    "lakeformation:GetTemporaryGlueTableCredentials",
    "lambda:CreateMicrovmAuthToken",
    "lambda:CreateMicrovmShellAuthToken",
    "license-manager:GetAccessToken",
    "lightsail:CreateBucketAccessKey",
    "lightsail:CreateKeyPair",
    "lightsail:DownloadDefaultKeyPair",
    "lightsail:GetBucketAccessKeys",
    "lightsail:GetInstanceAccessDetails",
    "lightsail:GetRelationalDatabaseMasterUserPassword",
    "mediapackage:RotateChannelCredentials",
    "mediapackage:RotateIngestEndpointCredentials",
    "redshift-serverless:GetCredentials",
    "redshift:GetClusterCredentials",
    "redshift:GetClusterCredentialsWithIAM",
    "s3:GetDataAccess",
    "ssm:GetAccessToken",
    "sso-directory:CreateBearerToken",
    "sso-oauth:CreateTokenWithIAM",
    "sts:AssumeRoot",
    "sts:GetDelegatedAccessToken",
    "sts:GetFederationToken",
    "wafv2:CreateAPIKey",
    "workmail:AssumeImpersonationRole",
)
"""Answers that hold a password, key, certificate or token of somebody or something else, or one that outlives the
session; a password the caller sets himself is one too. Not here: sts:AssumeRole (escalation follows the roles),
stored secrets (data-exfiltration), rds-db:connect (the token is signed locally), pre-signed links to consoles.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

_OF_USERS = tuple(action for action in OTHERS_POWER if action.startswith("iam:"))
_WELL_KNOWN = (
    *_OF_USERS,
    "sts:GetFederationToken",
    "ec2:GetPasswordData",
    "redshift:GetClusterCredentials",
    "eks-auth:AssumeRoleForPodIdentity",
    "lightsail:DownloadDefaultKeyPair",
)
_SENTENCE = "May obtain credentials"

_OWN_POWER_REMEDY = (
    "Nothing to narrow where AWS knows no resource for the action: such a token can do what the role can, no more. "
    "Leave the permission out where no client needs it."
)


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield, per fate, the actions that answer with credentials and are allowed on any resource."""
    found = find_named_actions(estate, OWN_POWER + OTHERS_POWER, _SENTENCE, _WELL_KNOWN)
    found = with_iam_actions(estate, found, {"user": _OF_USERS}, _SENTENCE, _WELL_KNOWN)
    for finding in found:
        if set(finding.detail) <= set(OWN_POWER):
            yield finding._replace(severity="low", remedy=_OWN_POWER_REMEDY)
        else:
            yield finding


CHECK = Check(
    id="credentials-exposure",
    title="Obtains credentials",
    group="Permissions",
    severity="high",
    why="Keys, passwords and tokens leave with the answer and work from anywhere, past this role's own limits and "
    "after its session has ended.",
    remedy="Name the user, database, pool or instance whose credentials the role needs, or remove the action.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-workloads-use-roles",
    find=find,
)
