"""Tries what a review needs, account by account, and says in plain words what is missing and what to grant."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hygiene.collect.refusal import RefusedError
from hygiene.collect.workers import at_once_here
from hygiene.model import GapKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hygiene.collect.client import AwsClient
    from hygiene.config import Aws

_NOT_WRITTEN_YET = {"ReportInProgress", "CredentialReportNotReadyException", "ReportNotPresent", "ReportExpired"}

_NO_JOB = "00000000-0000-0000-0000-000000000000"
"""A job that does not exist: whoever may ask is told so, whoever may not is denied."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One account's health. `missing`: the IAM actions that were denied; `complaint`: what else went wrong."""

    account_id: str
    missing: tuple[str, ...] = ()
    complaint: str = ""

    @property
    def is_well(self) -> bool:
        """Whether a review of the account will have no gaps."""
        return not self.missing and not self.complaint


def examine(account_ids: Sequence[str], enter: Callable[[str], AwsClient], settings: Aws) -> Iterator[Diagnosis]:
    """Yield a diagnosis per account, in order; every probe is a read of one item that the settings need."""
    with ThreadPoolExecutor(at_once_here(settings.max_workers, len(account_ids))) as pool:
        yield from pool.map(lambda account_id: _examine(account_id, enter, settings), account_ids)


def _examine(account_id: str, enter: Callable[[str], AwsClient], settings: Aws) -> Diagnosis:
    try:
        client = enter(account_id)
    except RefusedError as error:
        return Diagnosis(account_id, complaint=f"the role cannot be assumed ({error.code or error.message})")
    probes = _Probes(client)
    probes.run(settings)
    return Diagnosis(account_id, tuple(probes.missing), "; ".join(probes.complaints))


class _Probes:
    """The probes of one account; each notes what was denied and goes on."""

    def __init__(self, client: AwsClient) -> None:
        self._client = client
        self.missing: list[str] = []
        self.complaints: list[str] = []

    def run(self, settings: Aws) -> None:
        """Try every operation a review makes in an account, with these settings."""
        self._try("GetAccountAuthorizationDetails", Filter=["Role"], MaxItems=1)
        role = next(iter(self._try("ListRoles", MaxItems=1).get("Roles", [])), None)
        self._try("GetAccountSummary")
        self._probe_providers()
        self._try("GenerateCredentialReport")
        self._try("GetCredentialReport")
        if settings.cloudtrail == "lookup":
            # Without the Regions all that are known are asked, so that one alone is no gap.
            self._try("LookupEvents", "cloudtrail", MaxResults=1)
        if settings.account_contact != "off":
            self._try("GetAlternateContact", "account", AlternateContactType=settings.account_contact.upper())
        if role is None:
            return
        self._try("GetRole", RoleName=role["RoleName"])
        if settings.last_accessed != "off":
            job = self._try("GenerateServiceLastAccessedDetails", Arn=role["Arn"])
            self._try("GetServiceLastAccessedDetails", JobId=job.get("JobId", _NO_JOB), MaxItems=1)

    def _probe_providers(self) -> None:
        for entry in self._try("ListOpenIDConnectProviders").get("OpenIDConnectProviderList", [])[:1]:
            self._try("GetOpenIDConnectProvider", OpenIDConnectProviderArn=entry["Arn"])
        for entry in self._try("ListSAMLProviders").get("SAMLProviderList", [])[:1]:
            self._try("GetSAMLProvider", SAMLProviderArn=entry["Arn"])

    def _try(self, operation: str, service: str = "iam", **parameters: object) -> dict[str, Any]:
        try:
            return self._client.call(service, operation, **parameters)
        except RefusedError as error:
            if error.kind is GapKind.DENIED:
                self.missing.append(f"{service}:{operation}")
            elif error.kind is not GapKind.GONE and error.code not in _NOT_WRITTEN_YET:
                self.complaints.append(str(error))
            return {}
