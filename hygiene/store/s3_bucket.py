"""One S3 bucket through boto3: objects by their full key; every refusal a sentence.

Standard AWS settings hold, `AWS_ENDPOINT_URL` too. How objects are encrypted is the bucket's own affair: S3 encrypts
each of them, with the key that the bucket's default says.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
from boto3.s3.transfer import TransferConfig, create_transfer_manager
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from hygiene.errors import StoreError
from hygiene.store.base import Tagged
from hygiene.store.s3_errors import ABSENT, TAKEN, code_of, sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

CHUNK_BYTES = 1 << 20
_FALLBACK_REGION = "us-east-1"
_WORKERS = 8
_BODY_ATTEMPTS = 5
_DELETE_AT_ONCE = 1000
_MULTIPART_FROM = 16 << 20
_BROKEN_BODY = (ConnectionClosedError, IncompleteReadError, ReadTimeoutError, ResponseStreamingError)
_CONFLICT = "ConditionalRequestConflict"
_CONFLICT_ATTEMPTS = 5

_CONTENT_TYPES = {
    "css": "text/css; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "gz": "application/gzip",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Bucket:
    """The objects of a bucket. Safe to use from several threads, as boto3's clients are."""

    def __init__(self, name: str) -> None:
        """Raise CredentialsError for a profile that does not exist."""
        self.name = name
        with sentences(f"s3://{name}"):
            session = boto3.Session(region_name=boto3.Session().region_name or _FALLBACK_REGION)
            self._client: Any = session.client("s3", config=_config())

    def place(self, key: str) -> str:
        """Return a key as a person would write it."""
        return f"s3://{self.name}/{key}"

    def get(self, key: str) -> Tagged | None:
        """Return an object's content and ETag, None when there is no such object."""
        answer = self._open(key, 0)
        if answer is None:
            return None
        return Tagged(b"".join(self._resumed(key, answer)), str(answer["ETag"]))

    def chunks(self, key: str) -> Iterator[bytes] | None:
        """Return an object's content in pieces, None when there is no such object."""
        answer = self._open(key, 0)
        return None if answer is None else self._resumed(key, answer)

    def put(self, key: str, content: bytes) -> None:
        """Write an object; readers see the old one or this one."""
        if len(content) < _MULTIPART_FROM:
            self._put(key, content)
            return
        from io import BytesIO

        self._transfer([(BytesIO(content), key)])

    def put_if(self, key: str, content: bytes, tag: str | None) -> str | None:
        """Write an object only while it has this ETag, or does not exist; None when the condition does not hold.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
        """
        condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
        for _ in range(_CONFLICT_ATTEMPTS):
            with sentences(self.place(key)):
                try:
                    return self._put_unchecked(key, content, **condition)
                except ClientError as error:
                    if code_of(error) in TAKEN | ABSENT:
                        return self._was_ours(key, content)
                    if code_of(error) != _CONFLICT:
                        raise
        return None

    def _was_ours(self, key: str, content: bytes) -> str | None:
        """Return the tag when an answer was lost and botocore's second try met our own first one."""
        there = self.get(key)
        return there.tag if there is not None and there.content == content else None

    def delete_if(self, key: str, tag: str) -> bool:
        """Delete an object only while it has this ETag.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
        """
        with sentences(self.place(key)):
            try:
                self._client.delete_object(Bucket=self.name, Key=key, IfMatch=tag)
            except ClientError as error:
                if code_of(error) in TAKEN | ABSENT | {_CONFLICT}:
                    return False
                raise
        return True

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; those that are not there are no error."""
        wanted = list(keys)
        for start in range(0, len(wanted), _DELETE_AT_ONCE):
            part = [{"Key": key} for key in wanted[start : start + _DELETE_AT_ONCE]]
            with sentences(self.place(wanted[start])):
                answer = self._client.delete_objects(Bucket=self.name, Delete={"Objects": part, "Quiet": True})
            for error in answer.get("Errors", [])[:1]:
                raise StoreError(
                    f"{self.place(error['Key'])}: cannot be deleted ({error.get('Code')}: {error.get('Message')})."
                )

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield every key below a prefix in S3's order, all pages; consoles' empty folder objects are left out."""
        for page in self._pages(prefix, ""):
            yield from (entry["Key"] for entry in page.get("Contents", []) if not entry["Key"].endswith("/"))

    def folders(self, prefix: str) -> Iterator[str]:
        """Yield the names of the folders directly below a prefix."""
        for page in self._pages(prefix, "/"):
            yield from (entry["Prefix"][len(prefix) : -1] for entry in page.get("CommonPrefixes", []))

    def has_any(self, prefix: str) -> str | None:
        """Return the first key that begins so, None when none does."""
        with sentences(self.place(prefix)):
            answer = self._client.list_objects_v2(Bucket=self.name, Prefix=prefix, MaxKeys=1)
        found = answer.get("Contents", [])
        return str(found[0]["Key"]) if found else None

    def copy(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Copy objects inside S3, from the first key to the second."""
        self._each(self._copy, pairs)

    def upload(self, files: Mapping[str, Path]) -> None:
        """Write files to keys, several at a time, large ones in parts."""
        self._transfer([(str(path), key) for key, path in files.items()])

    def put_all(self, contents: Mapping[str, bytes]) -> None:
        """Write objects, several at a time."""
        self._each(self.put, contents.items())

    def _each(self, work: Callable[[str, Any], None], arguments: Iterable[tuple[str, Any]]) -> None:
        with ThreadPoolExecutor(_WORKERS, thread_name_prefix="s3") as pool:
            for future in [pool.submit(work, *each) for each in arguments]:
                future.result()

    def _copy(self, source: str, target: str) -> None:
        with sentences(self.place(target)):
            self._client.copy_object(
                Bucket=self.name, Key=target, CopySource={"Bucket": self.name, "Key": source}, **_described(target)
            )

    def _put(self, key: str, content: bytes) -> None:
        with sentences(self.place(key)):
            self._put_unchecked(key, content)

    def _put_unchecked(self, key: str, content: bytes, **condition: str) -> str:
        kind = {"ContentType": content_type(key)}
        answer = self._client.put_object(Bucket=self.name, Key=key, Body=content, **kind, **condition)
        return str(answer["ETag"])

    def _transfer(self, files: list[tuple[Any, str]]) -> None:
        config = TransferConfig(multipart_threshold=_MULTIPART_FROM, max_concurrency=_WORKERS)
        with create_transfer_manager(self._client, config) as manager:
            begun = [
                (key, manager.upload(source, self.name, key, {"ContentType": content_type(key)}))
                for source, key in files
            ]
            for key, future in begun:
                with sentences(self.place(key)):
                    future.result()

    def _pages(self, prefix: str, delimiter: str) -> Iterator[dict[str, Any]]:
        wanted = {"Delimiter": delimiter} if delimiter else {}
        with sentences(self.place(prefix)):
            paginator = self._client.get_paginator("list_objects_v2")
            yield from paginator.paginate(Bucket=self.name, Prefix=prefix, **wanted)

    def _open(self, key: str, start: int, tag: str = "") -> dict[str, Any] | None:
        further = {"Range": f"bytes={start}-", "IfMatch": tag} if start else {}
        with sentences(self.place(key)):
            try:
                answer: dict[str, Any] = self._client.get_object(Bucket=self.name, Key=key, **further)
            except ClientError as error:
                if code_of(error) in ABSENT:
                    return None
                raise
        return answer

    def _resumed(self, key: str, answer: dict[str, Any]) -> Iterator[bytes]:
        """Yield the body; where the connection breaks go on from there: botocore retries requests, not bodies."""
        tag, done, left = str(answer["ETag"]), 0, _BODY_ATTEMPTS
        while True:
            try:
                for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
                    done += len(chunk)
                    yield chunk
            except _BROKEN_BODY as error:
                left -= 1
                again = self._open(key, done, tag) if left else None
                if again is None:
                    raise StoreError(f"{self.place(key)}: cannot be read to its end ({error}).") from error
                answer = again
            else:
                return


def _config() -> Config:
    return Config(
        retries={"mode": "adaptive", "total_max_attempts": 10},
        connect_timeout=10,
        read_timeout=60,
        max_pool_connections=4 * _WORKERS,
        user_agent_extra="role-hygiene",
    )


def content_type(key: str) -> str:
    """Return the media type of a file by its ending."""
    return _CONTENT_TYPES.get(key.rsplit(".", 1)[-1].lower(), "application/octet-stream")


def _described(key: str) -> dict[str, str]:
    return {"ContentType": content_type(key), "MetadataDirective": "REPLACE"}
