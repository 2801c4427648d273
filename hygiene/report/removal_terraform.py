"""Terraform hints for the unused roles of an account: text to copy from, which Terraform does not load by itself.

https://developer.hashicorp.com/terraform/language/block/removed and …/import
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.report.removal_script import NOBODY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hygiene.model import Removal, ReviewFacts


def terraform_hints(
    account_id: str, roles: Sequence[Removal], facts: ReviewFacts, spared: Mapping[str, str] = NOBODY
) -> str:
    """Return the hints of one account, roles in the given order; `spared` as in `removal_script`."""
    lines = [*_header(account_id, roles, facts), *_left_out(spared)]
    for number, role in enumerate(roles, start=1):
        lines += ["", *_role(number, role)]
    return "\n".join([*lines, ""])


def _header(account_id: str, roles: Sequence[Removal], facts: ReviewFacts) -> Iterator[str]:
    yield f"# {len(roles)} unused roles of account {account_id}, by the review {_text(facts.review_id)}."
    yield "# Save and quarantine each first (the script beside this file), wait, and ask the owner. Then either:"
    yield "#   A. The role is in your Terraform code: take its resources out of it; the plan shows the deletion."
    yield "#   B. Somebody else deletes it: a removed block makes Terraform forget the role without touching it."
    yield "#   C. It is in no code: import it, where `terraform plan -generate-config-out=imported.tf` writes the"
    yield "#      resources; apply, take imported.tf and the import blocks out again, and apply the deletion."
    yield "# import blocks need Terraform 1.5, removed blocks 1.7."
    yield "# The names role_1, role_2, … are ours; put those of your code in their place."


def _left_out(spared: Mapping[str, str]) -> Iterator[str]:
    if spared:
        yield f"# Left out, though unused ({len(spared)}):"
    for role_arn in sorted(spared):
        yield f"#   {_text(role_arn)}: {_text(spared[role_arn])}"


def _role(number: int, role: Removal) -> Iterator[str]:
    name = f"role_{number}"
    yield f"# {number}. {_text(role.role_arn)}"
    yield "# B"
    yield f"removed {{\n  from = aws_iam_role.{name}\n  lifecycle {{\n    destroy = false\n  }}\n}}"
    yield "# C"
    yield _import(f"aws_iam_role.{name}", role.role_name)
    for index, policy in enumerate(role.inline_policies, start=1):
        yield _import(f"aws_iam_role_policy.{name}_{index}", f"{role.role_name}:{policy}")
    for index, arn in enumerate(role.attached_policy_arns, start=1):
        yield _import(f"aws_iam_role_policy_attachment.{name}_{index}", f"{role.role_name}/{arn}")
    for index, profile in enumerate(role.instance_profiles, start=1):
        yield _import(f"aws_iam_instance_profile.{name}_{index}", profile)


def _import(address: str, identity: str) -> str:
    return f"import {{\n  to = {address}\n  id = {_text(identity)}\n}}"


def _text(value: str) -> str:
    """Return the value as a Terraform text on one line; `${` and `%{` would begin an expression there.

    https://developer.hashicorp.com/terraform/language/expressions/strings
    """
    escaped = "".join(map(_escaped, value.encode("utf-8", "replace").decode()))
    return '"' + escaped.replace("${", "$${").replace("%{", "%%{") + '"'


def _escaped(character: str) -> str:
    if character in ('"', "\\"):
        return f"\\{character}"
    if " " <= character <= "~":
        return character
    # JSON's \b and \f, and its pairs for what is beyond four digits, are none of Terraform's.
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"
