# role-hygiene: the read-only role of one reviewed account; what reader-role.yaml makes with CloudFormation.
#
# Give it an `aws` provider for each account, or deploy reader-role.yaml from Terraform with aws_cloudformation_stack_set.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "hub_account_id" {
  type        = string
  description = "The account that role-hygiene runs in."

  validation {
    condition     = can(regex("^\\d{12}$", var.hub_account_id))
    error_message = "Write the 12 digits of an account id."
  }
}

variable "hub_role_name" {
  type        = string
  description = "The role that role-hygiene runs with, with its path where it has one; * and ? are wildcards."
  default     = "role-hygiene-hub"

  validation {
    condition     = can(regex("^[\\w+=,.@/*?-]*\\w[\\w+=,.@/*?-]*$", var.hub_role_name))
    error_message = "Write a role name, not an ARN."
  }
}

variable "organization_id" {
  type        = string
  description = "Recommended. Only principals of this organization may enter, such as o-exampleorgid. Empty: not asked for."
  default     = ""

  validation {
    condition     = can(regex("^(o-[a-z0-9]{10,32})?$", var.organization_id))
    error_message = "Write an organization id such as o-exampleorgid, or leave it empty."
  }
}

variable "external_id" {
  type        = string
  description = "Only where a third party runs role-hygiene for several customers; as [aws] external_id. Empty: not asked for."
  default     = ""
}

variable "role_name" {
  type        = string
  description = "The same in every account; [aws] role_name of the configuration."
  default     = "role-hygiene-reader"
}

variable "owner" {
  type        = string
  description = "Who answers for this role; the value of its tag \"owner\", so that the review finds an owner here too."
  default     = "security-team"
}

data "aws_partition" "current" {}

locals {
  hub = "arn:${data.aws_partition.current.partition}:iam::${var.hub_account_id}"
  text_conditions = merge(
    var.organization_id == "" ? {} : { "aws:PrincipalOrgID" = var.organization_id },
    var.external_id == "" ? {} : { "sts:ExternalId" = var.external_id },
  )
}

resource "aws_iam_role" "reader" {
  name                 = var.role_name
  description          = "role-hygiene reads IAM roles and their use here, for the periodic review. It changes nothing."
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # The account is named and the role pinned by condition: naming the role itself fails where it does not exist yet,
      # and stops working without a word when it is made again.
      Sid       = "OnlyTheHubRole"
      Effect    = "Allow"
      Principal = { AWS = "${local.hub}:root" }
      Action    = "sts:AssumeRole"
      Condition = merge(
        { ArnEquals = { "aws:PrincipalArn" = "${local.hub}:role/${var.hub_role_name}" } },
        length(local.text_conditions) == 0 ? {} : { StringEquals = local.text_conditions },
      )
    }]
  })

  tags = {
    application = "role-hygiene"
    owner       = var.owner
  }
}

resource "aws_iam_role_policy" "read_roles" {
  name = "read-roles"
  role = aws_iam_role.reader.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Exactly what hygiene/collect/operations.py calls; a test holds the two against each other.
        Sid    = "ReadRolesAndTheirUse"
        Effect = "Allow"
        Action = [
          "account:GetAlternateContact",
          "cloudtrail:LookupEvents",
          "ec2:DescribeRegions",
          "iam:GenerateCredentialReport",
          "iam:GenerateServiceLastAccessedDetails",
          "iam:GetAccountAuthorizationDetails",
          "iam:GetAccountSummary",
          "iam:GetCredentialReport",
          "iam:GetOpenIDConnectProvider",
          "iam:GetRole",
          "iam:GetSAMLProvider",
          "iam:GetServiceLastAccessedDetails",
          "iam:ListOpenIDConnectProviders",
          "iam:ListRoles",
          "iam:ListSAMLProviders",
        ]
        Resource = "*"
      },
      {
        # Nothing above writes. This is for the eye, and for whoever attaches a second policy later.
        Sid    = "NeverChangeIam"
        Effect = "Deny"
        Action = [
          "iam:Add*",
          "iam:Attach*",
          "iam:Create*",
          "iam:Delete*",
          "iam:Detach*",
          "iam:Put*",
          "iam:Remove*",
          "iam:Set*",
          "iam:Tag*",
          "iam:Untag*",
          "iam:Update*",
        ]
        Resource = "*"
      },
    ]
  })
}

output "role_arn" {
  description = "The role that role-hygiene assumes in this account."
  value       = aws_iam_role.reader.arn
}
