"""ValidatePolicy: what is wrong with a policy document, as far as grammar, actions and size go; the rest passes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hygiene.simulate.granted_services import action_exists, namespaces
from hygiene.simulate.operations.access_analyzer import analyzer_page
from hygiene.simulate.statements import as_list, covers_resource, statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.simulate.incoming import Answer, Incoming
    from hygiene.simulate.state import State

LONGEST_IDENTITY_POLICY = 6144
"""Characters of a managed policy, white space left out."""

_LEARN_MORE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"


def _finding(kind: str, code: str, details: str, path: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    start = {"line": 1, "column": 0, "offset": 0}
    anchor = code.lower().replace("_", "-")
    return {
        "findingType": kind,
        "issueCode": code,
        "findingDetails": details,
        "learnMoreLink": f"{_LEARN_MORE}#access-analyzer-reference-policy-checks-{kind.lower()}-{anchor}",
        "locations": [{"path": path or [], "span": {"start": start, "end": start}}],
    }


def _action_findings(number: int, statement: Any) -> Iterator[dict[str, Any]]:
    for element in ("Action", "NotAction"):
        for action in as_list(statement.get(element, [])):
            namespace, _, name = str(action).partition(":")
            path: list[dict[str, Any]] = [{"value": "Statement"}, {"index": number}, {"value": element}]
            if action == "*" or "*" in namespace:
                continue
            if namespace.lower() not in namespaces():
                sentence = f"The service {namespace} specified in the action does not exist."
                yield _finding("ERROR", "INVALID_SERVICE_IN_ACTION", sentence, path)
            elif not name or not action_exists(namespace.lower(), name):
                yield _finding("ERROR", "INVALID_ACTION", f"The action {action} does not exist.", path)


def _statement_findings(number: int, statement: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
        yield _finding("ERROR", "MISSING_EFFECT", "Add the Effect element to the policy statement.")
        return
    if not {"Action", "NotAction"} & set(statement):
        yield _finding("ERROR", "MISSING_ACTION", "Add an Action or NotAction element to the policy statement.")
    yield from _action_findings(number, statement)
    passes = any(str(a).lower() == "iam:passrole" for a in as_list(statement.get("Action", [])))
    if passes and statement["Effect"] == "Allow" and covers_resource(statement, "anything"):
        sentence = "Using the iam:PassRole action with wildcards (*) in the resource can be overly permissive."
        yield _finding("SECURITY_WARNING", "PASS_ROLE_WITH_STAR_IN_RESOURCE", sentence)


def _findings(text: str, policy_type: str) -> Iterator[dict[str, Any]]:
    try:
        document = json.loads(text)
    except ValueError as error:
        yield _finding("ERROR", "JSON_SYNTAX_ERROR", f"Fix the JSON syntax error: {error}.")
        return
    if not isinstance(document, dict) or "Statement" not in document:
        yield _finding("ERROR", "MISSING_STATEMENT", "Add a Statement element to the policy.")
        return
    size = len("".join(text.split()))
    if policy_type == "IDENTITY_POLICY" and size > LONGEST_IDENTITY_POLICY:
        sentence = (
            f"The {size} characters in the identity policy, excluding whitespace, exceed the"
            f" {LONGEST_IDENTITY_POLICY} character maximum for inline and managed policies."
        )
        yield _finding("ERROR", "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", sentence)
    for number, statement in enumerate(statements(document)):
        yield from _statement_findings(number, statement)


def validate_policy(state: State, call: Incoming) -> Answer:
    """The findings about a document; none when it is sound."""
    parameters = call.parameters
    found = list(enumerate(_findings(str(parameters["policyDocument"]), str(parameters["policyType"]))))
    return analyzer_page(state, call, "findings", found, lambda f: f"{f[0]:09d}", lambda f: f[1])


OPERATIONS = {("access-analyzer", "ValidatePolicy"): validate_policy}
