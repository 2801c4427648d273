"""A copy of a sealed report in a bucket: a folder of its own, its seal last, nothing there changed or deleted.

S3 is told every file's SHA-256 and refuses what is not as it was sealed. Where the bucket has Object Lock, nobody can
delete the copy for a time (governance mode: who may lift the lock still can).
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

from __future__ import annotations

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from hygiene.deliver.transport import Outcome, Receipt
from hygiene.errors import DeliveryError
from hygiene.store.s3_bucket import content_type

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hygiene.config import S3Delivery
    from hygiene.store import Store

_NO_LOCK = "ObjectLockConfigurationNotFoundError"
_WORKERS = 8


class ReportCopy:
    """Where copies go. The same report may be copied again: it gives the same objects."""

    def __init__(self, settings: S3Delivery) -> None:
        """Raise DeliveryError where AWS cannot be used."""
        self._settings = settings
        config = Config(
            retries={"mode": "adaptive", "total_max_attempts": 10},
            max_pool_connections=_WORKERS,
            user_agent_extra="role-hygiene",
        )
        try:
            self._client: Any = boto3.Session().client("s3", config=config)
        except BotoCoreError as error:
            raise DeliveryError(f"AWS cannot be used: {error}.") from error

    def location(self, folder: str) -> str:
        """Return the address of a folder of the copy."""
        return f"s3://{self._settings.bucket}/{self._key(folder, '')}".rstrip("/")

    def copy(self, store: Store, digests: Mapping[str, str], seal: str, folder: str, now: datetime) -> Receipt:
        """Copy the files, path → SHA-256, and the seal last: a folder without it is no copy yet."""
        content = store.read(seal)
        if content is None:
            return Receipt(Outcome.REFUSED, f"{seal} is gone")
        try:
            how = self._protection(now)
            with ThreadPoolExecutor(_WORKERS, thread_name_prefix="copy") as pool:
                for done in [pool.submit(self._put, store, folder, path, digests[path], how) for path in digests]:
                    done.result()
            self._put(store, folder, seal, hashlib.sha256(content).hexdigest(), how)
        except (ClientError, BotoCoreError) as error:
            return Receipt(Outcome.REFUSED, f"{self.location(folder)}: {error}"[:300])
        locked = f", locked until {how['ObjectLockRetainUntilDate']:%Y-%m-%d}" if "ObjectLockMode" in how else ""
        return Receipt(Outcome.ACCEPTED, f"{len(digests) + 1} files{locked}")

    def _put(self, store: Store, folder: str, path: str, sha256: str, how: Mapping[str, Any]) -> None:
        self._client.put_object(
            Bucket=self._settings.bucket,
            Key=self._key(folder, path),
            Body=store.read(path) or b"",
            ContentType=content_type(path),
            # Object Lock asks for the algorithm beside the checksum.
            # https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
            **how,
        )

    def _key(self, folder: str, path: str) -> str:
        return "/".join(part for part in (*self._settings.prefix.split("/"), folder, path) if part)

    def _protection(self, now: datetime) -> dict[str, Any]:
        """Return how objects are encrypted and locked. A bucket that does not tell whether it locks is refused."""
        key = self._settings.kms_key
        how: dict[str, Any] = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}
        if self._settings.lock_days and self._has_object_lock():
            until = now + timedelta(days=self._settings.lock_days)
            how |= {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": until}
        return how

    def _has_object_lock(self) -> bool:
        try:
            answer = self._client.get_object_lock_configuration(Bucket=self._settings.bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] == _NO_LOCK:
                return False
            raise
        return bool(answer.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled")
