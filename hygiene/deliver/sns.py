"""Amazon SNS: one announcement to a topic, as a sentence for people and as JSON for machines.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING, Any

from hygiene.deliver.aws_calls import client_for_once, receipt_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hygiene.deliver.transport import Receipt
    from hygiene.model import Announcement

_MACHINES = ("http", "https", "lambda", "sqs", "firehose")
_SUBJECT_CHARACTERS = 99
_TEXT_BYTES = 60_000
"""The whole message, the text twice and the JSON for each protocol, must stay below 256 KB."""


class Topic:
    """A topic, entered with the credentials of this program, in the Region that its ARN names."""

    def __init__(self, topic_arn: str, sleep: Callable[[float], None] = time.sleep) -> None:
        """Raise DeliveryError where AWS cannot be used."""
        self._topic_arn = topic_arn
        self._sleep = sleep
        self._client = client_for_once("sns", region=topic_arn.split(":")[3])

    def announce(self, announcement: Announcement, key: str) -> Receipt:
        """Publish once. `key` names the message: a FIFO topic that had it within five minutes takes no second one."""
        facts = json.dumps(announcement.facts)
        message = {"default": _cut(announcement.text), **dict.fromkeys(_MACHINES, facts)}
        asked: dict[str, Any] = {
            "TopicArn": self._topic_arn,
            "Subject": subject_line(announcement.subject),
            "Message": json.dumps(message),
            "MessageStructure": "json",
        }
        if self._topic_arn.endswith(".fifo"):
            deduplicated = hashlib.sha256(key.encode()).hexdigest()
            asked |= {"MessageGroupId": "role-hygiene", "MessageDeduplicationId": deduplicated}
        return receipt_of(lambda: self._client.publish(**asked), self._sleep)


def subject_line(text: str) -> str:
    """Return what SNS takes as a subject: ASCII, one line, below 100 characters, beginning with a letter or digit."""
    plain = " ".join(text.encode("ascii", "replace").decode().split())
    printable = "".join(character for character in plain if character.isprintable()).lstrip(" !?*=+-@.")
    return printable[:_SUBJECT_CHARACTERS] or "IAM access review"


def _cut(text: str) -> str:
    content = text.encode("utf-8", "replace")
    if len(content) <= _TEXT_BYTES:
        return content.decode()
    return f"{content[:_TEXT_BYTES].decode('utf-8', 'ignore')} …"
