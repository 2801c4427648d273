"""Sealed report → the channels besides mail: one parcel for each target, handed over once, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hygiene.deliver.transport import Outcome, Receipt
from hygiene.errors import DeliveryError, LedgerError, ReportError
from hygiene.model import Channel
from hygiene.pipeline.hub_findings import HubFindings
from hygiene.pipeline.sending import Delivered, sent_file
from hygiene.report.announcement import announcement_of
from hygiene.report.manifest import MANIFEST
from hygiene.review.sent import INTENT, Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from hygiene.config import Settings
    from hygiene.model import Announcement
    from hygiene.pipeline.sending import DeliveryRequest
    from hygiene.report.sealed import SealedReport
    from hygiene.store import Store


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes to one target. `may_repeat`: handing it over twice is harmless, so nobody need find out about it."""

    channel: Channel
    target: str
    what: str
    send: Callable[[], Receipt]
    may_repeat: bool = False


class HandingOver:
    """One delivery of a report."""

    def __init__(
        self,
        settings: Settings,
        report: SealedReport,
        out: Store,
        request: DeliveryRequest,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings, self._report, self._out = settings, report, out
        self._request, self._clock = request, clock
        self._file = sent_file(out, report.review_id)

    def hand_over(self, channel: Channel) -> Delivered:
        """Hand over what this channel has not had; a failure is a sentence, and the next delivery tries again.

        Raises ConfigError where the channel cannot be used as it is configured.
        """
        done = Delivered()
        try:
            for parcel in self._parcels(channel):
                done += self._handed_over(parcel)
        except (DeliveryError, LedgerError, ReportError) as error:
            done += Delivered(problems=(f"{channel}: {error}",))
        return done

    def _parcels(self, channel: Channel) -> Iterator[Parcel]:
        makers = {
            Channel.S3: self._copy,
            Channel.SNS: self._topic,
            Channel.WEBHOOK: self._webhook,
            Channel.SECURITY_HUB: self._hub,
        }
        return makers[channel]()

    def _copy(self) -> Iterator[Parcel]:
        from hygiene.deliver.s3_copy import ReportCopy

        report = self._report
        folder = f"{report.quarter}/{report.summary['as_of'][:10]}-{report.manifest_sha256[:12]}"
        copy = ReportCopy(self._settings.delivery.s3)
        yield Parcel(
            Channel.S3,
            copy.location(folder),
            f"{len(report.digests) + 1} files",
            lambda: copy.copy(report.store, report.digests, MANIFEST, folder, self._clock()),
            may_repeat=True,
        )

    def _topic(self) -> Iterator[Parcel]:
        from hygiene.deliver.sns import Topic

        arn = self._settings.delivery.sns.topic_arn
        words = self._announcement()
        key = f"{self._report.review_id} {self._report.manifest_sha256}"
        yield Parcel(Channel.SNS, arn, words.subject, lambda: Topic(arn).announce(words, key))

    def _webhook(self) -> Iterator[Parcel]:
        from hygiene.deliver.webhook import Webhook

        webhook, words = Webhook(self._settings.delivery.webhook), self._announcement()
        yield Parcel(Channel.WEBHOOK, webhook.target, words.subject, lambda: webhook.announce(words))

    def _hub(self) -> Iterator[Parcel]:
        findings = HubFindings(self._settings, self._report, self._out, self._clock)
        for account in findings.accounts():
            yield Parcel(Channel.SECURITY_HUB, account.target, account.what, account.send, may_repeat=True)

    def _announcement(self) -> Announcement:
        return announcement_of(self._report, self._settings.email.link)

    def _handed_over(self, parcel: Parcel) -> Delivered:
        intent = self._intent(parcel)
        ledger = self._file.ledger()
        again = self._request.resend
        if ledger.was_sent(intent.identity) and not again:
            return Delivered()
        name = f"{parcel.channel} to {parcel.target}"
        if self._request.dry_run:
            return Delivered(planned=(f"{name}: {parcel.what}",))
        if ledger.is_uncertain(intent.identity) and not (again or parcel.may_repeat):
            words = (
                f"{name}: was it delivered? It was begun and nobody knows what came of it. Look there; "
                f"`hygiene deliver --resend --only {parcel.channel}` delivers it again."
            )
            return Delivered(problems=(words,))
        self._file.begin(intent, again=again or parcel.may_repeat)
        receipt = _receipt(parcel)
        self._file.end(intent, receipt)
        return _told(name, receipt)

    def _intent(self, parcel: Parcel) -> Entry:
        now = self._clock()
        return Entry(
            review_id=self._report.review_id,
            owner="",
            kind=parcel.channel,
            state=INTENT,
            at=now,
            due=now.date(),
            to=parcel.target,
            message_id="",
            manifest_sha256=self._report.manifest_sha256,
        )


def _receipt(parcel: Parcel) -> Receipt:
    try:
        return parcel.send()
    except DeliveryError as error:
        return Receipt(Outcome.REFUSED, str(error))


def _told(name: str, receipt: Receipt) -> Delivered:
    if receipt.outcome is Outcome.ACCEPTED:
        return Delivered(sent=(f"{name}: {receipt.detail}" if receipt.detail else name,))
    what = "not delivered" if receipt.outcome is Outcome.REFUSED else "perhaps delivered"
    return Delivered(problems=(f"{name}: {what}: {receipt.detail}",))
