"""Finds the shared cases beside the checkout; a stranger's machine does not have them, and the tests say so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.analyse.account import AccountAnalysis, analyse_account
from hygiene.analyse.catalogue import configured_checks
from hygiene.analyse.permissions import PolicyCompiler
from hygiene.model import Account
from hygiene.snapshot.accounts import account_documents

if TYPE_CHECKING:
    from hygiene.analyse.reference import Reference

CASES = Path(__file__).parents[3] / "shared" / "cases"


def shared_cases(kind: str) -> list[Any]:
    """Return the cases of a kind as parameters, or one that is skipped with the reason."""
    file = CASES / f"{kind}.jsonl"
    if not file.is_file():
        missing = pytest.mark.skip(reason="the shared cases (../shared/cases) are not on this machine")
        return [pytest.param({}, marks=missing, id="no-cases")]
    cases = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [pytest.param(case, id=case["id"]) for case in cases]


def judged(case: dict[str, Any], reference: Reference) -> AccountAnalysis:
    """Judge a case's account by all checks."""
    documents = account_documents(case["account_id"], {"authorization-details": case["gaad"]}, [])
    return analyse_account(documents, Account(case["account_id"]), reference, configured_checks({}), PolicyCompiler())
