"""A session of the reader role in one account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import threading

    import boto3

Credentials = dict[str, str]
"""As STS gives them: AccessKeyId, SecretAccessKey, SessionToken."""


class AccountSession:
    """A session of one account: the process's only boto3 session, with the account's own keys for every client.

    A session of its own would cost each account 30 ms, and the API models would be read anew for each. boto3's
    sessions are not made for several threads: clients are made one at a time.
    """

    def __init__(self, shared: boto3.Session, one_at_a_time: threading.Lock, keys: Credentials) -> None:
        self._shared = shared
        self._one_at_a_time = one_at_a_time
        self._keys = keys

    @property
    def region_name(self) -> str:
        """The Region that is called where no other is named."""
        return self._shared.region_name

    def client(self, service: str, **more: Any) -> Any:
        """Return a client, as boto3's session does."""
        keys = {
            "aws_access_key_id": self._keys["AccessKeyId"],
            "aws_secret_access_key": self._keys["SecretAccessKey"],
            "aws_session_token": self._keys["SessionToken"],
        }
        make: Any = self._shared.client
        with self._one_at_a_time:
            return make(service, **keys, **more)

    def get_partition_for_region(self, region: str) -> str:
        """Return the partition a Region belongs to."""
        return self._shared.get_partition_for_region(region)

    def get_available_regions(self, service: str, partition: str) -> list[str]:
        """Return the Regions that boto3 knows a service in."""
        return self._shared.get_available_regions(service, partition)
