#!/usr/bin/env bash
# Removing unused roles of account 111122223333 (9 of them); review o-northwind1-2026-Q4.
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
account=111122223333
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

# 1. arn:aws:iam::111122223333:role/break-glass-admin
save_1() {
  mkdir -p -- "$saved/2026-Q4-break-glass-admin-9407623c"
  rm -f -- "$saved/2026-Q4-break-glass-admin-9407623c"/complete
  aws iam get-role --role-name=break-glass-admin --output=json > "$saved/2026-Q4-break-glass-admin-9407623c"/role.json
  aws iam list-role-tags --role-name=break-glass-admin --output=json > "$saved/2026-Q4-break-glass-admin-9407623c"/tags.json
  aws iam list-attached-role-policies --role-name=break-glass-admin --output=json > "$saved/2026-Q4-break-glass-admin-9407623c"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=break-glass-admin --output=json > "$saved/2026-Q4-break-glass-admin-9407623c"/instance-profiles.json
  aws iam list-role-policies --role-name=break-glass-admin --output=json > "$saved/2026-Q4-break-glass-admin-9407623c"/inline-policies.json
  save_inline break-glass-admin 2026-Q4-break-glass-admin-9407623c
  last_used break-glass-admin > "$saved/2026-Q4-break-glass-admin-9407623c"/last-used.txt
  touch "$saved/2026-Q4-break-glass-admin-9407623c"/complete
}
quarantine_1() {
  is_saved 1 2026-Q4-break-glass-admin-9407623c
  is_reviewed break-glass-admin AROA32OFVJOPIQKRERDAL
  aws iam put-role-policy --role-name=break-glass-admin --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=break-glass-admin --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_1() {
  aws iam delete-role-policy --role-name=break-glass-admin --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_1() {
#   is_saved 1 2026-Q4-break-glass-admin-9407623c
#   is_reviewed break-glass-admin AROA32OFVJOPIQKRERDAL
#   is_idle break-glass-admin 2026-Q4-break-glass-admin-9407623c
#   aws iam detach-role-policy --role-name=break-glass-admin --policy-arn=arn:aws:iam::aws:policy/AdministratorAccess
#   aws iam delete-role-policy --role-name=break-glass-admin --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=break-glass-admin --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=break-glass-admin
# }

# 2. arn:aws:iam::111122223333:role/integration-import
save_2() {
  mkdir -p -- "$saved/2026-Q4-integration-import-043787a0"
  rm -f -- "$saved/2026-Q4-integration-import-043787a0"/complete
  aws iam get-role --role-name=integration-import --output=json > "$saved/2026-Q4-integration-import-043787a0"/role.json
  aws iam list-role-tags --role-name=integration-import --output=json > "$saved/2026-Q4-integration-import-043787a0"/tags.json
  aws iam list-attached-role-policies --role-name=integration-import --output=json > "$saved/2026-Q4-integration-import-043787a0"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=integration-import --output=json > "$saved/2026-Q4-integration-import-043787a0"/instance-profiles.json
  aws iam list-role-policies --role-name=integration-import --output=json > "$saved/2026-Q4-integration-import-043787a0"/inline-policies.json
  save_inline integration-import 2026-Q4-integration-import-043787a0
  last_used integration-import > "$saved/2026-Q4-integration-import-043787a0"/last-used.txt
  touch "$saved/2026-Q4-integration-import-043787a0"/complete
}
quarantine_2() {
  is_saved 2 2026-Q4-integration-import-043787a0
  is_reviewed integration-import AROACVZRJWHTYZU7P2XFU
  aws iam put-role-policy --role-name=integration-import --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=integration-import --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_2() {
  aws iam delete-role-policy --role-name=integration-import --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_2() {
#   is_saved 2 2026-Q4-integration-import-043787a0
#   is_reviewed integration-import AROACVZRJWHTYZU7P2XFU
#   is_idle integration-import 2026-Q4-integration-import-043787a0
#   aws iam delete-role-policy --role-name=integration-import --policy-name=import
#   aws iam delete-role-policy --role-name=integration-import --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=integration-import --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=integration-import
# }

# 3. arn:aws:iam::111122223333:role/nwa-budget-stop
save_3() {
  mkdir -p -- "$saved/2026-Q4-nwa-budget-stop-59053a79"
  rm -f -- "$saved/2026-Q4-nwa-budget-stop-59053a79"/complete
  aws iam get-role --role-name=nwa-budget-stop --output=json > "$saved/2026-Q4-nwa-budget-stop-59053a79"/role.json
  aws iam list-role-tags --role-name=nwa-budget-stop --output=json > "$saved/2026-Q4-nwa-budget-stop-59053a79"/tags.json
  aws iam list-attached-role-policies --role-name=nwa-budget-stop --output=json > "$saved/2026-Q4-nwa-budget-stop-59053a79"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=nwa-budget-stop --output=json > "$saved/2026-Q4-nwa-budget-stop-59053a79"/instance-profiles.json
  aws iam list-role-policies --role-name=nwa-budget-stop --output=json > "$saved/2026-Q4-nwa-budget-stop-59053a79"/inline-policies.json
  save_inline nwa-budget-stop 2026-Q4-nwa-budget-stop-59053a79
  last_used nwa-budget-stop > "$saved/2026-Q4-nwa-budget-stop-59053a79"/last-used.txt
  touch "$saved/2026-Q4-nwa-budget-stop-59053a79"/complete
}
quarantine_3() {
  is_saved 3 2026-Q4-nwa-budget-stop-59053a79
  is_reviewed nwa-budget-stop AROAJLNBLAHAJMJARDMUO
  aws iam put-role-policy --role-name=nwa-budget-stop --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=nwa-budget-stop --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_3() {
  aws iam delete-role-policy --role-name=nwa-budget-stop --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_3() {
#   is_saved 3 2026-Q4-nwa-budget-stop-59053a79
#   is_reviewed nwa-budget-stop AROAJLNBLAHAJMJARDMUO
#   is_idle nwa-budget-stop 2026-Q4-nwa-budget-stop-59053a79
#   aws iam delete-role-policy --role-name=nwa-budget-stop --policy-name=stop
#   aws iam delete-role-policy --role-name=nwa-budget-stop --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=nwa-budget-stop --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=nwa-budget-stop
# }

# 4. arn:aws:iam::111122223333:role/nwa-incident-response
save_4() {
  mkdir -p -- "$saved/2026-Q4-nwa-incident-response-ca5dc02f"
  rm -f -- "$saved/2026-Q4-nwa-incident-response-ca5dc02f"/complete
  aws iam get-role --role-name=nwa-incident-response --output=json > "$saved/2026-Q4-nwa-incident-response-ca5dc02f"/role.json
  aws iam list-role-tags --role-name=nwa-incident-response --output=json > "$saved/2026-Q4-nwa-incident-response-ca5dc02f"/tags.json
  aws iam list-attached-role-policies --role-name=nwa-incident-response --output=json > "$saved/2026-Q4-nwa-incident-response-ca5dc02f"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=nwa-incident-response --output=json > "$saved/2026-Q4-nwa-incident-response-ca5dc02f"/instance-profiles.json
  aws iam list-role-policies --role-name=nwa-incident-response --output=json > "$saved/2026-Q4-nwa-incident-response-ca5dc02f"/inline-policies.json
  save_inline nwa-incident-response 2026-Q4-nwa-incident-response-ca5dc02f
  last_used nwa-incident-response > "$saved/2026-Q4-nwa-incident-response-ca5dc02f"/last-used.txt
  touch "$saved/2026-Q4-nwa-incident-response-ca5dc02f"/complete
}
quarantine_4() {
  is_saved 4 2026-Q4-nwa-incident-response-ca5dc02f
  is_reviewed nwa-incident-response AROAI3NQPX76C7KBBNL4C
  aws iam put-role-policy --role-name=nwa-incident-response --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=nwa-incident-response --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_4() {
  aws iam delete-role-policy --role-name=nwa-incident-response --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_4() {
#   is_saved 4 2026-Q4-nwa-incident-response-ca5dc02f
#   is_reviewed nwa-incident-response AROAI3NQPX76C7KBBNL4C
#   is_idle nwa-incident-response 2026-Q4-nwa-incident-response-ca5dc02f
#   aws iam detach-role-policy --role-name=nwa-incident-response --policy-arn=arn:aws:iam::aws:policy/AdministratorAccess
#   aws iam delete-role-policy --role-name=nwa-incident-response --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=nwa-incident-response --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=nwa-incident-response
# }

# 5. arn:aws:iam::111122223333:role/partner-stockholm
save_5() {
  mkdir -p -- "$saved/2026-Q4-partner-stockholm-c9e91bd4"
  rm -f -- "$saved/2026-Q4-partner-stockholm-c9e91bd4"/complete
  aws iam get-role --role-name=partner-stockholm --output=json > "$saved/2026-Q4-partner-stockholm-c9e91bd4"/role.json
  aws iam list-role-tags --role-name=partner-stockholm --output=json > "$saved/2026-Q4-partner-stockholm-c9e91bd4"/tags.json
  aws iam list-attached-role-policies --role-name=partner-stockholm --output=json > "$saved/2026-Q4-partner-stockholm-c9e91bd4"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=partner-stockholm --output=json > "$saved/2026-Q4-partner-stockholm-c9e91bd4"/instance-profiles.json
  aws iam list-role-policies --role-name=partner-stockholm --output=json > "$saved/2026-Q4-partner-stockholm-c9e91bd4"/inline-policies.json
  save_inline partner-stockholm 2026-Q4-partner-stockholm-c9e91bd4
  last_used partner-stockholm > "$saved/2026-Q4-partner-stockholm-c9e91bd4"/last-used.txt
  touch "$saved/2026-Q4-partner-stockholm-c9e91bd4"/complete
}
quarantine_5() {
  is_saved 5 2026-Q4-partner-stockholm-c9e91bd4
  is_reviewed partner-stockholm AROADLQT5QL2IPLZ2Y3FX
  aws iam put-role-policy --role-name=partner-stockholm --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=partner-stockholm --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_5() {
  aws iam delete-role-policy --role-name=partner-stockholm --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_5() {
#   is_saved 5 2026-Q4-partner-stockholm-c9e91bd4
#   is_reviewed partner-stockholm AROADLQT5QL2IPLZ2Y3FX
#   is_idle partner-stockholm 2026-Q4-partner-stockholm-c9e91bd4
#   aws iam delete-role-policy --role-name=partner-stockholm --policy-name=feed
#   aws iam delete-role-policy --role-name=partner-stockholm --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=partner-stockholm --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=partner-stockholm
# }

# 6. arn:aws:iam::111122223333:role/prod-consent-log
#    BREAKS, as AWS Config says: arn:aws:lambda:eu-west-1:111122223333:function:prod-consent-log
save_6() {
  mkdir -p -- "$saved/2026-Q4-prod-consent-log-b4a4fea9"
  rm -f -- "$saved/2026-Q4-prod-consent-log-b4a4fea9"/complete
  aws iam get-role --role-name=prod-consent-log --output=json > "$saved/2026-Q4-prod-consent-log-b4a4fea9"/role.json
  aws iam list-role-tags --role-name=prod-consent-log --output=json > "$saved/2026-Q4-prod-consent-log-b4a4fea9"/tags.json
  aws iam list-attached-role-policies --role-name=prod-consent-log --output=json > "$saved/2026-Q4-prod-consent-log-b4a4fea9"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=prod-consent-log --output=json > "$saved/2026-Q4-prod-consent-log-b4a4fea9"/instance-profiles.json
  aws iam list-role-policies --role-name=prod-consent-log --output=json > "$saved/2026-Q4-prod-consent-log-b4a4fea9"/inline-policies.json
  save_inline prod-consent-log 2026-Q4-prod-consent-log-b4a4fea9
  printf '%s\n' arn:aws:iam::111122223333:policy/WorkloadBoundary > "$saved/2026-Q4-prod-consent-log-b4a4fea9"/permissions-boundary.txt
  last_used prod-consent-log > "$saved/2026-Q4-prod-consent-log-b4a4fea9"/last-used.txt
  touch "$saved/2026-Q4-prod-consent-log-b4a4fea9"/complete
}
quarantine_6() {
  is_saved 6 2026-Q4-prod-consent-log-b4a4fea9
  is_reviewed prod-consent-log AROA2HB5OMEXPVACZY2QP
  aws iam put-role-policy --role-name=prod-consent-log --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=prod-consent-log --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_6() {
  aws iam delete-role-policy --role-name=prod-consent-log --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_6() {
#   is_saved 6 2026-Q4-prod-consent-log-b4a4fea9
#   is_reviewed prod-consent-log AROA2HB5OMEXPVACZY2QP
#   is_idle prod-consent-log 2026-Q4-prod-consent-log-b4a4fea9
#   aws iam detach-role-policy --role-name=prod-consent-log --policy-arn=arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
#   aws iam delete-role-policy --role-name=prod-consent-log --policy-name=access
#   aws iam delete-role-policy --role-name=prod-consent-log --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=prod-consent-log --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=prod-consent-log
# }

# 7. arn:aws:iam::111122223333:role/prod-invoice-renderer
#    BREAKS, as AWS Config says: arn:aws:lambda:eu-west-1:111122223333:function:prod-invoice-renderer
save_7() {
  mkdir -p -- "$saved/2026-Q4-prod-invoice-renderer-1bc47344"
  rm -f -- "$saved/2026-Q4-prod-invoice-renderer-1bc47344"/complete
  aws iam get-role --role-name=prod-invoice-renderer --output=json > "$saved/2026-Q4-prod-invoice-renderer-1bc47344"/role.json
  aws iam list-role-tags --role-name=prod-invoice-renderer --output=json > "$saved/2026-Q4-prod-invoice-renderer-1bc47344"/tags.json
  aws iam list-attached-role-policies --role-name=prod-invoice-renderer --output=json > "$saved/2026-Q4-prod-invoice-renderer-1bc47344"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=prod-invoice-renderer --output=json > "$saved/2026-Q4-prod-invoice-renderer-1bc47344"/instance-profiles.json
  aws iam list-role-policies --role-name=prod-invoice-renderer --output=json > "$saved/2026-Q4-prod-invoice-renderer-1bc47344"/inline-policies.json
  save_inline prod-invoice-renderer 2026-Q4-prod-invoice-renderer-1bc47344
  printf '%s\n' arn:aws:iam::111122223333:policy/WorkloadBoundary > "$saved/2026-Q4-prod-invoice-renderer-1bc47344"/permissions-boundary.txt
  last_used prod-invoice-renderer > "$saved/2026-Q4-prod-invoice-renderer-1bc47344"/last-used.txt
  touch "$saved/2026-Q4-prod-invoice-renderer-1bc47344"/complete
}
quarantine_7() {
  is_saved 7 2026-Q4-prod-invoice-renderer-1bc47344
  is_reviewed prod-invoice-renderer AROAI7MQWYQXJLJJFQQOG
  aws iam put-role-policy --role-name=prod-invoice-renderer --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=prod-invoice-renderer --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_7() {
  aws iam delete-role-policy --role-name=prod-invoice-renderer --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_7() {
#   is_saved 7 2026-Q4-prod-invoice-renderer-1bc47344
#   is_reviewed prod-invoice-renderer AROAI7MQWYQXJLJJFQQOG
#   is_idle prod-invoice-renderer 2026-Q4-prod-invoice-renderer-1bc47344
#   aws iam detach-role-policy --role-name=prod-invoice-renderer --policy-arn=arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
#   aws iam delete-role-policy --role-name=prod-invoice-renderer --policy-name=access
#   aws iam delete-role-policy --role-name=prod-invoice-renderer --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=prod-invoice-renderer --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=prod-invoice-renderer
# }

# 8. arn:aws:iam::111122223333:role/prod-session-cleaner
#    BREAKS, as AWS Config says: arn:aws:lambda:eu-west-1:111122223333:function:prod-session-cleaner
save_8() {
  mkdir -p -- "$saved/2026-Q4-prod-session-cleaner-d38cc9a0"
  rm -f -- "$saved/2026-Q4-prod-session-cleaner-d38cc9a0"/complete
  aws iam get-role --role-name=prod-session-cleaner --output=json > "$saved/2026-Q4-prod-session-cleaner-d38cc9a0"/role.json
  aws iam list-role-tags --role-name=prod-session-cleaner --output=json > "$saved/2026-Q4-prod-session-cleaner-d38cc9a0"/tags.json
  aws iam list-attached-role-policies --role-name=prod-session-cleaner --output=json > "$saved/2026-Q4-prod-session-cleaner-d38cc9a0"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=prod-session-cleaner --output=json > "$saved/2026-Q4-prod-session-cleaner-d38cc9a0"/instance-profiles.json
  aws iam list-role-policies --role-name=prod-session-cleaner --output=json > "$saved/2026-Q4-prod-session-cleaner-d38cc9a0"/inline-policies.json
  save_inline prod-session-cleaner 2026-Q4-prod-session-cleaner-d38cc9a0
  printf '%s\n' arn:aws:iam::111122223333:policy/WorkloadBoundary > "$saved/2026-Q4-prod-session-cleaner-d38cc9a0"/permissions-boundary.txt
  last_used prod-session-cleaner > "$saved/2026-Q4-prod-session-cleaner-d38cc9a0"/last-used.txt
  touch "$saved/2026-Q4-prod-session-cleaner-d38cc9a0"/complete
}
quarantine_8() {
  is_saved 8 2026-Q4-prod-session-cleaner-d38cc9a0
  is_reviewed prod-session-cleaner AROAESWMBZXZSWE2DUGXW
  aws iam put-role-policy --role-name=prod-session-cleaner --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=prod-session-cleaner --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_8() {
  aws iam delete-role-policy --role-name=prod-session-cleaner --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_8() {
#   is_saved 8 2026-Q4-prod-session-cleaner-d38cc9a0
#   is_reviewed prod-session-cleaner AROAESWMBZXZSWE2DUGXW
#   is_idle prod-session-cleaner 2026-Q4-prod-session-cleaner-d38cc9a0
#   aws iam detach-role-policy --role-name=prod-session-cleaner --policy-arn=arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
#   aws iam delete-role-policy --role-name=prod-session-cleaner --policy-name=access
#   aws iam delete-role-policy --role-name=prod-session-cleaner --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=prod-session-cleaner --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=prod-session-cleaner
# }

# 9. arn:aws:iam::111122223333:role/prod-token-issuer
save_9() {
  mkdir -p -- "$saved/2026-Q4-prod-token-issuer-09e15578"
  rm -f -- "$saved/2026-Q4-prod-token-issuer-09e15578"/complete
  aws iam get-role --role-name=prod-token-issuer --output=json > "$saved/2026-Q4-prod-token-issuer-09e15578"/role.json
  aws iam list-role-tags --role-name=prod-token-issuer --output=json > "$saved/2026-Q4-prod-token-issuer-09e15578"/tags.json
  aws iam list-attached-role-policies --role-name=prod-token-issuer --output=json > "$saved/2026-Q4-prod-token-issuer-09e15578"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=prod-token-issuer --output=json > "$saved/2026-Q4-prod-token-issuer-09e15578"/instance-profiles.json
  aws iam list-role-policies --role-name=prod-token-issuer --output=json > "$saved/2026-Q4-prod-token-issuer-09e15578"/inline-policies.json
  save_inline prod-token-issuer 2026-Q4-prod-token-issuer-09e15578
  printf '%s\n' arn:aws:iam::111122223333:policy/WorkloadBoundary > "$saved/2026-Q4-prod-token-issuer-09e15578"/permissions-boundary.txt
  last_used prod-token-issuer > "$saved/2026-Q4-prod-token-issuer-09e15578"/last-used.txt
  touch "$saved/2026-Q4-prod-token-issuer-09e15578"/complete
}
quarantine_9() {
  is_saved 9 2026-Q4-prod-token-issuer-09e15578
  is_reviewed prod-token-issuer AROAGNALTEBHXCBXK2EOY
  aws iam put-role-policy --role-name=prod-token-issuer --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=prod-token-issuer --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_9() {
  aws iam delete-role-policy --role-name=prod-token-issuer --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_9() {
#   is_saved 9 2026-Q4-prod-token-issuer-09e15578
#   is_reviewed prod-token-issuer AROAGNALTEBHXCBXK2EOY
#   is_idle prod-token-issuer 2026-Q4-prod-token-issuer-09e15578
#   aws iam delete-role-policy --role-name=prod-token-issuer --policy-name=access
#   aws iam delete-role-policy --role-name=prod-token-issuer --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=prod-token-issuer --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=prod-token-issuer
# }

usage() {
  cat <<'STEPS'
Name a step: save_N, quarantine_N or release_N; delete_N once you have uncommented it. The roles:
    1  break-glass-admin
    2  integration-import
    3  nwa-budget-stop
    4  nwa-incident-response
    5  partner-stockholm
    6  prod-consent-log
    7  prod-invoice-renderer
    8  prod-session-cleaner
    9  prod-token-issuer
STEPS
}

step="${1:-}"
[[ "$step" =~ ^(save|quarantine|release|delete)_[0-9]+$ ]] || { usage; exit 0; }
declare -F "$step" > /dev/null || stop "No step $step here; delete_N has to be uncommented first."
caller=$(aws sts get-caller-identity --query=Account --output=text)
[ "$caller" = "$account" ] || stop "These credentials are for account $caller, not for $account."
"$step"
