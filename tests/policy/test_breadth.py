from __future__ import annotations

import pytest

from hygiene.policy.breadth import Breadth, pattern_breadth


@pytest.mark.parametrize(
    ("pattern", "breadth"),
    [
        ("repo:acme/app:ref:refs/heads/main", Breadth.BOUND),
        ("repo:acme/app:*", Breadth.BOUND),
        ("repo:acme/app*", Breadth.BOUND),
        ("repo:acme/*", Breadth.WHOLE_OWNER),
        ("repo:acme/*:ref:refs/heads/main", Breadth.WHOLE_OWNER),
        ("repo:acme/?*", Breadth.WHOLE_OWNER),
        ("repo:acme*", Breadth.OPEN_PREFIX),
        ("repo:acm?/app:*", Breadth.OPEN_PREFIX),
        ("repo:*", Breadth.EVERYBODY),
        ("repo:*/app:*", Breadth.EVERYBODY),
        ("repo*", Breadth.EVERYBODY),
        ("*acme/app*", Breadth.EVERYBODY),
        ("*", Breadth.EVERYBODY),
        ("repository_owner:acme:*", Breadth.WHOLE_OWNER),
        ("project_path:acme/app:ref_type:branch:ref:*", Breadth.BOUND),
        ("project_path:acme/team/*", Breadth.BOUND),
        ("project_path:acme/*:ref_type:branch:ref:main", Breadth.WHOLE_OWNER),
        ("project_path:*:ref_type:branch:ref:main", Breadth.EVERYBODY),
        ("organization:acme:project:*:workspace:prod:run_phase:*", Breadth.BOUND),
        ("organization:acme:project:*:workspace:*:run_phase:*", Breadth.WHOLE_OWNER),
        ("organization:acme*", Breadth.OPEN_PREFIX),
        ("organization:*:workspace:prod:*", Breadth.EVERYBODY),
        ("organization:acme:pipeline:deploy:*", Breadth.BOUND),
        ("organization:acme:*", Breadth.WHOLE_OWNER),
        ("org/4711/project/0815/user/*", Breadth.BOUND),
        ("org/4711/project/*", Breadth.WHOLE_OWNER),
        ("system:serviceaccount:shop:*", Breadth.BOUND),
        ("system:serviceaccount:*:web", Breadth.OPEN_PREFIX),
        ("system:serviceaccount:*:*", Breadth.EVERYBODY),
        ("system:*", Breadth.EVERYBODY),
        ("{8f1b5b1e-0000}:*", Breadth.BOUND),
        ("repo:acme@123/app@456:ref:refs/heads/main", Breadth.BOUND),
        ("repo:acme@*/app@*:ref:refs/heads/main", Breadth.BOUND),
        ("repo:acme@123/*", Breadth.WHOLE_OWNER),
        ("repo:acme@*/*", Breadth.WHOLE_OWNER),
        ("repo:acme@*", Breadth.WHOLE_OWNER),
        ("repo:acme*@123/app@456:*", Breadth.OPEN_PREFIX),
        ("account:acme:pipeline:deploy:*", Breadth.BOUND),
        ("account:acme:*", Breadth.WHOLE_OWNER),
        ("account:*", Breadth.EVERYBODY),
        ("mcp:acme/*", Breadth.WHOLE_OWNER),
        ("credentials:*", Breadth.EVERYBODY),
    ],
)
def test_a_wildcard_is_as_wide_as_the_place_it_stands_in(pattern: str, breadth: Breadth) -> None:
    assert pattern_breadth("sub", pattern) is breadth


def test_a_repository_claim_has_no_label() -> None:
    assert pattern_breadth("repository", "acme/app-*") is Breadth.BOUND
    assert pattern_breadth("repository", "acme/*") is Breadth.WHOLE_OWNER
    assert pattern_breadth("job_workflow_ref", "acme*") is Breadth.OPEN_PREFIX
