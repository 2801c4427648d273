"""The account's OIDC and SAML providers, each with its details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygiene.collect.context import AccountContext, Collector

if TYPE_CHECKING:
    from hygiene.model import JsonObject


def collect(context: AccountContext) -> JsonObject:
    """Return `{"oidc": [{"Arn", "Url", "ClientIDList", …}], "saml": [{"Arn", "ValidUntil", …}]}`."""
    client = context.client
    oidc = client.listed("iam", "ListOpenIDConnectProviders", "OpenIDConnectProviderList")
    saml = client.listed("iam", "ListSAMLProviders", "SAMLProviderList")
    return {
        "oidc": [
            {**entry, **client.call("iam", "GetOpenIDConnectProvider", OpenIDConnectProviderArn=entry["Arn"])}
            for entry in oidc
        ],
        "saml": [{**entry, **client.call("iam", "GetSAMLProvider", SAMLProviderArn=entry["Arn"])} for entry in saml],
    }


COLLECTOR = Collector("identity-providers", collect)
