#!/usr/bin/env bash
# Removing unused roles of account 555566667777 (2 of them); review o-northwind1-2026-Q4.
#
# For people. The review never changes IAM, and this file does nothing when it is run without a step:
#   1. save_N        writes everything about role N into files; changes nothing at AWS
#   2. quarantine_N  denies the role everything, and cuts off its sessions for good
#      release_N     gives it back to new sessions; the older ones stay cut off
#   3. delete_N      is commented out. Wait 30 days, ask the owner, then take the '# ' away;
#                   it stops where the role was used after it was saved, be it in vain
# No reference and no use is no proof that nobody needs a role: yearly jobs and emergencies come late.
set -euo pipefail
umask 077
export AWS_PAGER=''
account=555566667777
saved="${SAVED:-saved-$account}"

stop() { printf '%s\n' "$*" >&2; exit 1; }
is_reviewed() {
  local id; id=$(aws iam get-role --role-name="$1" --query=Role.RoleId --output=text)
  [[ "$id" != AROA* || "$id" = "$2" ]] || stop "Role $1 was made anew since the review, so it is another role: review it first."
}
is_saved() { [ -e "$saved/$2/complete" ] || stop "Role $1 is not saved yet: run save_$1 first."; }
last_used() {
  aws iam get-role --role-name="$1" --query=Role.RoleLastUsed.LastUsedDate --output=text
}
is_idle() {
  local used; used=$(last_used "$1")
  [ "$used" = "$(< "$saved/$2/last-used.txt")" ] || stop "Role $1 was used at $used, and it was saved before: somebody needs it. If not, save it again and wait anew."
}
save_inline() {
  local number=0 name names
  names=$(aws iam list-role-policies --role-name="$1" "--query=PolicyNames[].[@]" --output=text)
  while IFS= read -r name; do
    [ -n "$name" ] || continue
    number=$((number + 1))
    aws iam get-role-policy --role-name="$1" --policy-name="$name" --output=json > "$saved/$2/inline-$number.json"
  done <<< "$names"
}

# 1. arn:aws:iam::555566667777:role/nwa-budget-stop
save_1() {
  mkdir -p -- "$saved/2026-Q4-nwa-budget-stop-983215ad"
  rm -f -- "$saved/2026-Q4-nwa-budget-stop-983215ad"/complete
  aws iam get-role --role-name=nwa-budget-stop --output=json > "$saved/2026-Q4-nwa-budget-stop-983215ad"/role.json
  aws iam list-role-tags --role-name=nwa-budget-stop --output=json > "$saved/2026-Q4-nwa-budget-stop-983215ad"/tags.json
  aws iam list-attached-role-policies --role-name=nwa-budget-stop --output=json > "$saved/2026-Q4-nwa-budget-stop-983215ad"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=nwa-budget-stop --output=json > "$saved/2026-Q4-nwa-budget-stop-983215ad"/instance-profiles.json
  aws iam list-role-policies --role-name=nwa-budget-stop --output=json > "$saved/2026-Q4-nwa-budget-stop-983215ad"/inline-policies.json
  save_inline nwa-budget-stop 2026-Q4-nwa-budget-stop-983215ad
  last_used nwa-budget-stop > "$saved/2026-Q4-nwa-budget-stop-983215ad"/last-used.txt
  touch "$saved/2026-Q4-nwa-budget-stop-983215ad"/complete
}
quarantine_1() {
  is_saved 1 2026-Q4-nwa-budget-stop-983215ad
  is_reviewed nwa-budget-stop AROAWJXQU3JI57KB25X2L
  aws iam put-role-policy --role-name=nwa-budget-stop --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=nwa-budget-stop --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_1() {
  aws iam delete-role-policy --role-name=nwa-budget-stop --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_1() {
#   is_saved 1 2026-Q4-nwa-budget-stop-983215ad
#   is_reviewed nwa-budget-stop AROAWJXQU3JI57KB25X2L
#   is_idle nwa-budget-stop 2026-Q4-nwa-budget-stop-983215ad
#   aws iam delete-role-policy --role-name=nwa-budget-stop --policy-name=stop
#   aws iam delete-role-policy --role-name=nwa-budget-stop --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=nwa-budget-stop --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=nwa-budget-stop
# }

# 2. arn:aws:iam::555566667777:role/nwa-incident-response
save_2() {
  mkdir -p -- "$saved/2026-Q4-nwa-incident-response-6d0678e2"
  rm -f -- "$saved/2026-Q4-nwa-incident-response-6d0678e2"/complete
  aws iam get-role --role-name=nwa-incident-response --output=json > "$saved/2026-Q4-nwa-incident-response-6d0678e2"/role.json
  aws iam list-role-tags --role-name=nwa-incident-response --output=json > "$saved/2026-Q4-nwa-incident-response-6d0678e2"/tags.json
  aws iam list-attached-role-policies --role-name=nwa-incident-response --output=json > "$saved/2026-Q4-nwa-incident-response-6d0678e2"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=nwa-incident-response --output=json > "$saved/2026-Q4-nwa-incident-response-6d0678e2"/instance-profiles.json
  aws iam list-role-policies --role-name=nwa-incident-response --output=json > "$saved/2026-Q4-nwa-incident-response-6d0678e2"/inline-policies.json
  save_inline nwa-incident-response 2026-Q4-nwa-incident-response-6d0678e2
  last_used nwa-incident-response > "$saved/2026-Q4-nwa-incident-response-6d0678e2"/last-used.txt
  touch "$saved/2026-Q4-nwa-incident-response-6d0678e2"/complete
}
quarantine_2() {
  is_saved 2 2026-Q4-nwa-incident-response-6d0678e2
  is_reviewed nwa-incident-response AROALXB5MZKPM5CRN6CFF
  aws iam put-role-policy --role-name=nwa-incident-response --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=nwa-incident-response --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_2() {
  aws iam delete-role-policy --role-name=nwa-incident-response --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_2() {
#   is_saved 2 2026-Q4-nwa-incident-response-6d0678e2
#   is_reviewed nwa-incident-response AROALXB5MZKPM5CRN6CFF
#   is_idle nwa-incident-response 2026-Q4-nwa-incident-response-6d0678e2
#   aws iam detach-role-policy --role-name=nwa-incident-response --policy-arn=arn:aws:iam::aws:policy/AdministratorAccess
#   aws iam delete-role-policy --role-name=nwa-incident-response --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=nwa-incident-response --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=nwa-incident-response
# }

usage() {
  cat <<'STEPS'
Name a step: save_N, quarantine_N or release_N; delete_N once you have uncommented it. The roles:
    1  nwa-budget-stop
    2  nwa-incident-response
STEPS
}

step="${1:-}"
[[ "$step" =~ ^(save|quarantine|release|delete)_[0-9]+$ ]] || { usage; exit 0; }
declare -F "$step" > /dev/null || stop "No step $step here; delete_N has to be uncommented first."
caller=$(aws sts get-caller-identity --query=Account --output=text)
[ "$caller" = "$account" ] || stop "These credentials are for account $caller, not for $account."
"$step"
