"""The removal script of an account: for each unused role the steps to save, to quarantine, and then to delete it.

Run as it is, the script explains itself and changes nothing. A person names a step; deleting is commented out, too.
Sessions in use are cut off as IAM's own console does it:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from hygiene.report.shell import option, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hygiene.model import Removal, ReviewFacts

WAITING_DAYS = 30
"""Between quarantine and deletion: a monthly job shows itself in this time."""

NOBODY: Mapping[str, str] = MappingProxyType({})

QUARANTINE, REVOKE = "role-hygiene-quarantine", "role-hygiene-revoke-older-sessions"

_DENY_ALL = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
_DENY_OLDER = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*",'
    '"Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}'
)


def removal_script(
    account_id: str, roles: Sequence[Removal], facts: ReviewFacts, spared: Mapping[str, str] = NOBODY
) -> str:
    """Return the script as text. `roles`: those of one account, in the order they are numbered in.

    `spared`: ARN of a role that is unused and stays → why; the head names them.
    """
    lines = [*_header(account_id, roles, facts), *_left_out(spared), *_common(account_id)]
    for number, role in enumerate(roles, start=1):
        lines += ["", *_role(number, role, facts)]
    return "\n".join([*lines, "", *_footer(roles), ""])


def _header(account_id: str, roles: Sequence[Removal], facts: ReviewFacts) -> Iterator[str]:
    yield "#!/usr/bin/env bash"
    yield f"# Removing unused roles of account {account_id} ({len(roles)} of them); review {word(facts.review_id)}."
    yield "#"
    yield "# For people. The review never changes IAM, and this file does nothing when it is run without a step:"
    yield "#   1. save_N        writes everything about role N into files; changes nothing at AWS"
    yield "#   2. quarantine_N  denies the role everything, and cuts off its sessions for good"
    yield "#      release_N     gives it back to new sessions; the older ones stay cut off"
    yield f"#   3. delete_N      is commented out. Wait {WAITING_DAYS} days, ask the owner, then take the '# ' away;"
    yield "#                   it stops where the role was used after it was saved, be it in vain"
    yield "# No reference and no use is no proof that nobody needs a role: yearly jobs and emergencies come late."


def _left_out(spared: Mapping[str, str]) -> Iterator[str]:
    if spared:
        yield f"# Left out, though unused ({len(spared)}):"
    for role_arn in sorted(spared):
        yield f"#   {word(role_arn)}: {word(spared[role_arn])}"


def _common(account_id: str) -> Iterator[str]:
    yield "set -euo pipefail"
    yield "umask 077"
    yield "export AWS_PAGER=''"
    yield f"account={account_id}"
    yield 'saved="${SAVED:-saved-$account}"'
    yield ""
    yield "stop() { printf '%s\\n' \"$*\" >&2; exit 1; }"
    # An id of another shape is no answer of IAM, and proves nothing against the role.
    yield "is_reviewed() {"
    yield '  local id; id=$(aws iam get-role --role-name="$1" --query=Role.RoleId --output=text)'
    made_anew = "Role $1 was made anew since the review, so it is another role: review it first."
    yield f'  [[ "$id" != AROA* || "$id" = "$2" ]] || stop "{made_anew}"'
    yield "}"
    yield 'is_saved() { [ -e "$saved/$2/complete" ] || stop "Role $1 is not saved yet: run save_$1 first."; }'
    yield "last_used() {"
    yield '  aws iam get-role --role-name="$1" --query=Role.RoleLastUsed.LastUsedDate --output=text'
    yield "}"
    yield "is_idle() {"
    yield '  local used; used=$(last_used "$1")'
    used = (
        "Role $1 was used at $used, and it was saved before: somebody needs it. If not, save it again and wait anew."
    )
    yield f'  [ "$used" = "$(< "$saved/$2/last-used.txt")" ] || stop "{used}"'
    yield "}"
    # What is there now, not what the review saw: an inline policy may have come since.
    yield "save_inline() {"
    yield "  local number=0 name names"
    yield '  names=$(aws iam list-role-policies --role-name="$1" "--query=PolicyNames[].[@]" --output=text)'
    yield "  while IFS= read -r name; do"
    yield '    [ -n "$name" ] || continue'
    yield "    number=$((number + 1))"
    read = 'aws iam get-role-policy --role-name="$1" --policy-name="$name" --output=json'
    yield f'    {read} > "$saved/$2/inline-$number.json"'
    yield '  done <<< "$names"'
    yield "}"


def _role(number: int, role: Removal, facts: ReviewFacts) -> Iterator[str]:
    yield f"# {number}. {word(role.role_arn)}"
    for resource in role.references:
        yield f"#    BREAKS, as AWS Config says: {word(resource)}"
    yield from _function(f"save_{number}", _save(role, facts))
    yield from _function(f"quarantine_{number}", _quarantine(number, role, facts))
    yield from _function(f"release_{number}", _release(role))
    earliest = facts.as_of + timedelta(days=WAITING_DAYS)
    yield f"# Not before {earliest:%Y-%m-%d}, and {WAITING_DAYS} days after the quarantine:"
    yield from (f"# {line}" for line in _function(f"delete_{number}", _delete(number, role, facts)))


def _function(name: str, body: Iterator[str]) -> Iterator[str]:
    yield f"{name}() {{"
    yield from (f"  {line}" for line in body)
    yield "}"


def _iam(command: str, role: Removal, *options: str) -> str:
    return " ".join(("aws iam", command, option("role-name", role.role_name), *options))


def _folder(role: Removal, facts: ReviewFacts) -> str:
    """Return where a role is saved: numbers are given anew in every review, and must not pass for another role's."""
    digest = hashlib.sha256(f"{role.role_arn} {role.role_id}".encode("utf-8", "surrogatepass")).hexdigest()[:8]
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", role.role_name)[:64].strip("-")
    return f"{facts.quarter}-{readable or 'role'}-{digest}"


def _save(role: Removal, facts: ReviewFacts) -> Iterator[str]:
    """Save what is there now, not what the review saw: lists are read again, and every inline policy of today."""
    name = _folder(role, facts)
    folder = f'"$saved/{name}"'
    yield f"mkdir -p -- {folder}"
    yield f"rm -f -- {folder}/complete"
    # Trust policy, permissions boundary, description, path and longest session are all in the role itself.
    yield f"{_iam('get-role', role, '--output=json')} > {folder}/role.json"
    yield f"{_iam('list-role-tags', role, '--output=json')} > {folder}/tags.json"
    yield f"{_iam('list-attached-role-policies', role, '--output=json')} > {folder}/attached-policies.json"
    yield f"{_iam('list-instance-profiles-for-role', role, '--output=json')} > {folder}/instance-profiles.json"
    yield f"{_iam('list-role-policies', role, '--output=json')} > {folder}/inline-policies.json"
    yield f"save_inline {word(role.role_name)} {name}"
    if role.permissions_boundary:
        yield f"printf '%s\\n' {word(role.permissions_boundary)} > {folder}/permissions-boundary.txt"
    yield f"last_used {word(role.role_name)} > {folder}/last-used.txt"
    yield f"touch {folder}/complete"


def _quarantine(number: int, role: Removal, facts: ReviewFacts) -> Iterator[str]:
    yield f"is_saved {number} {_folder(role, facts)}"
    yield from _is_reviewed(role)
    yield _put(role, QUARANTINE, word(_DENY_ALL))
    yield f'older=$(printf {word(_DENY_OLDER)} "$(date -u +%Y-%m-%dT%H:%M:%SZ)")'
    yield _put(role, REVOKE, '"$older"')


def _is_reviewed(role: Removal) -> Iterator[str]:
    if role.role_id:
        yield f"is_reviewed {word(role.role_name)} {word(role.role_id)}"


def _put(role: Removal, name: str, document: str) -> str:
    return _iam("put-role-policy", role, option("policy-name", name), f"--policy-document {document}")


def _release(role: Removal) -> Iterator[str]:
    # Older sessions stay cut off: whoever still needs the role gets a new one.
    yield _iam("delete-role-policy", role, option("policy-name", QUARANTINE))


def _delete(number: int, role: Removal, facts: ReviewFacts) -> Iterator[str]:
    yield f"is_saved {number} {_folder(role, facts)}"
    yield from _is_reviewed(role)
    yield f"is_idle {word(role.role_name)} {_folder(role, facts)}"
    for profile in role.instance_profiles:
        yield _iam("remove-role-from-instance-profile", role, option("instance-profile-name", profile))
    for arn in role.attached_policy_arns:
        yield _iam("detach-role-policy", role, option("policy-arn", arn))
    for name in (*role.inline_policies, QUARANTINE, REVOKE):
        yield _iam("delete-role-policy", role, option("policy-name", name))
    yield _iam("delete-role", role)


def _footer(roles: Sequence[Removal]) -> Iterator[str]:
    yield "usage() {"
    yield "  cat <<'STEPS'"
    yield "Name a step: save_N, quarantine_N or release_N; delete_N once you have uncommented it. The roles:"
    yield from (f"{number:>5}  {word(role.role_name)}" for number, role in enumerate(roles, start=1))
    yield "STEPS"
    yield "}"
    yield ""
    yield 'step="${1:-}"'
    yield r'[[ "$step" =~ ^(save|quarantine|release|delete)_[0-9]+$ ]] || { usage; exit 0; }'
    yield 'declare -F "$step" > /dev/null || stop "No step $step here; delete_N has to be uncommented first."'
    yield "caller=$(aws sts get-caller-identity --query=Account --output=text)"
    yield '[ "$caller" = "$account" ] || stop "These credentials are for account $caller, not for $account."'
    yield '"$step"'
