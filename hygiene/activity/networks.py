"""A source address of CloudTrail → what is counted, and whether it is one that was expected. Pure.

IPv4 addresses are kept whole: a company's way out is often one address, and `expected_networks` may name just that.
IPv6 is counted by /64, the network of one site: a machine takes new addresses in it every day.
A call that an AWS service makes carries the service's DNS name, or `AWS Internal`, instead of an address.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN = "unknown"
AWS_INTERNAL = "AWS Internal"

_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws|amazon|aws)(\.com)?(\.cn)?", re.ASCII)
_IPV6_SITE = 64

_PRIVATE = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(maxsize=8192)
def source_network(address: str) -> str:
    """Return an IPv4 address, an IPv6 /64, an AWS service's name, `AWS Internal`, or `unknown`."""
    text = address.strip()
    if text == AWS_INTERNAL:
        return text
    if _SERVICE.fullmatch(text.lower()):
        return text.lower()
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), _IPV6_SITE), strict=False))


def is_aws_service(network: str) -> bool:
    """Whether a counted network stands for AWS itself: a service acted, wherever its machines are."""
    return network == AWS_INTERNAL or _SERVICE.fullmatch(network) is not None


def is_expected(network: str, expected: Iterable[Network]) -> bool | None:
    """Whether a counted network lies in one of the expected ones; AWS's own do. None: not known where it is."""
    if is_aws_service(network):
        return True
    try:
        counted = ipaddress.ip_network(network)
    except ValueError:
        return None
    return any(_is_inside(counted, other) for other in expected)


def is_private(network: str) -> bool:
    """Whether a counted network is of a range that routers on the internet do not know.

    https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html
    """
    try:
        counted = ipaddress.ip_network(network)
    except ValueError:
        return False
    return any(_is_inside(counted, private) for private in _PRIVATE)


def _is_inside(counted: Network, expected: Network) -> bool:
    """Whether they touch: of an IPv6 /64 nobody kept which of its addresses it was."""
    return counted.version == expected.version and counted.overlaps(expected)
