"""The shared trust cases: what kind of role it is and what is wrong with its trust policy, read where they lie."""

from __future__ import annotations

from typing import Any

import pytest

from hygiene.documents import parse_time
from tests.builders import a_reference
from tests.cases.shared import judged, shared_cases

RISKS = {
    "trust-wildcard-principal": "wildcard_principal",
    "trust-wildcard-principal-conditioned": "wildcard_principal_conditioned",
    "trust-external-account": "external_account",
    "trust-no-external-id": "external_without_external_id",
    "trust-confused-deputy": "confused_deputy",
    "trust-oidc-unbounded-subject": "oidc_unbounded_sub",
    "trust-oidc-broad-subject": "oidc_broad_sub",
    "trust-oidc-no-audience": "oidc_no_aud",
    "trust-cognito-no-audience": "cognito_no_aud",
    "trust-cognito-unauthenticated": "cognito_unauthenticated",
    "trust-saml-no-audience": "saml_no_aud",
    "trust-orphaned-principal": "orphaned_principal",
    "trust-not-principal": "not_principal",
    "trust-account-root": "account_root_trust",
}


@pytest.mark.parametrize("case", shared_cases("trust"))
def test_trust_case(case: dict[str, Any]) -> None:
    known = frozenset(case.get("known_accounts", ()))
    analysis = judged(case, a_reference(as_of=parse_time(case["as_of"]), known_accounts=known))
    role = analysis.roles.set_index("role_arn").loc[case["subject"]]
    checks = {finding["check"] for finding in analysis.findings if finding["role_arn"] == case["subject"]}
    risks = {RISKS[check] for check in checks & RISKS.keys()}
    expected = case["expect"]
    must, any_of = set(expected["risks_must"]) - {"none"}, set(expected["risks_any"])
    assert must <= risks
    assert not risks & set(expected["risks_must_not"])
    assert risks & any_of or not any_of
    if "none" in expected["risks_must"]:
        assert risks <= set(expected["risks_may"])
    if expected["role_kinds"]:
        assert sorted(role["kinds"].split(";")) == sorted(expected["role_kinds"])
