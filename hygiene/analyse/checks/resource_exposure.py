"""Roles that may open a resource to others: by its own policy, an ACL, a grant or a share."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hygiene.analyse.check import Check, Finding, Thresholds
from hygiene.analyse.iam_scope import with_iam_actions
from hygiene.analyse.named_actions import find_named_actions
from hygiene.policy.actions import catalogue
from hygiene.policy.wildcards import glob

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.analyse.estate import Estate

SHARING = (
    # The names AWS gives the operation in dozens of services; new ones follow them.
    "*:AddPermission",
    "*:CreateResourcePolicy",
    "*:PutPermission",
    "*:PutResourcePolicy",
    "*:UpdateResourcePolicy",
    "acm-pca:CreatePermission",
    "acm-pca:PutPolicy",
    "aiops:PutInvestigationGroupPolicy",
    "aoss:CreateAccessPolicy",
    "aoss:UpdateAccessPolicy",
    "apigateway:PutPortalProductSharingPolicy",
    "apigateway:UpdateDomainNameManagementPolicy",
    "apigateway:UpdateDomainNamePolicy",
    "apigateway:UpdateRestApiPolicy",
    "appmesh:PutMeshPolicy",
    "appstream:UpdateImagePermissions",
    "backup:PutBackupVaultAccessPolicy",
    "backup:PutBackupVaultSharingPolicy",
    "cloudsearch:UpdateServiceAccessPolicies",
    "cloudwatch:CreateAccessGrant",
    "codeartifact:PutDomainPermissionsPolicy",
    "codeartifact:PutRepositoryPermissionsPolicy",
    "codeguru-profiler:PutPermission",
    "datazone:AddPolicyGrant",
    "datazone:PutDomainSharingPolicy",
    "ds:ShareDirectory",
    "dsql:PutClusterPolicy",
    "ec2:CreateCoipPoolPermission",
    "ec2:CreateLocalGatewayRouteTablePermission",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DisableImageBlockPublicAccess",
    "ec2:DisableSnapshotBlockPublicAccess",
    "ec2:ModifyFpgaImageAttribute",
    "ec2:ModifyImageAttribute",
    "ec2:ModifySnapshotAttribute",
    "ec2:ModifyVerifiedAccessEndpointPolicy",
    "ec2:ModifyVerifiedAccessGroupPolicy",
    "ec2:ModifyVpcEndpointServicePermissions",
    "ecr-public:SetRepositoryPolicy",
    "ecr:PutRegistryPolicy",
    "ecr:SetRepositoryPolicy",
    "eks:AssociateAccessPolicy",
    "eks:CreateAccessEntry",
    "elasticfilesystem:PutFileSystemPolicy",
    "elasticmapreduce:PutBlockPublicAccessConfiguration",
    "elasticmapreduce:PutWorkspaceAccess",
    "entityresolution:AddPolicyStatement",
    "entityresolution:PutPolicy",
    "es:AuthorizeVpcEndpointAccess",
    "es:UpdateDomainConfig",
    "es:UpdateElasticsearchDomainConfig",
    "fsx:ManageBackupPrincipalAssociations",
    "glacier:SetVaultAccessPolicy",
    "globalaccelerator:CreateCrossAccountAttachment",
    "globalaccelerator:UpdateCrossAccountAttachment",
    "iam:UpdateAssumeRolePolicy",
    "imagebuilder:Put*Policy",
    "iot:AttachPolicy",
    "iot:AttachPrincipalPolicy",
    "iotsitewise:CreateAccessPolicy",
    "iotsitewise:UpdateAccessPolicy",
    "kafka:PutClusterPolicy",
    "kms:CreateGrant",
    "kms:PutKeyPolicy",
    "lakeformation:BatchGrantPermissions",
    "lakeformation:GrantPermissions",
    "lakeformation:PutDataLakeSettings",
    "lambda:AddLayerVersionPermission",
    "lambda:CreateFunctionUrlConfig",
    "lambda:UpdateFunctionUrlConfig",
    "lightsail:SetResourceAccessForBucket",
    "lightsail:UpdateBucket",
    "logs:PutDeliveryDestinationPolicy",
    "logs:PutDestinationPolicy",
    "mediapackagev2:PutChannelPolicy",
    "mediapackagev2:PutOriginEndpointPolicy",
    "mediastore:PutContainerPolicy",
    "mediatailor:PutChannelPolicy",
    "oam:PutSinkPolicy",
    "omics:CreateShare",
    "omics:PutS3AccessPolicy",
    "quicksight:Update*Permissions",
    "ram:AssociateResourceShare",
    "ram:AssociateResourceSharePermission",
    "ram:CreateResourceShare",
    "ram:EnableSharingWithAwsOrganization",
    "ram:UpdateResourceShare",
    "rds:ModifyDBClusterSnapshotAttribute",
    "rds:ModifyDBSnapshotAttribute",
    "redshift:AuthorizeDataShare",
    "redshift:AuthorizeEndpointAccess",
    "redshift:AuthorizeSnapshotAccess",
    "rekognition:PutProjectPolicy",
    "resource-groups:PutGroupPolicy",
    "route53profiles:PutProfilePolicy",
    "route53resolver:Put*Policy",
    "s3-outposts:PutAccessPointPolicy",
    "s3-outposts:PutBucketPolicy",
    "s3-outposts:PutObjectAcl",
    "s3:CreateAccessGrant",
    "s3:PutAccessGrantsInstanceResourcePolicy",
    "s3:PutAccessPointPolicy",
    "s3:PutAccessPointPolicyForObjectLambda",
    "s3:PutAccessPointPublicAccessBlock",
    "s3:PutAccountPublicAccessBlock",
    "s3:PutBucketAcl",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutMultiRegionAccessPointPolicy",
    "s3:PutObjectAcl",
    "s3:PutObjectVersionAcl",
    "s3express:PutAccessPointPolicy",
    "s3express:PutBucketPolicy",
    "s3files:PutFileSystemPolicy",
    "s3tables:PutTableBucketPolicy",
    "s3tables:PutTablePolicy",
    "s3vectors:PutVectorBucketPolicy",
    "sagemaker:PutLineageGroupPolicy",
    "sagemaker:PutModelPackageGroupPolicy",
    "serverlessrepo:PutApplicationPolicy",
    "servicecatalog:CreatePortfolioShare",
    "servicecatalog:UpdatePortfolioShare",
    "ses:CreateEmailIdentityPolicy",
    "ses:PutIdentityPolicy",
    "ses:UpdateEmailIdentityPolicy",
    "signer:AddProfilePermission",
    "sns:SetTopicAttributes",
    "sqs:SetQueueAttributes",
    "ssm-contacts:PutContactPolicy",
    "ssm-sap:PutResourcePermission",
    "ssm:ModifyDocumentPermission",
    "vpc-lattice:PutAuthPolicy",
    "waf-regional:PutPermissionPolicy",
    "waf:PutPermissionPolicy",
    "wafv2:PutPermissionPolicy",
    "workspaces:UpdateConnectionAliasPermission",
    "workspaces:UpdateWorkspaceImagePermission",
)
"""What sets a resource policy, an ACL, a grant or a share, whatever access level AWS files it under: AWS's own level
for ec2:ModifyImageAttribute and for many a PutResourcePolicy is Write. Opening a network is not in the list.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-resources.html
"""

_NOT_SHARING = (
    # Take access away, or only look.
    *(f"*:{verb}*" for verb in ("Abort", "Delete", "Deny", "Deauthorize", "Describe", "Detach", "Disassociate")),
    *(f"*:{verb}*" for verb in ("Dissociate", "Get", "List", "Reject", "Remove", "Reset", "Retire", "Revoke")),
    *(f"*:{verb}*" for verb in ("Search", "Validate", "View")),
    # Filed under Permissions management, but about logs, firewalls, organizations' settings or using a resource.
    "*:*ServiceAccessForOrganization",
    "*:*AccessForOrganization",
    "*:*OrganizationServiceAccessUpdate",
    "*:AllowVendedLogDeliveryForResource",
    "*:SetWebACL",
    "cloudformation:SetStackPolicy",
    "ds:AccessDSData",
    "greengrass:AssociateServiceRoleToAccount",
    "iotfleetwise:GenerateCommandPayload",
    "license-manager:UpdateServiceSettings",
    "managedblockchain:*",
    "opensearch:*",
    "opsworks:UpdateUserProfile",
    "rds-db:connect",
    "xray:PutEncryptionConfig",
)

_ABOUT_PRINCIPALS = ("iam", "organizations", "sso")
"""Their Permissions management is about what principals may do, which other checks judge; SHARING names the rest."""

_WELL_KNOWN = (
    "s3:PutBucketPolicy",
    "kms:PutKeyPolicy",
    "iam:UpdateAssumeRolePolicy",
    "ram:CreateResourceShare",
    "lambda:AddPermission",
    "secretsmanager:PutResourcePolicy",
    "ec2:ModifySnapshotAttribute",
    "rds:ModifyDBSnapshotAttribute",
    "s3:PutBucketAcl",
    "kms:CreateGrant",
    "s3:PutObjectAcl",
    "ecr:SetRepositoryPolicy",
    "sns:AddPermission",
    "sqs:AddPermission",
)
_SENTENCE = "May open any resource to others"


@cache
def sharing_actions() -> tuple[str, ...]:
    """Return the names in SHARING, and all of AWS's Permissions management in services SHARING does not know."""
    actions = catalogue()
    named = actions.mask(SHARING)
    others = actions.level("Permissions management")
    for service in (*actions.services_in(named), *_ABOUT_PRINCIPALS):
        others &= ~actions.services.get(service, 0)
    left_out = [glob(pattern.lower()).fullmatch for pattern in _NOT_SHARING]
    sharing = [name for name in actions.names_in(others) if not any(match(name.lower()) for match in left_out)]
    return tuple(actions.names_in(named | actions.mask(tuple(sharing))))


def find(estate: Estate, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 (this check has none)
    """Yield, per fate, the sharing actions a role may use on any resource."""
    found = find_named_actions(estate, sharing_actions(), _SENTENCE, _WELL_KNOWN)
    yield from with_iam_actions(estate, found, {"role": ("iam:UpdateAssumeRolePolicy",)}, _SENTENCE, _WELL_KNOWN)


CHECK = Check(
    id="resource-exposure",
    title="Opens any resource to others",
    group="Permissions",
    severity="high",
    why="One call makes a bucket, key, queue or snapshot readable for another account or for everybody; the data then "
    "leaves without a trace in this account's IAM.",
    remedy="Name the resources whose policy the role manages; let an SCP or S3 Block Public Access set the outer limit.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html",
    find=find,
)
