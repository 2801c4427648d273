"""What IAM Access Analyzer says about proposed policies: asked in a run, kept in the ledger, read by every report.

`OUT/ledger/<review_id>/policy-validation.json` holds the answers by the SHA-256 of the document: a report that
needs no AWS says the same.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hygiene.documents import parse_time
from hygiene.errors import HygieneError
from hygiene.model import Opinion
from hygiene.pipeline.places import LEDGER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from hygiene.collect.client import AwsClient
    from hygiene.model import Proposal
    from hygiene.store import Store

logger = logging.getLogger(__name__)

FILE = "policy-validation.json"
_SCHEMA = 1
_ASKED_AT_MOST = 2_000
"""Documents in one run: many roles share one, and more would hold a review up for a thing nobody waits for."""


@dataclass(frozen=True)
class Validation:
    """The answers of one review. `connect` gives AWS; None: only what is known is used."""

    out: Store
    review_id: str
    connect: Callable[[], AwsClient] | None
    clock: Callable[[], datetime]

    def prepare(self, proposals: Iterable[Proposal]) -> None:
        """Ask about what is not known yet, and keep it."""
        if self.connect is not None:
            self._known.update(self._asked(self.connect, self._unknown(proposals)))

    def about(self, proposals: Sequence[Proposal]) -> dict[str, Opinion]:
        """Return role ARN → what is said about all policies proposed for it; without roles not all was said of."""
        if not self._known:
            return {}
        found = ((one.role_arn, _opinion(tuple(_policies(one)), self._known)) for one in proposals)
        return {arn: opinion for arn, opinion in found if opinion}

    @cached_property
    def _known(self) -> dict[str, Opinion]:
        content = self.out.read(self._name)
        try:
            listed = json.loads(content)["answers"] if content else {}
            return {key: _from_json(value) for key, value in listed.items()}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            logger.warning("%s/%s is not used: %s", self.out.location, self._name, error)
            return {}

    def _unknown(self, proposals: Iterable[Proposal]) -> dict[str, str]:
        """Return digest → document, the first ones by digest: never many more than that are in memory."""
        wanted: dict[str, str] = {}
        for proposal in proposals:
            for _, text in _policies(proposal):
                key = sha256(text)
                if key not in self._known:
                    wanted[key] = text
            if len(wanted) > 2 * _ASKED_AT_MOST:
                wanted = _first(wanted)
        return _first(wanted)

    def _asked(self, connect: Callable[[], AwsClient], unknown: Mapping[str, str]) -> dict[str, Opinion]:
        from hygiene.collect.policy_validation import validate_policies

        if not unknown:
            return {}
        try:
            answers = validate_policies(connect(), unknown)
        except HygieneError as error:
            logger.info("IAM Access Analyzer is not asked about proposals: %s", error)
            return {}
        now = self.clock().replace(microsecond=0)
        found = {key: Opinion(now, tuple(sentences)) for key, sentences in answers.items()}
        if found:
            self._keep({**self._known, **found})
        return found

    def _keep(self, answers: Mapping[str, Opinion]) -> None:
        listed = {key: _to_json(answers[key]) for key in sorted(answers)}
        document = {"schema_version": _SCHEMA, "answers": listed}
        self.out.write(self._name, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode())

    @property
    def _name(self) -> str:
        return f"{LEDGER}/{self.review_id}/{FILE}"


def sha256(text: str) -> str:
    """Return the digest an answer is kept under."""
    return hashlib.sha256(text.encode()).hexdigest()


def _first(documents: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(documents.items())[:_ASKED_AT_MOST])


def _policies(proposal: Proposal) -> Iterator[tuple[str, str]]:
    for policy in json.loads(proposal.text())["policies"]:
        yield policy["name"], json.dumps(policy["document"], separators=(",", ":"), sort_keys=True)


def _opinion(policies: Sequence[tuple[str, str]], known: Mapping[str, Opinion]) -> Opinion | None:
    """Return what is said of all policies of a role; None where one of them was not asked about, or there is none."""
    said = [(name, known.get(sha256(text))) for name, text in policies]
    answered = [(name, opinion) for name, opinion in said if opinion is not None]
    if not said or len(answered) < len(said):
        return None
    findings = tuple(f"{name}: {sentence}" for name, opinion in answered for sentence in opinion.findings)
    return Opinion(max(opinion.asked_at for _, opinion in answered), findings)


def _to_json(opinion: Opinion) -> dict[str, Any]:
    return {"asked_at": opinion.asked_at.isoformat(), "findings": list(opinion.findings)}


def _from_json(value: Mapping[str, Any]) -> Opinion:
    asked_at = parse_time(value["asked_at"])
    if asked_at is None:
        raise ValueError("an answer without its time")
    return Opinion(asked_at, tuple(str(sentence) for sentence in value["findings"]))
