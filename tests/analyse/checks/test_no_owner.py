from __future__ import annotations

from hygiene.analyse.owners import OwnerRules
from tests.builders import a_reference, a_role, analysed, found

CHECK = "no-owner"


def test_fires_without_tag_and_mapping() -> None:
    (finding,) = found(analysed(a_role(tags={"env": "prod"})), CHECK)
    assert "no tag (owner, team)" in finding["evidence"]


def test_fires_when_only_the_fallback_answers() -> None:
    reference = a_reference(owner_rules=OwnerRules(("owner",), fallback="security@example.com"))
    analysis = analysed(a_role(tags={"x": "y"}), reference=reference)
    assert found(analysis, CHECK)
    assert analysis.roles.iloc[0]["owner"] == "security@example.com"


def test_quiet_with_a_tag_in_any_letter_case() -> None:
    analysis = analysed(a_role(tags={"Owner": "ana@example.com"}))
    assert not found(analysis, CHECK)
    assert analysis.roles.iloc[0]["owner_source"] == "tag:Owner"


def test_quiet_when_the_mapping_names_somebody() -> None:
    rules = OwnerRules((), (("arn:aws:iam::*:role/app*", "team-a"),))
    analysis = analysed(a_role(tags={"x": "y"}), reference=a_reference(owner_rules=rules))
    assert not found(analysis, CHECK)
    assert analysis.roles.iloc[0]["owner_source"] == "mapping"


def test_quiet_for_the_roles_of_aws() -> None:
    assert not found(analysed(a_role(tags={"x": "y"}, path="/aws-service-role/x.amazonaws.com/")), CHECK)


def test_an_empty_tag_names_nobody() -> None:
    assert found(analysed(a_role(tags={"owner": "  "})), CHECK)
