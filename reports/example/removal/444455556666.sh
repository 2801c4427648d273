#!/usr/bin/env bash
# Removing unused roles of account 444455556666 (24 of them); review o-northwind1-2026-Q4.
#
# For people. The review never changes IAM, and this file does nothing when it is run without a step:
#   1. save_N        writes everything about role N into files; changes nothing at AWS
#   2. quarantine_N  denies the role everything, and cuts off its sessions for good
#      release_N     gives it back to new sessions; the older ones stay cut off
#   3. delete_N      is commented out. Wait 30 days, ask the owner, then take the '# ' away;
#                   it stops where the role was used after it was saved, be it in vain
# No reference and no use is no proof that nobody needs a role: yearly jobs and emergencies come late.
# Left out, though unused (1):
#   arn:aws:iam::444455556666:role/annual-inventory-close: 'an exception holds: Runs once a year, in January (owner logistics@northwind-atlas.example, approved by security@northwind-atlas.example, until 2027-04-30)'
set -euo pipefail
umask 077
export AWS_PAGER=''
account=444455556666
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

# 1. arn:aws:iam::444455556666:role/corporate-support
save_1() {
  mkdir -p -- "$saved/2026-Q4-corporate-support-b380e7cf"
  rm -f -- "$saved/2026-Q4-corporate-support-b380e7cf"/complete
  aws iam get-role --role-name=corporate-support --output=json > "$saved/2026-Q4-corporate-support-b380e7cf"/role.json
  aws iam list-role-tags --role-name=corporate-support --output=json > "$saved/2026-Q4-corporate-support-b380e7cf"/tags.json
  aws iam list-attached-role-policies --role-name=corporate-support --output=json > "$saved/2026-Q4-corporate-support-b380e7cf"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=corporate-support --output=json > "$saved/2026-Q4-corporate-support-b380e7cf"/instance-profiles.json
  aws iam list-role-policies --role-name=corporate-support --output=json > "$saved/2026-Q4-corporate-support-b380e7cf"/inline-policies.json
  save_inline corporate-support 2026-Q4-corporate-support-b380e7cf
  last_used corporate-support > "$saved/2026-Q4-corporate-support-b380e7cf"/last-used.txt
  touch "$saved/2026-Q4-corporate-support-b380e7cf"/complete
}
quarantine_1() {
  is_saved 1 2026-Q4-corporate-support-b380e7cf
  is_reviewed corporate-support AROAFO7BWWX2MVYIBM3AP
  aws iam put-role-policy --role-name=corporate-support --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=corporate-support --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_1() {
  aws iam delete-role-policy --role-name=corporate-support --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_1() {
#   is_saved 1 2026-Q4-corporate-support-b380e7cf
#   is_reviewed corporate-support AROAFO7BWWX2MVYIBM3AP
#   is_idle corporate-support 2026-Q4-corporate-support-b380e7cf
#   aws iam detach-role-policy --role-name=corporate-support --policy-arn=arn:aws:iam::aws:policy/AWSSupportAccess
#   aws iam delete-role-policy --role-name=corporate-support --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=corporate-support --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=corporate-support
# }

# 2. arn:aws:iam::444455556666:role/dev-address-book
#    BREAKS, as AWS Config says: arn:aws:ecs:eu-west-1:444455556666:task-definition/dev-address-book:7
save_2() {
  mkdir -p -- "$saved/2026-Q4-dev-address-book-4a11fa45"
  rm -f -- "$saved/2026-Q4-dev-address-book-4a11fa45"/complete
  aws iam get-role --role-name=dev-address-book --output=json > "$saved/2026-Q4-dev-address-book-4a11fa45"/role.json
  aws iam list-role-tags --role-name=dev-address-book --output=json > "$saved/2026-Q4-dev-address-book-4a11fa45"/tags.json
  aws iam list-attached-role-policies --role-name=dev-address-book --output=json > "$saved/2026-Q4-dev-address-book-4a11fa45"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-address-book --output=json > "$saved/2026-Q4-dev-address-book-4a11fa45"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-address-book --output=json > "$saved/2026-Q4-dev-address-book-4a11fa45"/inline-policies.json
  save_inline dev-address-book 2026-Q4-dev-address-book-4a11fa45
  last_used dev-address-book > "$saved/2026-Q4-dev-address-book-4a11fa45"/last-used.txt
  touch "$saved/2026-Q4-dev-address-book-4a11fa45"/complete
}
quarantine_2() {
  is_saved 2 2026-Q4-dev-address-book-4a11fa45
  is_reviewed dev-address-book AROA54RRXTI7NAXRNVJLV
  aws iam put-role-policy --role-name=dev-address-book --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=dev-address-book --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_2() {
  aws iam delete-role-policy --role-name=dev-address-book --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_2() {
#   is_saved 2 2026-Q4-dev-address-book-4a11fa45
#   is_reviewed dev-address-book AROA54RRXTI7NAXRNVJLV
#   is_idle dev-address-book 2026-Q4-dev-address-book-4a11fa45
#   aws iam delete-role-policy --role-name=dev-address-book --policy-name=access
#   aws iam delete-role-policy --role-name=dev-address-book --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-address-book --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-address-book
# }

# 3. arn:aws:iam::444455556666:role/dev-catalogue-sync
#    BREAKS, as AWS Config says: arn:aws:states:eu-west-1:444455556666:stateMachine:dev-catalogue-sync
save_3() {
  mkdir -p -- "$saved/2026-Q4-dev-catalogue-sync-28b07b17"
  rm -f -- "$saved/2026-Q4-dev-catalogue-sync-28b07b17"/complete
  aws iam get-role --role-name=dev-catalogue-sync --output=json > "$saved/2026-Q4-dev-catalogue-sync-28b07b17"/role.json
  aws iam list-role-tags --role-name=dev-catalogue-sync --output=json > "$saved/2026-Q4-dev-catalogue-sync-28b07b17"/tags.json
  aws iam list-attached-role-policies --role-name=dev-catalogue-sync --output=json > "$saved/2026-Q4-dev-catalogue-sync-28b07b17"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-catalogue-sync --output=json > "$saved/2026-Q4-dev-catalogue-sync-28b07b17"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-catalogue-sync --output=json > "$saved/2026-Q4-dev-catalogue-sync-28b07b17"/inline-policies.json
  save_inline dev-catalogue-sync 2026-Q4-dev-catalogue-sync-28b07b17
  last_used dev-catalogue-sync > "$saved/2026-Q4-dev-catalogue-sync-28b07b17"/last-used.txt
  touch "$saved/2026-Q4-dev-catalogue-sync-28b07b17"/complete
}
quarantine_3() {
  is_saved 3 2026-Q4-dev-catalogue-sync-28b07b17
  is_reviewed dev-catalogue-sync AROABXOK7ISJKPXW37XBQ
  aws iam put-role-policy --role-name=dev-catalogue-sync --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=dev-catalogue-sync --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_3() {
  aws iam delete-role-policy --role-name=dev-catalogue-sync --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_3() {
#   is_saved 3 2026-Q4-dev-catalogue-sync-28b07b17
#   is_reviewed dev-catalogue-sync AROABXOK7ISJKPXW37XBQ
#   is_idle dev-catalogue-sync 2026-Q4-dev-catalogue-sync-28b07b17
#   aws iam delete-role-policy --role-name=dev-catalogue-sync --policy-name=access
#   aws iam delete-role-policy --role-name=dev-catalogue-sync --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-catalogue-sync --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-catalogue-sync
# }

# 4. arn:aws:iam::444455556666:role/dev-customs-forms
#    BREAKS, as AWS Config says: arn:aws:lambda:eu-west-1:444455556666:function:dev-customs-forms
save_4() {
  mkdir -p -- "$saved/2026-Q4-dev-customs-forms-e8a114df"
  rm -f -- "$saved/2026-Q4-dev-customs-forms-e8a114df"/complete
  aws iam get-role --role-name=dev-customs-forms --output=json > "$saved/2026-Q4-dev-customs-forms-e8a114df"/role.json
  aws iam list-role-tags --role-name=dev-customs-forms --output=json > "$saved/2026-Q4-dev-customs-forms-e8a114df"/tags.json
  aws iam list-attached-role-policies --role-name=dev-customs-forms --output=json > "$saved/2026-Q4-dev-customs-forms-e8a114df"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-customs-forms --output=json > "$saved/2026-Q4-dev-customs-forms-e8a114df"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-customs-forms --output=json > "$saved/2026-Q4-dev-customs-forms-e8a114df"/inline-policies.json
  save_inline dev-customs-forms 2026-Q4-dev-customs-forms-e8a114df
  last_used dev-customs-forms > "$saved/2026-Q4-dev-customs-forms-e8a114df"/last-used.txt
  touch "$saved/2026-Q4-dev-customs-forms-e8a114df"/complete
}
quarantine_4() {
  is_saved 4 2026-Q4-dev-customs-forms-e8a114df
  is_reviewed dev-customs-forms AROA227LEDXVQHELJ5SOC
  aws iam put-role-policy --role-name=dev-customs-forms --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=dev-customs-forms --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_4() {
  aws iam delete-role-policy --role-name=dev-customs-forms --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_4() {
#   is_saved 4 2026-Q4-dev-customs-forms-e8a114df
#   is_reviewed dev-customs-forms AROA227LEDXVQHELJ5SOC
#   is_idle dev-customs-forms 2026-Q4-dev-customs-forms-e8a114df
#   aws iam detach-role-policy --role-name=dev-customs-forms --policy-arn=arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
#   aws iam delete-role-policy --role-name=dev-customs-forms --policy-name=access
#   aws iam delete-role-policy --role-name=dev-customs-forms --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-customs-forms --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-customs-forms
# }

# 5. arn:aws:iam::444455556666:role/dev-login-gateway
save_5() {
  mkdir -p -- "$saved/2026-Q4-dev-login-gateway-0486b241"
  rm -f -- "$saved/2026-Q4-dev-login-gateway-0486b241"/complete
  aws iam get-role --role-name=dev-login-gateway --output=json > "$saved/2026-Q4-dev-login-gateway-0486b241"/role.json
  aws iam list-role-tags --role-name=dev-login-gateway --output=json > "$saved/2026-Q4-dev-login-gateway-0486b241"/tags.json
  aws iam list-attached-role-policies --role-name=dev-login-gateway --output=json > "$saved/2026-Q4-dev-login-gateway-0486b241"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-login-gateway --output=json > "$saved/2026-Q4-dev-login-gateway-0486b241"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-login-gateway --output=json > "$saved/2026-Q4-dev-login-gateway-0486b241"/inline-policies.json
  save_inline dev-login-gateway 2026-Q4-dev-login-gateway-0486b241
  last_used dev-login-gateway > "$saved/2026-Q4-dev-login-gateway-0486b241"/last-used.txt
  touch "$saved/2026-Q4-dev-login-gateway-0486b241"/complete
}
quarantine_5() {
  is_saved 5 2026-Q4-dev-login-gateway-0486b241
  is_reviewed dev-login-gateway AROAABMEGH2BLQRZNS2VI
  aws iam put-role-policy --role-name=dev-login-gateway --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=dev-login-gateway --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_5() {
  aws iam delete-role-policy --role-name=dev-login-gateway --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_5() {
#   is_saved 5 2026-Q4-dev-login-gateway-0486b241
#   is_reviewed dev-login-gateway AROAABMEGH2BLQRZNS2VI
#   is_idle dev-login-gateway 2026-Q4-dev-login-gateway-0486b241
#   aws iam delete-role-policy --role-name=dev-login-gateway --policy-name=access
#   aws iam delete-role-policy --role-name=dev-login-gateway --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-login-gateway --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-login-gateway
# }

# 6. arn:aws:iam::444455556666:role/dev-order-export
#    BREAKS, as AWS Config says: arn:aws:states:eu-west-1:444455556666:stateMachine:dev-order-export
save_6() {
  mkdir -p -- "$saved/2026-Q4-dev-order-export-692114f4"
  rm -f -- "$saved/2026-Q4-dev-order-export-692114f4"/complete
  aws iam get-role --role-name=dev-order-export --output=json > "$saved/2026-Q4-dev-order-export-692114f4"/role.json
  aws iam list-role-tags --role-name=dev-order-export --output=json > "$saved/2026-Q4-dev-order-export-692114f4"/tags.json
  aws iam list-attached-role-policies --role-name=dev-order-export --output=json > "$saved/2026-Q4-dev-order-export-692114f4"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-order-export --output=json > "$saved/2026-Q4-dev-order-export-692114f4"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-order-export --output=json > "$saved/2026-Q4-dev-order-export-692114f4"/inline-policies.json
  save_inline dev-order-export 2026-Q4-dev-order-export-692114f4
  last_used dev-order-export > "$saved/2026-Q4-dev-order-export-692114f4"/last-used.txt
  touch "$saved/2026-Q4-dev-order-export-692114f4"/complete
}
quarantine_6() {
  is_saved 6 2026-Q4-dev-order-export-692114f4
  is_reviewed dev-order-export AROAZ6XXOC5ZESK7U7KE5
  aws iam put-role-policy --role-name=dev-order-export --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=dev-order-export --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_6() {
  aws iam delete-role-policy --role-name=dev-order-export --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_6() {
#   is_saved 6 2026-Q4-dev-order-export-692114f4
#   is_reviewed dev-order-export AROAZ6XXOC5ZESK7U7KE5
#   is_idle dev-order-export 2026-Q4-dev-order-export-692114f4
#   aws iam delete-role-policy --role-name=dev-order-export --policy-name=access
#   aws iam delete-role-policy --role-name=dev-order-export --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-order-export --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-order-export
# }

# 7. arn:aws:iam::444455556666:role/dev-price-lookup
#    BREAKS, as AWS Config says: arn:aws:lambda:eu-west-1:444455556666:function:dev-price-lookup
save_7() {
  mkdir -p -- "$saved/2026-Q4-dev-price-lookup-9720c5ae"
  rm -f -- "$saved/2026-Q4-dev-price-lookup-9720c5ae"/complete
  aws iam get-role --role-name=dev-price-lookup --output=json > "$saved/2026-Q4-dev-price-lookup-9720c5ae"/role.json
  aws iam list-role-tags --role-name=dev-price-lookup --output=json > "$saved/2026-Q4-dev-price-lookup-9720c5ae"/tags.json
  aws iam list-attached-role-policies --role-name=dev-price-lookup --output=json > "$saved/2026-Q4-dev-price-lookup-9720c5ae"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-price-lookup --output=json > "$saved/2026-Q4-dev-price-lookup-9720c5ae"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-price-lookup --output=json > "$saved/2026-Q4-dev-price-lookup-9720c5ae"/inline-policies.json
  save_inline dev-price-lookup 2026-Q4-dev-price-lookup-9720c5ae
  last_used dev-price-lookup > "$saved/2026-Q4-dev-price-lookup-9720c5ae"/last-used.txt
  touch "$saved/2026-Q4-dev-price-lookup-9720c5ae"/complete
}
quarantine_7() {
  is_saved 7 2026-Q4-dev-price-lookup-9720c5ae
  is_reviewed dev-price-lookup AROAEGYMQIHXDFH3WBZOR
  aws iam put-role-policy --role-name=dev-price-lookup --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=dev-price-lookup --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_7() {
  aws iam delete-role-policy --role-name=dev-price-lookup --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_7() {
#   is_saved 7 2026-Q4-dev-price-lookup-9720c5ae
#   is_reviewed dev-price-lookup AROAEGYMQIHXDFH3WBZOR
#   is_idle dev-price-lookup 2026-Q4-dev-price-lookup-9720c5ae
#   aws iam detach-role-policy --role-name=dev-price-lookup --policy-arn=arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
#   aws iam delete-role-policy --role-name=dev-price-lookup --policy-name=access
#   aws iam delete-role-policy --role-name=dev-price-lookup --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-price-lookup --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-price-lookup
# }

# 8. arn:aws:iam::444455556666:role/dev-sitemap-builder
#    BREAKS, as AWS Config says: arn:aws:codebuild:eu-west-1:444455556666:project/dev-sitemap-builder
save_8() {
  mkdir -p -- "$saved/2026-Q4-dev-sitemap-builder-6977d00a"
  rm -f -- "$saved/2026-Q4-dev-sitemap-builder-6977d00a"/complete
  aws iam get-role --role-name=dev-sitemap-builder --output=json > "$saved/2026-Q4-dev-sitemap-builder-6977d00a"/role.json
  aws iam list-role-tags --role-name=dev-sitemap-builder --output=json > "$saved/2026-Q4-dev-sitemap-builder-6977d00a"/tags.json
  aws iam list-attached-role-policies --role-name=dev-sitemap-builder --output=json > "$saved/2026-Q4-dev-sitemap-builder-6977d00a"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-sitemap-builder --output=json > "$saved/2026-Q4-dev-sitemap-builder-6977d00a"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-sitemap-builder --output=json > "$saved/2026-Q4-dev-sitemap-builder-6977d00a"/inline-policies.json
  save_inline dev-sitemap-builder 2026-Q4-dev-sitemap-builder-6977d00a
  last_used dev-sitemap-builder > "$saved/2026-Q4-dev-sitemap-builder-6977d00a"/last-used.txt
  touch "$saved/2026-Q4-dev-sitemap-builder-6977d00a"/complete
}
quarantine_8() {
  is_saved 8 2026-Q4-dev-sitemap-builder-6977d00a
  is_reviewed dev-sitemap-builder AROAEYIGX26INJIRZSSV5
  aws iam put-role-policy --role-name=dev-sitemap-builder --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=dev-sitemap-builder --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_8() {
  aws iam delete-role-policy --role-name=dev-sitemap-builder --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_8() {
#   is_saved 8 2026-Q4-dev-sitemap-builder-6977d00a
#   is_reviewed dev-sitemap-builder AROAEYIGX26INJIRZSSV5
#   is_idle dev-sitemap-builder 2026-Q4-dev-sitemap-builder-6977d00a
#   aws iam delete-role-policy --role-name=dev-sitemap-builder --policy-name=access
#   aws iam delete-role-policy --role-name=dev-sitemap-builder --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-sitemap-builder --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-sitemap-builder
# }

# 9. arn:aws:iam::444455556666:role/dev-template-store
#    BREAKS, as AWS Config says: arn:aws:ecs:eu-west-1:444455556666:task-definition/dev-template-store:7
save_9() {
  mkdir -p -- "$saved/2026-Q4-dev-template-store-5fe2f69a"
  rm -f -- "$saved/2026-Q4-dev-template-store-5fe2f69a"/complete
  aws iam get-role --role-name=dev-template-store --output=json > "$saved/2026-Q4-dev-template-store-5fe2f69a"/role.json
  aws iam list-role-tags --role-name=dev-template-store --output=json > "$saved/2026-Q4-dev-template-store-5fe2f69a"/tags.json
  aws iam list-attached-role-policies --role-name=dev-template-store --output=json > "$saved/2026-Q4-dev-template-store-5fe2f69a"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-template-store --output=json > "$saved/2026-Q4-dev-template-store-5fe2f69a"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-template-store --output=json > "$saved/2026-Q4-dev-template-store-5fe2f69a"/inline-policies.json
  save_inline dev-template-store 2026-Q4-dev-template-store-5fe2f69a
  last_used dev-template-store > "$saved/2026-Q4-dev-template-store-5fe2f69a"/last-used.txt
  touch "$saved/2026-Q4-dev-template-store-5fe2f69a"/complete
}
quarantine_9() {
  is_saved 9 2026-Q4-dev-template-store-5fe2f69a
  is_reviewed dev-template-store AROAZYHHWUECAXUGZPTHA
  aws iam put-role-policy --role-name=dev-template-store --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=dev-template-store --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_9() {
  aws iam delete-role-policy --role-name=dev-template-store --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_9() {
#   is_saved 9 2026-Q4-dev-template-store-5fe2f69a
#   is_reviewed dev-template-store AROAZYHHWUECAXUGZPTHA
#   is_idle dev-template-store 2026-Q4-dev-template-store-5fe2f69a
#   aws iam delete-role-policy --role-name=dev-template-store --policy-name=access
#   aws iam delete-role-policy --role-name=dev-template-store --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-template-store --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-template-store
# }

# 10. arn:aws:iam::444455556666:role/dev-token-issuer
save_10() {
  mkdir -p -- "$saved/2026-Q4-dev-token-issuer-a5e28385"
  rm -f -- "$saved/2026-Q4-dev-token-issuer-a5e28385"/complete
  aws iam get-role --role-name=dev-token-issuer --output=json > "$saved/2026-Q4-dev-token-issuer-a5e28385"/role.json
  aws iam list-role-tags --role-name=dev-token-issuer --output=json > "$saved/2026-Q4-dev-token-issuer-a5e28385"/tags.json
  aws iam list-attached-role-policies --role-name=dev-token-issuer --output=json > "$saved/2026-Q4-dev-token-issuer-a5e28385"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-token-issuer --output=json > "$saved/2026-Q4-dev-token-issuer-a5e28385"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-token-issuer --output=json > "$saved/2026-Q4-dev-token-issuer-a5e28385"/inline-policies.json
  save_inline dev-token-issuer 2026-Q4-dev-token-issuer-a5e28385
  last_used dev-token-issuer > "$saved/2026-Q4-dev-token-issuer-a5e28385"/last-used.txt
  touch "$saved/2026-Q4-dev-token-issuer-a5e28385"/complete
}
quarantine_10() {
  is_saved 10 2026-Q4-dev-token-issuer-a5e28385
  is_reviewed dev-token-issuer AROAKX37WTVDOFZ2BJDKC
  aws iam put-role-policy --role-name=dev-token-issuer --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=dev-token-issuer --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_10() {
  aws iam delete-role-policy --role-name=dev-token-issuer --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_10() {
#   is_saved 10 2026-Q4-dev-token-issuer-a5e28385
#   is_reviewed dev-token-issuer AROAKX37WTVDOFZ2BJDKC
#   is_idle dev-token-issuer 2026-Q4-dev-token-issuer-a5e28385
#   aws iam delete-role-policy --role-name=dev-token-issuer --policy-name=access
#   aws iam delete-role-policy --role-name=dev-token-issuer --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-token-issuer --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-token-issuer
# }

# 11. arn:aws:iam::444455556666:role/dr-failover-operator
save_11() {
  mkdir -p -- "$saved/2026-Q4-dr-failover-operator-dc8b1bba"
  rm -f -- "$saved/2026-Q4-dr-failover-operator-dc8b1bba"/complete
  aws iam get-role --role-name=dr-failover-operator --output=json > "$saved/2026-Q4-dr-failover-operator-dc8b1bba"/role.json
  aws iam list-role-tags --role-name=dr-failover-operator --output=json > "$saved/2026-Q4-dr-failover-operator-dc8b1bba"/tags.json
  aws iam list-attached-role-policies --role-name=dr-failover-operator --output=json > "$saved/2026-Q4-dr-failover-operator-dc8b1bba"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dr-failover-operator --output=json > "$saved/2026-Q4-dr-failover-operator-dc8b1bba"/instance-profiles.json
  aws iam list-role-policies --role-name=dr-failover-operator --output=json > "$saved/2026-Q4-dr-failover-operator-dc8b1bba"/inline-policies.json
  save_inline dr-failover-operator 2026-Q4-dr-failover-operator-dc8b1bba
  last_used dr-failover-operator > "$saved/2026-Q4-dr-failover-operator-dc8b1bba"/last-used.txt
  touch "$saved/2026-Q4-dr-failover-operator-dc8b1bba"/complete
}
quarantine_11() {
  is_saved 11 2026-Q4-dr-failover-operator-dc8b1bba
  is_reviewed dr-failover-operator AROACNRZCOQQQD7LLG3O7
  aws iam put-role-policy --role-name=dr-failover-operator --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=dr-failover-operator --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_11() {
  aws iam delete-role-policy --role-name=dr-failover-operator --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_11() {
#   is_saved 11 2026-Q4-dr-failover-operator-dc8b1bba
#   is_reviewed dr-failover-operator AROACNRZCOQQQD7LLG3O7
#   is_idle dr-failover-operator 2026-Q4-dr-failover-operator-dc8b1bba
#   aws iam delete-role-policy --role-name=dr-failover-operator --policy-name=access
#   aws iam delete-role-policy --role-name=dr-failover-operator --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dr-failover-operator --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dr-failover-operator
# }

# 12. arn:aws:iam::444455556666:role/empty-shell
save_12() {
  mkdir -p -- "$saved/2026-Q4-empty-shell-626c435b"
  rm -f -- "$saved/2026-Q4-empty-shell-626c435b"/complete
  aws iam get-role --role-name=empty-shell --output=json > "$saved/2026-Q4-empty-shell-626c435b"/role.json
  aws iam list-role-tags --role-name=empty-shell --output=json > "$saved/2026-Q4-empty-shell-626c435b"/tags.json
  aws iam list-attached-role-policies --role-name=empty-shell --output=json > "$saved/2026-Q4-empty-shell-626c435b"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=empty-shell --output=json > "$saved/2026-Q4-empty-shell-626c435b"/instance-profiles.json
  aws iam list-role-policies --role-name=empty-shell --output=json > "$saved/2026-Q4-empty-shell-626c435b"/inline-policies.json
  save_inline empty-shell 2026-Q4-empty-shell-626c435b
  last_used empty-shell > "$saved/2026-Q4-empty-shell-626c435b"/last-used.txt
  touch "$saved/2026-Q4-empty-shell-626c435b"/complete
}
quarantine_12() {
  is_saved 12 2026-Q4-empty-shell-626c435b
  is_reviewed empty-shell AROA4YE6RVCVECVUSJ4MF
  aws iam put-role-policy --role-name=empty-shell --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=empty-shell --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_12() {
  aws iam delete-role-policy --role-name=empty-shell --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_12() {
#   is_saved 12 2026-Q4-empty-shell-626c435b
#   is_reviewed empty-shell AROA4YE6RVCVECVUSJ4MF
#   is_idle empty-shell 2026-Q4-empty-shell-626c435b
#   aws iam delete-role-policy --role-name=empty-shell --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=empty-shell --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=empty-shell
# }

# 13. arn:aws:iam::444455556666:role/fax-gateway
save_13() {
  mkdir -p -- "$saved/2026-Q4-fax-gateway-7a2733bd"
  rm -f -- "$saved/2026-Q4-fax-gateway-7a2733bd"/complete
  aws iam get-role --role-name=fax-gateway --output=json > "$saved/2026-Q4-fax-gateway-7a2733bd"/role.json
  aws iam list-role-tags --role-name=fax-gateway --output=json > "$saved/2026-Q4-fax-gateway-7a2733bd"/tags.json
  aws iam list-attached-role-policies --role-name=fax-gateway --output=json > "$saved/2026-Q4-fax-gateway-7a2733bd"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=fax-gateway --output=json > "$saved/2026-Q4-fax-gateway-7a2733bd"/instance-profiles.json
  aws iam list-role-policies --role-name=fax-gateway --output=json > "$saved/2026-Q4-fax-gateway-7a2733bd"/inline-policies.json
  save_inline fax-gateway 2026-Q4-fax-gateway-7a2733bd
  last_used fax-gateway > "$saved/2026-Q4-fax-gateway-7a2733bd"/last-used.txt
  touch "$saved/2026-Q4-fax-gateway-7a2733bd"/complete
}
quarantine_13() {
  is_saved 13 2026-Q4-fax-gateway-7a2733bd
  is_reviewed fax-gateway AROATGOCC5S2K6FK3TSZ2
  aws iam put-role-policy --role-name=fax-gateway --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=fax-gateway --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_13() {
  aws iam delete-role-policy --role-name=fax-gateway --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_13() {
#   is_saved 13 2026-Q4-fax-gateway-7a2733bd
#   is_reviewed fax-gateway AROATGOCC5S2K6FK3TSZ2
#   is_idle fax-gateway 2026-Q4-fax-gateway-7a2733bd
#   aws iam delete-role-policy --role-name=fax-gateway --policy-name=access
#   aws iam delete-role-policy --role-name=fax-gateway --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=fax-gateway --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=fax-gateway
# }

# 14. arn:aws:iam::444455556666:role/fraud-scoring-trial
save_14() {
  mkdir -p -- "$saved/2026-Q4-fraud-scoring-trial-feb6b040"
  rm -f -- "$saved/2026-Q4-fraud-scoring-trial-feb6b040"/complete
  aws iam get-role --role-name=fraud-scoring-trial --output=json > "$saved/2026-Q4-fraud-scoring-trial-feb6b040"/role.json
  aws iam list-role-tags --role-name=fraud-scoring-trial --output=json > "$saved/2026-Q4-fraud-scoring-trial-feb6b040"/tags.json
  aws iam list-attached-role-policies --role-name=fraud-scoring-trial --output=json > "$saved/2026-Q4-fraud-scoring-trial-feb6b040"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=fraud-scoring-trial --output=json > "$saved/2026-Q4-fraud-scoring-trial-feb6b040"/instance-profiles.json
  aws iam list-role-policies --role-name=fraud-scoring-trial --output=json > "$saved/2026-Q4-fraud-scoring-trial-feb6b040"/inline-policies.json
  save_inline fraud-scoring-trial 2026-Q4-fraud-scoring-trial-feb6b040
  last_used fraud-scoring-trial > "$saved/2026-Q4-fraud-scoring-trial-feb6b040"/last-used.txt
  touch "$saved/2026-Q4-fraud-scoring-trial-feb6b040"/complete
}
quarantine_14() {
  is_saved 14 2026-Q4-fraud-scoring-trial-feb6b040
  is_reviewed fraud-scoring-trial AROACEZEJXYDIYVSQQR2J
  aws iam put-role-policy --role-name=fraud-scoring-trial --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=fraud-scoring-trial --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_14() {
  aws iam delete-role-policy --role-name=fraud-scoring-trial --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_14() {
#   is_saved 14 2026-Q4-fraud-scoring-trial-feb6b040
#   is_reviewed fraud-scoring-trial AROACEZEJXYDIYVSQQR2J
#   is_idle fraud-scoring-trial 2026-Q4-fraud-scoring-trial-feb6b040
#   aws iam delete-role-policy --role-name=fraud-scoring-trial --policy-name=access
#   aws iam delete-role-policy --role-name=fraud-scoring-trial --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=fraud-scoring-trial --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=fraud-scoring-trial
# }

# 15. arn:aws:iam::444455556666:role/legacy-ftp-bridge
save_15() {
  mkdir -p -- "$saved/2026-Q4-legacy-ftp-bridge-d13e7e0c"
  rm -f -- "$saved/2026-Q4-legacy-ftp-bridge-d13e7e0c"/complete
  aws iam get-role --role-name=legacy-ftp-bridge --output=json > "$saved/2026-Q4-legacy-ftp-bridge-d13e7e0c"/role.json
  aws iam list-role-tags --role-name=legacy-ftp-bridge --output=json > "$saved/2026-Q4-legacy-ftp-bridge-d13e7e0c"/tags.json
  aws iam list-attached-role-policies --role-name=legacy-ftp-bridge --output=json > "$saved/2026-Q4-legacy-ftp-bridge-d13e7e0c"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=legacy-ftp-bridge --output=json > "$saved/2026-Q4-legacy-ftp-bridge-d13e7e0c"/instance-profiles.json
  aws iam list-role-policies --role-name=legacy-ftp-bridge --output=json > "$saved/2026-Q4-legacy-ftp-bridge-d13e7e0c"/inline-policies.json
  save_inline legacy-ftp-bridge 2026-Q4-legacy-ftp-bridge-d13e7e0c
  last_used legacy-ftp-bridge > "$saved/2026-Q4-legacy-ftp-bridge-d13e7e0c"/last-used.txt
  touch "$saved/2026-Q4-legacy-ftp-bridge-d13e7e0c"/complete
}
quarantine_15() {
  is_saved 15 2026-Q4-legacy-ftp-bridge-d13e7e0c
  is_reviewed legacy-ftp-bridge AROAOUAE4RY4LHXIVC7UF
  aws iam put-role-policy --role-name=legacy-ftp-bridge --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=legacy-ftp-bridge --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_15() {
  aws iam delete-role-policy --role-name=legacy-ftp-bridge --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_15() {
#   is_saved 15 2026-Q4-legacy-ftp-bridge-d13e7e0c
#   is_reviewed legacy-ftp-bridge AROAOUAE4RY4LHXIVC7UF
#   is_idle legacy-ftp-bridge 2026-Q4-legacy-ftp-bridge-d13e7e0c
#   aws iam delete-role-policy --role-name=legacy-ftp-bridge --policy-name=access
#   aws iam delete-role-policy --role-name=legacy-ftp-bridge --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=legacy-ftp-bridge --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=legacy-ftp-bridge
# }

# 16. arn:aws:iam::444455556666:role/loyalty-points-worker
save_16() {
  mkdir -p -- "$saved/2026-Q4-loyalty-points-worker-366b7592"
  rm -f -- "$saved/2026-Q4-loyalty-points-worker-366b7592"/complete
  aws iam get-role --role-name=loyalty-points-worker --output=json > "$saved/2026-Q4-loyalty-points-worker-366b7592"/role.json
  aws iam list-role-tags --role-name=loyalty-points-worker --output=json > "$saved/2026-Q4-loyalty-points-worker-366b7592"/tags.json
  aws iam list-attached-role-policies --role-name=loyalty-points-worker --output=json > "$saved/2026-Q4-loyalty-points-worker-366b7592"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=loyalty-points-worker --output=json > "$saved/2026-Q4-loyalty-points-worker-366b7592"/instance-profiles.json
  aws iam list-role-policies --role-name=loyalty-points-worker --output=json > "$saved/2026-Q4-loyalty-points-worker-366b7592"/inline-policies.json
  save_inline loyalty-points-worker 2026-Q4-loyalty-points-worker-366b7592
  last_used loyalty-points-worker > "$saved/2026-Q4-loyalty-points-worker-366b7592"/last-used.txt
  touch "$saved/2026-Q4-loyalty-points-worker-366b7592"/complete
}
quarantine_16() {
  is_saved 16 2026-Q4-loyalty-points-worker-366b7592
  is_reviewed loyalty-points-worker AROACVPL57UUQ5GYNZN2L
  aws iam put-role-policy --role-name=loyalty-points-worker --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=loyalty-points-worker --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_16() {
  aws iam delete-role-policy --role-name=loyalty-points-worker --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_16() {
#   is_saved 16 2026-Q4-loyalty-points-worker-366b7592
#   is_reviewed loyalty-points-worker AROACVPL57UUQ5GYNZN2L
#   is_idle loyalty-points-worker 2026-Q4-loyalty-points-worker-366b7592
#   aws iam delete-role-policy --role-name=loyalty-points-worker --policy-name=access
#   aws iam delete-role-policy --role-name=loyalty-points-worker --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=loyalty-points-worker --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=loyalty-points-worker
# }

# 17. arn:aws:iam::444455556666:role/nwa-budget-stop
save_17() {
  mkdir -p -- "$saved/2026-Q4-nwa-budget-stop-43f3d310"
  rm -f -- "$saved/2026-Q4-nwa-budget-stop-43f3d310"/complete
  aws iam get-role --role-name=nwa-budget-stop --output=json > "$saved/2026-Q4-nwa-budget-stop-43f3d310"/role.json
  aws iam list-role-tags --role-name=nwa-budget-stop --output=json > "$saved/2026-Q4-nwa-budget-stop-43f3d310"/tags.json
  aws iam list-attached-role-policies --role-name=nwa-budget-stop --output=json > "$saved/2026-Q4-nwa-budget-stop-43f3d310"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=nwa-budget-stop --output=json > "$saved/2026-Q4-nwa-budget-stop-43f3d310"/instance-profiles.json
  aws iam list-role-policies --role-name=nwa-budget-stop --output=json > "$saved/2026-Q4-nwa-budget-stop-43f3d310"/inline-policies.json
  save_inline nwa-budget-stop 2026-Q4-nwa-budget-stop-43f3d310
  last_used nwa-budget-stop > "$saved/2026-Q4-nwa-budget-stop-43f3d310"/last-used.txt
  touch "$saved/2026-Q4-nwa-budget-stop-43f3d310"/complete
}
quarantine_17() {
  is_saved 17 2026-Q4-nwa-budget-stop-43f3d310
  is_reviewed nwa-budget-stop AROACONV5VGKMVQTEBBYT
  aws iam put-role-policy --role-name=nwa-budget-stop --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=nwa-budget-stop --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_17() {
  aws iam delete-role-policy --role-name=nwa-budget-stop --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_17() {
#   is_saved 17 2026-Q4-nwa-budget-stop-43f3d310
#   is_reviewed nwa-budget-stop AROACONV5VGKMVQTEBBYT
#   is_idle nwa-budget-stop 2026-Q4-nwa-budget-stop-43f3d310
#   aws iam delete-role-policy --role-name=nwa-budget-stop --policy-name=stop
#   aws iam delete-role-policy --role-name=nwa-budget-stop --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=nwa-budget-stop --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=nwa-budget-stop
# }

# 18. arn:aws:iam::444455556666:role/nwa-incident-response
save_18() {
  mkdir -p -- "$saved/2026-Q4-nwa-incident-response-5aab2013"
  rm -f -- "$saved/2026-Q4-nwa-incident-response-5aab2013"/complete
  aws iam get-role --role-name=nwa-incident-response --output=json > "$saved/2026-Q4-nwa-incident-response-5aab2013"/role.json
  aws iam list-role-tags --role-name=nwa-incident-response --output=json > "$saved/2026-Q4-nwa-incident-response-5aab2013"/tags.json
  aws iam list-attached-role-policies --role-name=nwa-incident-response --output=json > "$saved/2026-Q4-nwa-incident-response-5aab2013"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=nwa-incident-response --output=json > "$saved/2026-Q4-nwa-incident-response-5aab2013"/instance-profiles.json
  aws iam list-role-policies --role-name=nwa-incident-response --output=json > "$saved/2026-Q4-nwa-incident-response-5aab2013"/inline-policies.json
  save_inline nwa-incident-response 2026-Q4-nwa-incident-response-5aab2013
  last_used nwa-incident-response > "$saved/2026-Q4-nwa-incident-response-5aab2013"/last-used.txt
  touch "$saved/2026-Q4-nwa-incident-response-5aab2013"/complete
}
quarantine_18() {
  is_saved 18 2026-Q4-nwa-incident-response-5aab2013
  is_reviewed nwa-incident-response AROAMP2IQZDJYZMIGZ3GU
  aws iam put-role-policy --role-name=nwa-incident-response --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=nwa-incident-response --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_18() {
  aws iam delete-role-policy --role-name=nwa-incident-response --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_18() {
#   is_saved 18 2026-Q4-nwa-incident-response-5aab2013
#   is_reviewed nwa-incident-response AROAMP2IQZDJYZMIGZ3GU
#   is_idle nwa-incident-response 2026-Q4-nwa-incident-response-5aab2013
#   aws iam detach-role-policy --role-name=nwa-incident-response --policy-arn=arn:aws:iam::aws:policy/AdministratorAccess
#   aws iam delete-role-policy --role-name=nwa-incident-response --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=nwa-incident-response --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=nwa-incident-response
# }

# 19. arn:aws:iam::444455556666:role/parcel-locker-pilot
save_19() {
  mkdir -p -- "$saved/2026-Q4-parcel-locker-pilot-2559b4d7"
  rm -f -- "$saved/2026-Q4-parcel-locker-pilot-2559b4d7"/complete
  aws iam get-role --role-name=parcel-locker-pilot --output=json > "$saved/2026-Q4-parcel-locker-pilot-2559b4d7"/role.json
  aws iam list-role-tags --role-name=parcel-locker-pilot --output=json > "$saved/2026-Q4-parcel-locker-pilot-2559b4d7"/tags.json
  aws iam list-attached-role-policies --role-name=parcel-locker-pilot --output=json > "$saved/2026-Q4-parcel-locker-pilot-2559b4d7"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=parcel-locker-pilot --output=json > "$saved/2026-Q4-parcel-locker-pilot-2559b4d7"/instance-profiles.json
  aws iam list-role-policies --role-name=parcel-locker-pilot --output=json > "$saved/2026-Q4-parcel-locker-pilot-2559b4d7"/inline-policies.json
  save_inline parcel-locker-pilot 2026-Q4-parcel-locker-pilot-2559b4d7
  last_used parcel-locker-pilot > "$saved/2026-Q4-parcel-locker-pilot-2559b4d7"/last-used.txt
  touch "$saved/2026-Q4-parcel-locker-pilot-2559b4d7"/complete
}
quarantine_19() {
  is_saved 19 2026-Q4-parcel-locker-pilot-2559b4d7
  is_reviewed parcel-locker-pilot AROABTXPDWULKR6R7K32E
  aws iam put-role-policy --role-name=parcel-locker-pilot --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=parcel-locker-pilot --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_19() {
  aws iam delete-role-policy --role-name=parcel-locker-pilot --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_19() {
#   is_saved 19 2026-Q4-parcel-locker-pilot-2559b4d7
#   is_reviewed parcel-locker-pilot AROABTXPDWULKR6R7K32E
#   is_idle parcel-locker-pilot 2026-Q4-parcel-locker-pilot-2559b4d7
#   aws iam delete-role-policy --role-name=parcel-locker-pilot --policy-name=access
#   aws iam delete-role-policy --role-name=parcel-locker-pilot --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=parcel-locker-pilot --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=parcel-locker-pilot
# }

# 20. arn:aws:iam::444455556666:role/peak-season-scaler
save_20() {
  mkdir -p -- "$saved/2026-Q4-peak-season-scaler-88bc8f8f"
  rm -f -- "$saved/2026-Q4-peak-season-scaler-88bc8f8f"/complete
  aws iam get-role --role-name=peak-season-scaler --output=json > "$saved/2026-Q4-peak-season-scaler-88bc8f8f"/role.json
  aws iam list-role-tags --role-name=peak-season-scaler --output=json > "$saved/2026-Q4-peak-season-scaler-88bc8f8f"/tags.json
  aws iam list-attached-role-policies --role-name=peak-season-scaler --output=json > "$saved/2026-Q4-peak-season-scaler-88bc8f8f"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=peak-season-scaler --output=json > "$saved/2026-Q4-peak-season-scaler-88bc8f8f"/instance-profiles.json
  aws iam list-role-policies --role-name=peak-season-scaler --output=json > "$saved/2026-Q4-peak-season-scaler-88bc8f8f"/inline-policies.json
  save_inline peak-season-scaler 2026-Q4-peak-season-scaler-88bc8f8f
  last_used peak-season-scaler > "$saved/2026-Q4-peak-season-scaler-88bc8f8f"/last-used.txt
  touch "$saved/2026-Q4-peak-season-scaler-88bc8f8f"/complete
}
quarantine_20() {
  is_saved 20 2026-Q4-peak-season-scaler-88bc8f8f
  is_reviewed peak-season-scaler AROAQMS52SZVVZWHUBTTS
  aws iam put-role-policy --role-name=peak-season-scaler --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=peak-season-scaler --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_20() {
  aws iam delete-role-policy --role-name=peak-season-scaler --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_20() {
#   is_saved 20 2026-Q4-peak-season-scaler-88bc8f8f
#   is_reviewed peak-season-scaler AROAQMS52SZVVZWHUBTTS
#   is_idle peak-season-scaler 2026-Q4-peak-season-scaler-88bc8f8f
#   aws iam delete-role-policy --role-name=peak-season-scaler --policy-name=access
#   aws iam delete-role-policy --role-name=peak-season-scaler --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=peak-season-scaler --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=peak-season-scaler
# }

# 21. arn:aws:iam::444455556666:role/size-advisor-batch
save_21() {
  mkdir -p -- "$saved/2026-Q4-size-advisor-batch-66532711"
  rm -f -- "$saved/2026-Q4-size-advisor-batch-66532711"/complete
  aws iam get-role --role-name=size-advisor-batch --output=json > "$saved/2026-Q4-size-advisor-batch-66532711"/role.json
  aws iam list-role-tags --role-name=size-advisor-batch --output=json > "$saved/2026-Q4-size-advisor-batch-66532711"/tags.json
  aws iam list-attached-role-policies --role-name=size-advisor-batch --output=json > "$saved/2026-Q4-size-advisor-batch-66532711"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=size-advisor-batch --output=json > "$saved/2026-Q4-size-advisor-batch-66532711"/instance-profiles.json
  aws iam list-role-policies --role-name=size-advisor-batch --output=json > "$saved/2026-Q4-size-advisor-batch-66532711"/inline-policies.json
  save_inline size-advisor-batch 2026-Q4-size-advisor-batch-66532711
  last_used size-advisor-batch > "$saved/2026-Q4-size-advisor-batch-66532711"/last-used.txt
  touch "$saved/2026-Q4-size-advisor-batch-66532711"/complete
}
quarantine_21() {
  is_saved 21 2026-Q4-size-advisor-batch-66532711
  is_reviewed size-advisor-batch AROAQAPDIVTPW3B6FHKB5
  aws iam put-role-policy --role-name=size-advisor-batch --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=size-advisor-batch --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_21() {
  aws iam delete-role-policy --role-name=size-advisor-batch --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_21() {
#   is_saved 21 2026-Q4-size-advisor-batch-66532711
#   is_reviewed size-advisor-batch AROAQAPDIVTPW3B6FHKB5
#   is_idle size-advisor-batch 2026-Q4-size-advisor-batch-66532711
#   aws iam delete-role-policy --role-name=size-advisor-batch --policy-name=access
#   aws iam delete-role-policy --role-name=size-advisor-batch --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=size-advisor-batch --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=size-advisor-batch
# }

# 22. arn:aws:iam::444455556666:role/voucher-prototype
save_22() {
  mkdir -p -- "$saved/2026-Q4-voucher-prototype-3fe515e6"
  rm -f -- "$saved/2026-Q4-voucher-prototype-3fe515e6"/complete
  aws iam get-role --role-name=voucher-prototype --output=json > "$saved/2026-Q4-voucher-prototype-3fe515e6"/role.json
  aws iam list-role-tags --role-name=voucher-prototype --output=json > "$saved/2026-Q4-voucher-prototype-3fe515e6"/tags.json
  aws iam list-attached-role-policies --role-name=voucher-prototype --output=json > "$saved/2026-Q4-voucher-prototype-3fe515e6"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=voucher-prototype --output=json > "$saved/2026-Q4-voucher-prototype-3fe515e6"/instance-profiles.json
  aws iam list-role-policies --role-name=voucher-prototype --output=json > "$saved/2026-Q4-voucher-prototype-3fe515e6"/inline-policies.json
  save_inline voucher-prototype 2026-Q4-voucher-prototype-3fe515e6
  last_used voucher-prototype > "$saved/2026-Q4-voucher-prototype-3fe515e6"/last-used.txt
  touch "$saved/2026-Q4-voucher-prototype-3fe515e6"/complete
}
quarantine_22() {
  is_saved 22 2026-Q4-voucher-prototype-3fe515e6
  is_reviewed voucher-prototype AROAQHOV4CSKPC33LJAS7
  aws iam put-role-policy --role-name=voucher-prototype --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=voucher-prototype --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_22() {
  aws iam delete-role-policy --role-name=voucher-prototype --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_22() {
#   is_saved 22 2026-Q4-voucher-prototype-3fe515e6
#   is_reviewed voucher-prototype AROAQHOV4CSKPC33LJAS7
#   is_idle voucher-prototype 2026-Q4-voucher-prototype-3fe515e6
#   aws iam delete-role-policy --role-name=voucher-prototype --policy-name=access
#   aws iam delete-role-policy --role-name=voucher-prototype --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=voucher-prototype --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=voucher-prototype
# }

# 23. arn:aws:iam::444455556666:role/warehouse-archive
save_23() {
  mkdir -p -- "$saved/2026-Q4-warehouse-archive-cd8645a4"
  rm -f -- "$saved/2026-Q4-warehouse-archive-cd8645a4"/complete
  aws iam get-role --role-name=warehouse-archive --output=json > "$saved/2026-Q4-warehouse-archive-cd8645a4"/role.json
  aws iam list-role-tags --role-name=warehouse-archive --output=json > "$saved/2026-Q4-warehouse-archive-cd8645a4"/tags.json
  aws iam list-attached-role-policies --role-name=warehouse-archive --output=json > "$saved/2026-Q4-warehouse-archive-cd8645a4"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=warehouse-archive --output=json > "$saved/2026-Q4-warehouse-archive-cd8645a4"/instance-profiles.json
  aws iam list-role-policies --role-name=warehouse-archive --output=json > "$saved/2026-Q4-warehouse-archive-cd8645a4"/inline-policies.json
  save_inline warehouse-archive 2026-Q4-warehouse-archive-cd8645a4
  last_used warehouse-archive > "$saved/2026-Q4-warehouse-archive-cd8645a4"/last-used.txt
  touch "$saved/2026-Q4-warehouse-archive-cd8645a4"/complete
}
quarantine_23() {
  is_saved 23 2026-Q4-warehouse-archive-cd8645a4
  is_reviewed warehouse-archive AROA4OQAM7SL5VAUKPOWU
  aws iam put-role-policy --role-name=warehouse-archive --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=warehouse-archive --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_23() {
  aws iam delete-role-policy --role-name=warehouse-archive --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_23() {
#   is_saved 23 2026-Q4-warehouse-archive-cd8645a4
#   is_reviewed warehouse-archive AROA4OQAM7SL5VAUKPOWU
#   is_idle warehouse-archive 2026-Q4-warehouse-archive-cd8645a4
#   aws iam delete-role-policy --role-name=warehouse-archive --policy-name=access
#   aws iam delete-role-policy --role-name=warehouse-archive --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=warehouse-archive --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=warehouse-archive
# }

# 24. arn:aws:iam::444455556666:role/warehouse-import
save_24() {
  mkdir -p -- "$saved/2026-Q4-warehouse-import-dd0235a9"
  rm -f -- "$saved/2026-Q4-warehouse-import-dd0235a9"/complete
  aws iam get-role --role-name=warehouse-import --output=json > "$saved/2026-Q4-warehouse-import-dd0235a9"/role.json
  aws iam list-role-tags --role-name=warehouse-import --output=json > "$saved/2026-Q4-warehouse-import-dd0235a9"/tags.json
  aws iam list-attached-role-policies --role-name=warehouse-import --output=json > "$saved/2026-Q4-warehouse-import-dd0235a9"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=warehouse-import --output=json > "$saved/2026-Q4-warehouse-import-dd0235a9"/instance-profiles.json
  aws iam list-role-policies --role-name=warehouse-import --output=json > "$saved/2026-Q4-warehouse-import-dd0235a9"/inline-policies.json
  save_inline warehouse-import 2026-Q4-warehouse-import-dd0235a9
  last_used warehouse-import > "$saved/2026-Q4-warehouse-import-dd0235a9"/last-used.txt
  touch "$saved/2026-Q4-warehouse-import-dd0235a9"/complete
}
quarantine_24() {
  is_saved 24 2026-Q4-warehouse-import-dd0235a9
  is_reviewed warehouse-import AROAQVFM3UHLKSB7G7JBI
  aws iam put-role-policy --role-name=warehouse-import --policy-name=role-hygiene-quarantine --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  older=$(printf '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  aws iam put-role-policy --role-name=warehouse-import --policy-name=role-hygiene-revoke-older-sessions --policy-document "$older"
}
release_24() {
  aws iam delete-role-policy --role-name=warehouse-import --policy-name=role-hygiene-quarantine
}
# Not before 2027-01-30, and 30 days after the quarantine:
# delete_24() {
#   is_saved 24 2026-Q4-warehouse-import-dd0235a9
#   is_reviewed warehouse-import AROAQVFM3UHLKSB7G7JBI
#   is_idle warehouse-import 2026-Q4-warehouse-import-dd0235a9
#   aws iam delete-role-policy --role-name=warehouse-import --policy-name=access
#   aws iam delete-role-policy --role-name=warehouse-import --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=warehouse-import --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=warehouse-import
# }

usage() {
  cat <<'STEPS'
Name a step: save_N, quarantine_N or release_N; delete_N once you have uncommented it. The roles:
    1  corporate-support
    2  dev-address-book
    3  dev-catalogue-sync
    4  dev-customs-forms
    5  dev-login-gateway
    6  dev-order-export
    7  dev-price-lookup
    8  dev-sitemap-builder
    9  dev-template-store
   10  dev-token-issuer
   11  dr-failover-operator
   12  empty-shell
   13  fax-gateway
   14  fraud-scoring-trial
   15  legacy-ftp-bridge
   16  loyalty-points-worker
   17  nwa-budget-stop
   18  nwa-incident-response
   19  parcel-locker-pilot
   20  peak-season-scaler
   21  size-advisor-batch
   22  voucher-prototype
   23  warehouse-archive
   24  warehouse-import
STEPS
}

step="${1:-}"
[[ "$step" =~ ^(save|quarantine|release|delete)_[0-9]+$ ]] || { usage; exit 0; }
declare -F "$step" > /dev/null || stop "No step $step here; delete_N has to be uncommented first."
caller=$(aws sts get-caller-identity --query=Account --output=text)
[ "$caller" = "$account" ] || stop "These credentials are for account $caller, not for $account."
"$step"
