from __future__ import annotations

from hygiene.documents import judged_parts
from hygiene.policy.fingerprint import group_id, row_sha256
from tests.builders import ACCOUNT, SISTER, a_role, document, statement, trusts


def role_in(account: str, region: str) -> dict[str, object]:
    trust = trusts({"AWS": f"arn:aws:iam::{account}:root"})
    inline = document(statement("logs:*", f"arn:aws:logs:{region}:{account}:*"))
    return judged_parts(a_role(account=account, trust=trust, inline=inline), {})


def test_the_same_role_in_two_accounts_and_regions_is_one_group() -> None:
    one, other = role_in(ACCOUNT, "eu-west-1"), role_in(SISTER, "us-gov-east-1")
    assert group_id(ACCOUNT, one) == group_id(SISTER, other)
    assert row_sha256("AROA1", one) != row_sha256("AROA1", other)


def test_the_row_changes_with_id_trust_policy_and_boundary_and_with_nothing_else() -> None:
    def digest(**changes: object) -> str:
        role = a_role(**changes)  # type: ignore[arg-type]
        return row_sha256(role["RoleId"], judged_parts(role, {}))

    first = digest()
    assert digest(last_used=50, created=5, tags={"owner": "b@example.com"}) == first
    assert digest(trust=trusts("*")) != first
    assert digest(inline=document(statement("s3:PutObject"))) != first
    assert digest(boundary="arn:aws:iam::111122223333:policy/limit") != first
