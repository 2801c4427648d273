"""Fingerprints of all roles of an account: the texts of shared policies are made once, not per role.

The results are those of `hygiene.policy.fingerprint` on `hygiene.documents.judged_parts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.documents import boundary_arn, identity_policies
from hygiene.policy.fingerprint import canonical, normalised, readable, sha256

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hygiene.documents import AttachedPolicy
    from hygiene.model import JsonObject

_Texts = tuple[str, str]
"""Canonical JSON as it is, and with account and Region taken out."""


class Fingerprints:
    """Makes `group_id` and `row_sha256` of one account's roles."""

    def __init__(self, account_id: str, documents: Mapping[str, object]) -> None:
        self._account_id = account_id
        self._documents = documents
        self._managed: dict[str, _Texts] = {}
        self._entries: dict[str, _Texts] = {}
        self._trusts: dict[str, _Texts] = {}

    def of(self, role: JsonObject, role_id: str) -> tuple[str, str]:
        """Return `group_id` and `row_sha256`."""
        boundary, policies = self._boundary(role), self._policies(role)
        trust = self._trust(role.get("AssumeRolePolicyDocument"))
        general = f'{{"boundary":{boundary[1]},"policies":{policies[1]},"trust":{trust[1]}}}'
        exact = (
            f'{{"boundary":{boundary[0]},"policies":{policies[0]},"role_id":{canonical(role_id)},"trust":{trust[0]}}}'
        )
        return sha256(general)[:16], sha256(exact)

    def _texts(self, value: object) -> _Texts:
        # Neither an account id nor a Region can lie across JSON's punctuation: part by part is as good as whole.
        text = canonical(value)
        return text, normalised(text, self._account_id)

    def _trust(self, document: object) -> _Texts:
        """Return the texts of a trust policy; hundreds of roles trust the same service in the same words."""
        text = canonical(readable(document))
        if text not in self._trusts:
            self._trusts[text] = text, normalised(text, self._account_id)
        return self._trusts[text]

    def _boundary(self, role: JsonObject) -> _Texts:
        arn = boundary_arn(role)
        if not arn:
            return "null", "null"
        written, document = self._texts(arn), self._document(arn)
        exact, general = (f'{{"arn":{written[part]},"document":{document[part]}}}' for part in (0, 1))
        return exact, general

    def _policies(self, role: JsonObject) -> _Texts:
        found = dict(self._entry(policy) for policy in identity_policies(role, self._documents))
        entries = [found[name] for name in sorted(found)]
        exact, general = (",".join(entry[part] for entry in entries) for part in (0, 1))
        return f"{{{exact}}}", f"{{{general}}}"

    def _entry(self, policy: AttachedPolicy) -> tuple[str, _Texts]:
        """Return a policy's name among the judged parts, and its texts behind that name."""
        name = f"{policy.kind}:{policy.arn or policy.name}"
        if not policy.arn:
            return name, self._named(name, self._texts(readable(policy.document)))
        if name not in self._entries:
            self._entries[name] = self._named(name, self._document(policy.arn))
        return name, self._entries[name]

    def _named(self, name: str, document: _Texts) -> _Texts:
        exact, general = self._texts(name)
        return f"{exact}:{document[0]}", f"{general}:{document[1]}"

    def _document(self, arn: str) -> _Texts:
        """Return the texts of a managed policy's default document, made on first use."""
        if arn not in self._managed:
            self._managed[arn] = self._texts(readable(self._documents.get(arn)))
        return self._managed[arn]
