#!/usr/bin/env bash
# Removing unused roles of account 444455556666 (24 of them); review o-northwind1-2026-Q4.
#
# For people. The review never changes IAM, and this file does nothing when it is run without a step:
#   1. save_N        writes everything about role N into files; changes nothing at AWS
#   2. quarantine_N  denies the role everything, and cuts off its sessions for good
#      release_N     gives it back to new sessions; the older ones stay cut off
#   3. delete_N      is commented out. Wait 30 days, ask the owner, then take the '# ' away
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
is_saved() { [ -e "$saved/$1/complete" ] || stop "Role $1 is not saved yet: run save_$1 first."; }

# 1. arn:aws:iam::444455556666:role/corporate-support
save_1() {
  mkdir -p -- "$saved/1"
  aws iam get-role --role-name=corporate-support --output=json > "$saved/1"/role.json
  aws iam list-role-tags --role-name=corporate-support --output=json > "$saved/1"/tags.json
  aws iam list-attached-role-policies --role-name=corporate-support --output=json > "$saved/1"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=corporate-support --output=json > "$saved/1"/instance-profiles.json
  aws iam list-role-policies --role-name=corporate-support --output=json > "$saved/1"/inline-policies.json
  touch "$saved/1"/complete
}
quarantine_1() {
  is_saved 1
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
#   is_saved 1
#   is_reviewed corporate-support AROAFO7BWWX2MVYIBM3AP
#   aws iam detach-role-policy --role-name=corporate-support --policy-arn=arn:aws:iam::aws:policy/AWSSupportAccess
#   aws iam delete-role-policy --role-name=corporate-support --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=corporate-support --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=corporate-support
# }

# 2. arn:aws:iam::444455556666:role/dev-address-book
#    BREAKS, as AWS Config says: arn:aws:ecs:eu-west-1:444455556666:task-definition/dev-address-book:7
save_2() {
  mkdir -p -- "$saved/2"
  aws iam get-role --role-name=dev-address-book --output=json > "$saved/2"/role.json
  aws iam list-role-tags --role-name=dev-address-book --output=json > "$saved/2"/tags.json
  aws iam list-attached-role-policies --role-name=dev-address-book --output=json > "$saved/2"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-address-book --output=json > "$saved/2"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-address-book --output=json > "$saved/2"/inline-policies.json
  aws iam get-role-policy --role-name=dev-address-book --policy-name=access --output=json > "$saved/2"/inline-1.json
  touch "$saved/2"/complete
}
quarantine_2() {
  is_saved 2
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
#   is_saved 2
#   is_reviewed dev-address-book AROA54RRXTI7NAXRNVJLV
#   aws iam delete-role-policy --role-name=dev-address-book --policy-name=access
#   aws iam delete-role-policy --role-name=dev-address-book --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-address-book --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-address-book
# }

# 3. arn:aws:iam::444455556666:role/dev-catalogue-sync
#    BREAKS, as AWS Config says: arn:aws:states:eu-west-1:444455556666:stateMachine:dev-catalogue-sync
save_3() {
  mkdir -p -- "$saved/3"
  aws iam get-role --role-name=dev-catalogue-sync --output=json > "$saved/3"/role.json
  aws iam list-role-tags --role-name=dev-catalogue-sync --output=json > "$saved/3"/tags.json
  aws iam list-attached-role-policies --role-name=dev-catalogue-sync --output=json > "$saved/3"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-catalogue-sync --output=json > "$saved/3"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-catalogue-sync --output=json > "$saved/3"/inline-policies.json
  aws iam get-role-policy --role-name=dev-catalogue-sync --policy-name=access --output=json > "$saved/3"/inline-1.json
  touch "$saved/3"/complete
}
quarantine_3() {
  is_saved 3
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
#   is_saved 3
#   is_reviewed dev-catalogue-sync AROABXOK7ISJKPXW37XBQ
#   aws iam delete-role-policy --role-name=dev-catalogue-sync --policy-name=access
#   aws iam delete-role-policy --role-name=dev-catalogue-sync --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-catalogue-sync --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-catalogue-sync
# }

# 4. arn:aws:iam::444455556666:role/dev-customs-forms
#    BREAKS, as AWS Config says: arn:aws:lambda:eu-west-1:444455556666:function:dev-customs-forms
save_4() {
  mkdir -p -- "$saved/4"
  aws iam get-role --role-name=dev-customs-forms --output=json > "$saved/4"/role.json
  aws iam list-role-tags --role-name=dev-customs-forms --output=json > "$saved/4"/tags.json
  aws iam list-attached-role-policies --role-name=dev-customs-forms --output=json > "$saved/4"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-customs-forms --output=json > "$saved/4"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-customs-forms --output=json > "$saved/4"/inline-policies.json
  aws iam get-role-policy --role-name=dev-customs-forms --policy-name=access --output=json > "$saved/4"/inline-1.json
  touch "$saved/4"/complete
}
quarantine_4() {
  is_saved 4
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
#   is_saved 4
#   is_reviewed dev-customs-forms AROA227LEDXVQHELJ5SOC
#   aws iam detach-role-policy --role-name=dev-customs-forms --policy-arn=arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
#   aws iam delete-role-policy --role-name=dev-customs-forms --policy-name=access
#   aws iam delete-role-policy --role-name=dev-customs-forms --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-customs-forms --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-customs-forms
# }

# 5. arn:aws:iam::444455556666:role/dev-login-gateway
save_5() {
  mkdir -p -- "$saved/5"
  aws iam get-role --role-name=dev-login-gateway --output=json > "$saved/5"/role.json
  aws iam list-role-tags --role-name=dev-login-gateway --output=json > "$saved/5"/tags.json
  aws iam list-attached-role-policies --role-name=dev-login-gateway --output=json > "$saved/5"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-login-gateway --output=json > "$saved/5"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-login-gateway --output=json > "$saved/5"/inline-policies.json
  aws iam get-role-policy --role-name=dev-login-gateway --policy-name=access --output=json > "$saved/5"/inline-1.json
  touch "$saved/5"/complete
}
quarantine_5() {
  is_saved 5
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
#   is_saved 5
#   is_reviewed dev-login-gateway AROAABMEGH2BLQRZNS2VI
#   aws iam delete-role-policy --role-name=dev-login-gateway --policy-name=access
#   aws iam delete-role-policy --role-name=dev-login-gateway --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-login-gateway --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-login-gateway
# }

# 6. arn:aws:iam::444455556666:role/dev-order-export
#    BREAKS, as AWS Config says: arn:aws:states:eu-west-1:444455556666:stateMachine:dev-order-export
save_6() {
  mkdir -p -- "$saved/6"
  aws iam get-role --role-name=dev-order-export --output=json > "$saved/6"/role.json
  aws iam list-role-tags --role-name=dev-order-export --output=json > "$saved/6"/tags.json
  aws iam list-attached-role-policies --role-name=dev-order-export --output=json > "$saved/6"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-order-export --output=json > "$saved/6"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-order-export --output=json > "$saved/6"/inline-policies.json
  aws iam get-role-policy --role-name=dev-order-export --policy-name=access --output=json > "$saved/6"/inline-1.json
  touch "$saved/6"/complete
}
quarantine_6() {
  is_saved 6
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
#   is_saved 6
#   is_reviewed dev-order-export AROAZ6XXOC5ZESK7U7KE5
#   aws iam delete-role-policy --role-name=dev-order-export --policy-name=access
#   aws iam delete-role-policy --role-name=dev-order-export --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-order-export --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-order-export
# }

# 7. arn:aws:iam::444455556666:role/dev-price-lookup
#    BREAKS, as AWS Config says: arn:aws:lambda:eu-west-1:444455556666:function:dev-price-lookup
save_7() {
  mkdir -p -- "$saved/7"
  aws iam get-role --role-name=dev-price-lookup --output=json > "$saved/7"/role.json
  aws iam list-role-tags --role-name=dev-price-lookup --output=json > "$saved/7"/tags.json
  aws iam list-attached-role-policies --role-name=dev-price-lookup --output=json > "$saved/7"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-price-lookup --output=json > "$saved/7"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-price-lookup --output=json > "$saved/7"/inline-policies.json
  aws iam get-role-policy --role-name=dev-price-lookup --policy-name=access --output=json > "$saved/7"/inline-1.json
  touch "$saved/7"/complete
}
quarantine_7() {
  is_saved 7
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
#   is_saved 7
#   is_reviewed dev-price-lookup AROAEGYMQIHXDFH3WBZOR
#   aws iam detach-role-policy --role-name=dev-price-lookup --policy-arn=arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
#   aws iam delete-role-policy --role-name=dev-price-lookup --policy-name=access
#   aws iam delete-role-policy --role-name=dev-price-lookup --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-price-lookup --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-price-lookup
# }

# 8. arn:aws:iam::444455556666:role/dev-sitemap-builder
#    BREAKS, as AWS Config says: arn:aws:codebuild:eu-west-1:444455556666:project/dev-sitemap-builder
save_8() {
  mkdir -p -- "$saved/8"
  aws iam get-role --role-name=dev-sitemap-builder --output=json > "$saved/8"/role.json
  aws iam list-role-tags --role-name=dev-sitemap-builder --output=json > "$saved/8"/tags.json
  aws iam list-attached-role-policies --role-name=dev-sitemap-builder --output=json > "$saved/8"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-sitemap-builder --output=json > "$saved/8"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-sitemap-builder --output=json > "$saved/8"/inline-policies.json
  aws iam get-role-policy --role-name=dev-sitemap-builder --policy-name=access --output=json > "$saved/8"/inline-1.json
  touch "$saved/8"/complete
}
quarantine_8() {
  is_saved 8
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
#   is_saved 8
#   is_reviewed dev-sitemap-builder AROAEYIGX26INJIRZSSV5
#   aws iam delete-role-policy --role-name=dev-sitemap-builder --policy-name=access
#   aws iam delete-role-policy --role-name=dev-sitemap-builder --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-sitemap-builder --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-sitemap-builder
# }

# 9. arn:aws:iam::444455556666:role/dev-template-store
#    BREAKS, as AWS Config says: arn:aws:ecs:eu-west-1:444455556666:task-definition/dev-template-store:7
save_9() {
  mkdir -p -- "$saved/9"
  aws iam get-role --role-name=dev-template-store --output=json > "$saved/9"/role.json
  aws iam list-role-tags --role-name=dev-template-store --output=json > "$saved/9"/tags.json
  aws iam list-attached-role-policies --role-name=dev-template-store --output=json > "$saved/9"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-template-store --output=json > "$saved/9"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-template-store --output=json > "$saved/9"/inline-policies.json
  aws iam get-role-policy --role-name=dev-template-store --policy-name=access --output=json > "$saved/9"/inline-1.json
  touch "$saved/9"/complete
}
quarantine_9() {
  is_saved 9
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
#   is_saved 9
#   is_reviewed dev-template-store AROAZYHHWUECAXUGZPTHA
#   aws iam delete-role-policy --role-name=dev-template-store --policy-name=access
#   aws iam delete-role-policy --role-name=dev-template-store --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-template-store --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-template-store
# }

# 10. arn:aws:iam::444455556666:role/dev-token-issuer
save_10() {
  mkdir -p -- "$saved/10"
  aws iam get-role --role-name=dev-token-issuer --output=json > "$saved/10"/role.json
  aws iam list-role-tags --role-name=dev-token-issuer --output=json > "$saved/10"/tags.json
  aws iam list-attached-role-policies --role-name=dev-token-issuer --output=json > "$saved/10"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dev-token-issuer --output=json > "$saved/10"/instance-profiles.json
  aws iam list-role-policies --role-name=dev-token-issuer --output=json > "$saved/10"/inline-policies.json
  aws iam get-role-policy --role-name=dev-token-issuer --policy-name=access --output=json > "$saved/10"/inline-1.json
  touch "$saved/10"/complete
}
quarantine_10() {
  is_saved 10
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
#   is_saved 10
#   is_reviewed dev-token-issuer AROAKX37WTVDOFZ2BJDKC
#   aws iam delete-role-policy --role-name=dev-token-issuer --policy-name=access
#   aws iam delete-role-policy --role-name=dev-token-issuer --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dev-token-issuer --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dev-token-issuer
# }

# 11. arn:aws:iam::444455556666:role/dr-failover-operator
save_11() {
  mkdir -p -- "$saved/11"
  aws iam get-role --role-name=dr-failover-operator --output=json > "$saved/11"/role.json
  aws iam list-role-tags --role-name=dr-failover-operator --output=json > "$saved/11"/tags.json
  aws iam list-attached-role-policies --role-name=dr-failover-operator --output=json > "$saved/11"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=dr-failover-operator --output=json > "$saved/11"/instance-profiles.json
  aws iam list-role-policies --role-name=dr-failover-operator --output=json > "$saved/11"/inline-policies.json
  aws iam get-role-policy --role-name=dr-failover-operator --policy-name=access --output=json > "$saved/11"/inline-1.json
  touch "$saved/11"/complete
}
quarantine_11() {
  is_saved 11
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
#   is_saved 11
#   is_reviewed dr-failover-operator AROACNRZCOQQQD7LLG3O7
#   aws iam delete-role-policy --role-name=dr-failover-operator --policy-name=access
#   aws iam delete-role-policy --role-name=dr-failover-operator --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=dr-failover-operator --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=dr-failover-operator
# }

# 12. arn:aws:iam::444455556666:role/empty-shell
save_12() {
  mkdir -p -- "$saved/12"
  aws iam get-role --role-name=empty-shell --output=json > "$saved/12"/role.json
  aws iam list-role-tags --role-name=empty-shell --output=json > "$saved/12"/tags.json
  aws iam list-attached-role-policies --role-name=empty-shell --output=json > "$saved/12"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=empty-shell --output=json > "$saved/12"/instance-profiles.json
  aws iam list-role-policies --role-name=empty-shell --output=json > "$saved/12"/inline-policies.json
  touch "$saved/12"/complete
}
quarantine_12() {
  is_saved 12
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
#   is_saved 12
#   is_reviewed empty-shell AROA4YE6RVCVECVUSJ4MF
#   aws iam delete-role-policy --role-name=empty-shell --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=empty-shell --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=empty-shell
# }

# 13. arn:aws:iam::444455556666:role/fax-gateway
save_13() {
  mkdir -p -- "$saved/13"
  aws iam get-role --role-name=fax-gateway --output=json > "$saved/13"/role.json
  aws iam list-role-tags --role-name=fax-gateway --output=json > "$saved/13"/tags.json
  aws iam list-attached-role-policies --role-name=fax-gateway --output=json > "$saved/13"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=fax-gateway --output=json > "$saved/13"/instance-profiles.json
  aws iam list-role-policies --role-name=fax-gateway --output=json > "$saved/13"/inline-policies.json
  aws iam get-role-policy --role-name=fax-gateway --policy-name=access --output=json > "$saved/13"/inline-1.json
  touch "$saved/13"/complete
}
quarantine_13() {
  is_saved 13
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
#   is_saved 13
#   is_reviewed fax-gateway AROATGOCC5S2K6FK3TSZ2
#   aws iam delete-role-policy --role-name=fax-gateway --policy-name=access
#   aws iam delete-role-policy --role-name=fax-gateway --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=fax-gateway --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=fax-gateway
# }

# 14. arn:aws:iam::444455556666:role/fraud-scoring-trial
save_14() {
  mkdir -p -- "$saved/14"
  aws iam get-role --role-name=fraud-scoring-trial --output=json > "$saved/14"/role.json
  aws iam list-role-tags --role-name=fraud-scoring-trial --output=json > "$saved/14"/tags.json
  aws iam list-attached-role-policies --role-name=fraud-scoring-trial --output=json > "$saved/14"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=fraud-scoring-trial --output=json > "$saved/14"/instance-profiles.json
  aws iam list-role-policies --role-name=fraud-scoring-trial --output=json > "$saved/14"/inline-policies.json
  aws iam get-role-policy --role-name=fraud-scoring-trial --policy-name=access --output=json > "$saved/14"/inline-1.json
  touch "$saved/14"/complete
}
quarantine_14() {
  is_saved 14
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
#   is_saved 14
#   is_reviewed fraud-scoring-trial AROACEZEJXYDIYVSQQR2J
#   aws iam delete-role-policy --role-name=fraud-scoring-trial --policy-name=access
#   aws iam delete-role-policy --role-name=fraud-scoring-trial --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=fraud-scoring-trial --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=fraud-scoring-trial
# }

# 15. arn:aws:iam::444455556666:role/legacy-ftp-bridge
save_15() {
  mkdir -p -- "$saved/15"
  aws iam get-role --role-name=legacy-ftp-bridge --output=json > "$saved/15"/role.json
  aws iam list-role-tags --role-name=legacy-ftp-bridge --output=json > "$saved/15"/tags.json
  aws iam list-attached-role-policies --role-name=legacy-ftp-bridge --output=json > "$saved/15"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=legacy-ftp-bridge --output=json > "$saved/15"/instance-profiles.json
  aws iam list-role-policies --role-name=legacy-ftp-bridge --output=json > "$saved/15"/inline-policies.json
  aws iam get-role-policy --role-name=legacy-ftp-bridge --policy-name=access --output=json > "$saved/15"/inline-1.json
  touch "$saved/15"/complete
}
quarantine_15() {
  is_saved 15
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
#   is_saved 15
#   is_reviewed legacy-ftp-bridge AROAOUAE4RY4LHXIVC7UF
#   aws iam delete-role-policy --role-name=legacy-ftp-bridge --policy-name=access
#   aws iam delete-role-policy --role-name=legacy-ftp-bridge --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=legacy-ftp-bridge --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=legacy-ftp-bridge
# }

# 16. arn:aws:iam::444455556666:role/loyalty-points-worker
save_16() {
  mkdir -p -- "$saved/16"
  aws iam get-role --role-name=loyalty-points-worker --output=json > "$saved/16"/role.json
  aws iam list-role-tags --role-name=loyalty-points-worker --output=json > "$saved/16"/tags.json
  aws iam list-attached-role-policies --role-name=loyalty-points-worker --output=json > "$saved/16"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=loyalty-points-worker --output=json > "$saved/16"/instance-profiles.json
  aws iam list-role-policies --role-name=loyalty-points-worker --output=json > "$saved/16"/inline-policies.json
  aws iam get-role-policy --role-name=loyalty-points-worker --policy-name=access --output=json > "$saved/16"/inline-1.json
  touch "$saved/16"/complete
}
quarantine_16() {
  is_saved 16
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
#   is_saved 16
#   is_reviewed loyalty-points-worker AROACVPL57UUQ5GYNZN2L
#   aws iam delete-role-policy --role-name=loyalty-points-worker --policy-name=access
#   aws iam delete-role-policy --role-name=loyalty-points-worker --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=loyalty-points-worker --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=loyalty-points-worker
# }

# 17. arn:aws:iam::444455556666:role/nwa-budget-stop
save_17() {
  mkdir -p -- "$saved/17"
  aws iam get-role --role-name=nwa-budget-stop --output=json > "$saved/17"/role.json
  aws iam list-role-tags --role-name=nwa-budget-stop --output=json > "$saved/17"/tags.json
  aws iam list-attached-role-policies --role-name=nwa-budget-stop --output=json > "$saved/17"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=nwa-budget-stop --output=json > "$saved/17"/instance-profiles.json
  aws iam list-role-policies --role-name=nwa-budget-stop --output=json > "$saved/17"/inline-policies.json
  aws iam get-role-policy --role-name=nwa-budget-stop --policy-name=stop --output=json > "$saved/17"/inline-1.json
  touch "$saved/17"/complete
}
quarantine_17() {
  is_saved 17
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
#   is_saved 17
#   is_reviewed nwa-budget-stop AROACONV5VGKMVQTEBBYT
#   aws iam delete-role-policy --role-name=nwa-budget-stop --policy-name=stop
#   aws iam delete-role-policy --role-name=nwa-budget-stop --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=nwa-budget-stop --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=nwa-budget-stop
# }

# 18. arn:aws:iam::444455556666:role/nwa-incident-response
save_18() {
  mkdir -p -- "$saved/18"
  aws iam get-role --role-name=nwa-incident-response --output=json > "$saved/18"/role.json
  aws iam list-role-tags --role-name=nwa-incident-response --output=json > "$saved/18"/tags.json
  aws iam list-attached-role-policies --role-name=nwa-incident-response --output=json > "$saved/18"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=nwa-incident-response --output=json > "$saved/18"/instance-profiles.json
  aws iam list-role-policies --role-name=nwa-incident-response --output=json > "$saved/18"/inline-policies.json
  touch "$saved/18"/complete
}
quarantine_18() {
  is_saved 18
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
#   is_saved 18
#   is_reviewed nwa-incident-response AROAMP2IQZDJYZMIGZ3GU
#   aws iam detach-role-policy --role-name=nwa-incident-response --policy-arn=arn:aws:iam::aws:policy/AdministratorAccess
#   aws iam delete-role-policy --role-name=nwa-incident-response --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=nwa-incident-response --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=nwa-incident-response
# }

# 19. arn:aws:iam::444455556666:role/parcel-locker-pilot
save_19() {
  mkdir -p -- "$saved/19"
  aws iam get-role --role-name=parcel-locker-pilot --output=json > "$saved/19"/role.json
  aws iam list-role-tags --role-name=parcel-locker-pilot --output=json > "$saved/19"/tags.json
  aws iam list-attached-role-policies --role-name=parcel-locker-pilot --output=json > "$saved/19"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=parcel-locker-pilot --output=json > "$saved/19"/instance-profiles.json
  aws iam list-role-policies --role-name=parcel-locker-pilot --output=json > "$saved/19"/inline-policies.json
  aws iam get-role-policy --role-name=parcel-locker-pilot --policy-name=access --output=json > "$saved/19"/inline-1.json
  touch "$saved/19"/complete
}
quarantine_19() {
  is_saved 19
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
#   is_saved 19
#   is_reviewed parcel-locker-pilot AROABTXPDWULKR6R7K32E
#   aws iam delete-role-policy --role-name=parcel-locker-pilot --policy-name=access
#   aws iam delete-role-policy --role-name=parcel-locker-pilot --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=parcel-locker-pilot --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=parcel-locker-pilot
# }

# 20. arn:aws:iam::444455556666:role/peak-season-scaler
save_20() {
  mkdir -p -- "$saved/20"
  aws iam get-role --role-name=peak-season-scaler --output=json > "$saved/20"/role.json
  aws iam list-role-tags --role-name=peak-season-scaler --output=json > "$saved/20"/tags.json
  aws iam list-attached-role-policies --role-name=peak-season-scaler --output=json > "$saved/20"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=peak-season-scaler --output=json > "$saved/20"/instance-profiles.json
  aws iam list-role-policies --role-name=peak-season-scaler --output=json > "$saved/20"/inline-policies.json
  aws iam get-role-policy --role-name=peak-season-scaler --policy-name=access --output=json > "$saved/20"/inline-1.json
  touch "$saved/20"/complete
}
quarantine_20() {
  is_saved 20
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
#   is_saved 20
#   is_reviewed peak-season-scaler AROAQMS52SZVVZWHUBTTS
#   aws iam delete-role-policy --role-name=peak-season-scaler --policy-name=access
#   aws iam delete-role-policy --role-name=peak-season-scaler --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=peak-season-scaler --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=peak-season-scaler
# }

# 21. arn:aws:iam::444455556666:role/size-advisor-batch
save_21() {
  mkdir -p -- "$saved/21"
  aws iam get-role --role-name=size-advisor-batch --output=json > "$saved/21"/role.json
  aws iam list-role-tags --role-name=size-advisor-batch --output=json > "$saved/21"/tags.json
  aws iam list-attached-role-policies --role-name=size-advisor-batch --output=json > "$saved/21"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=size-advisor-batch --output=json > "$saved/21"/instance-profiles.json
  aws iam list-role-policies --role-name=size-advisor-batch --output=json > "$saved/21"/inline-policies.json
  aws iam get-role-policy --role-name=size-advisor-batch --policy-name=access --output=json > "$saved/21"/inline-1.json
  touch "$saved/21"/complete
}
quarantine_21() {
  is_saved 21
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
#   is_saved 21
#   is_reviewed size-advisor-batch AROAQAPDIVTPW3B6FHKB5
#   aws iam delete-role-policy --role-name=size-advisor-batch --policy-name=access
#   aws iam delete-role-policy --role-name=size-advisor-batch --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=size-advisor-batch --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=size-advisor-batch
# }

# 22. arn:aws:iam::444455556666:role/voucher-prototype
save_22() {
  mkdir -p -- "$saved/22"
  aws iam get-role --role-name=voucher-prototype --output=json > "$saved/22"/role.json
  aws iam list-role-tags --role-name=voucher-prototype --output=json > "$saved/22"/tags.json
  aws iam list-attached-role-policies --role-name=voucher-prototype --output=json > "$saved/22"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=voucher-prototype --output=json > "$saved/22"/instance-profiles.json
  aws iam list-role-policies --role-name=voucher-prototype --output=json > "$saved/22"/inline-policies.json
  aws iam get-role-policy --role-name=voucher-prototype --policy-name=access --output=json > "$saved/22"/inline-1.json
  touch "$saved/22"/complete
}
quarantine_22() {
  is_saved 22
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
#   is_saved 22
#   is_reviewed voucher-prototype AROAQHOV4CSKPC33LJAS7
#   aws iam delete-role-policy --role-name=voucher-prototype --policy-name=access
#   aws iam delete-role-policy --role-name=voucher-prototype --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=voucher-prototype --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=voucher-prototype
# }

# 23. arn:aws:iam::444455556666:role/warehouse-archive
save_23() {
  mkdir -p -- "$saved/23"
  aws iam get-role --role-name=warehouse-archive --output=json > "$saved/23"/role.json
  aws iam list-role-tags --role-name=warehouse-archive --output=json > "$saved/23"/tags.json
  aws iam list-attached-role-policies --role-name=warehouse-archive --output=json > "$saved/23"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=warehouse-archive --output=json > "$saved/23"/instance-profiles.json
  aws iam list-role-policies --role-name=warehouse-archive --output=json > "$saved/23"/inline-policies.json
  aws iam get-role-policy --role-name=warehouse-archive --policy-name=access --output=json > "$saved/23"/inline-1.json
  touch "$saved/23"/complete
}
quarantine_23() {
  is_saved 23
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
#   is_saved 23
#   is_reviewed warehouse-archive AROA4OQAM7SL5VAUKPOWU
#   aws iam delete-role-policy --role-name=warehouse-archive --policy-name=access
#   aws iam delete-role-policy --role-name=warehouse-archive --policy-name=role-hygiene-quarantine
#   aws iam delete-role-policy --role-name=warehouse-archive --policy-name=role-hygiene-revoke-older-sessions
#   aws iam delete-role --role-name=warehouse-archive
# }

# 24. arn:aws:iam::444455556666:role/warehouse-import
save_24() {
  mkdir -p -- "$saved/24"
  aws iam get-role --role-name=warehouse-import --output=json > "$saved/24"/role.json
  aws iam list-role-tags --role-name=warehouse-import --output=json > "$saved/24"/tags.json
  aws iam list-attached-role-policies --role-name=warehouse-import --output=json > "$saved/24"/attached-policies.json
  aws iam list-instance-profiles-for-role --role-name=warehouse-import --output=json > "$saved/24"/instance-profiles.json
  aws iam list-role-policies --role-name=warehouse-import --output=json > "$saved/24"/inline-policies.json
  aws iam get-role-policy --role-name=warehouse-import --policy-name=access --output=json > "$saved/24"/inline-1.json
  touch "$saved/24"/complete
}
quarantine_24() {
  is_saved 24
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
#   is_saved 24
#   is_reviewed warehouse-import AROAQVFM3UHLKSB7G7JBI
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
