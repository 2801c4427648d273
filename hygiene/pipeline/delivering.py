"""Sealed report → everything that leaves the house: mails, copies, announcements, findings; each exactly once."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from hygiene.errors import ConfigError
from hygiene.model import Channel
from hygiene.pipeline.handing_over import HandingOver
from hygiene.pipeline.mailing import send_mails
from hygiene.pipeline.places import alone, new_run_id
from hygiene.pipeline.sending import Delivered, DeliveryRequest
from hygiene.report.sealed import open_sealed
from hygiene.store import open_store, split_location

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hygiene.config import Settings
    from hygiene.report.sealed import SealedReport
    from hygiene.store import Store

__all__ = ["Delivered", "DeliveryRequest", "deliver"]

_LEFT_ALONE = "Nothing was sent: `hygiene deliver` sends it when that has ended."
_NEEDED = {
    Channel.S3: "[delivery.s3] bucket",
    Channel.SNS: "[delivery.sns] topic_arn",
    Channel.WEBHOOK: "[delivery.webhook] url_env or url_file",
    Channel.SECURITY_HUB: "[delivery.security_hub] enabled = true",
}


def deliver(settings: Settings, request: DeliveryRequest, clock: Callable[[], datetime]) -> Delivered:
    """Send what is due and was not sent yet. A dry run needs no lock: it remembers nothing.

    Raises ReportError for a report that is not as it was sealed, ConfigError where a channel cannot be used as it is
    configured, LockHeldError when another run is at work in the place.
    """
    above, name = split_location(request.report)
    with ExitStack() as stack:
        out = open_store(above)
        if not request.dry_run:
            out = stack.enter_context(alone(above, new_run_id(clock()), _LEFT_ALONE)).out
        return _delivered(settings, request, clock, out, open_sealed(out.child(name)))


def _delivered(
    settings: Settings, request: DeliveryRequest, clock: Callable[[], datetime], out: Store, report: SealedReport
) -> Delivered:
    handing_over = HandingOver(settings, report, out, request, clock)
    channels = channels_of(settings, request)
    done = Delivered()
    for channel in (channel for channel in Channel if channel in channels):
        if channel is Channel.MAIL:
            done += send_mails(settings, request, clock, out, report)
        else:
            done += handing_over.hand_over(channel)
    return done


def check_secrets(settings: Settings) -> None:
    """Raise ConfigError for a password or an address that is not where the configuration says.

    Asked before a run begins: an hour of collecting must not end in a report that cannot be sent.
    """
    channels = settings.channels()
    if Channel.MAIL in channels and settings.email.transport == "smtp":
        from hygiene.deliver.smtp import SmtpTransport

        SmtpTransport(settings.email)
    if Channel.WEBHOOK in channels:
        from hygiene.deliver.webhook import Webhook

        Webhook(settings.delivery.webhook)


def channels_of(settings: Settings, request: DeliveryRequest) -> frozenset[Channel]:
    """Return the channels that a request means: those that are switched on, and mail wherever it is configured.

    An owner or another address is about mail alone. Raises ConfigError for a channel that was named and is not
    configured.
    """
    email = settings.email
    if request.only is not None:
        for channel in sorted(request.only - settings.channels() - {Channel.MAIL}):
            raise ConfigError(f"--only {channel}: {_NEEDED[channel]} is not set, so nothing can be delivered there.")
        return request.only
    if request.override or request.owner is not None:
        return frozenset({Channel.MAIL})
    is_about_mail = request.dry_run or bool(email.sender or email.to or email.host)
    on = settings.channels()
    return on | {Channel.MAIL} if is_about_mail or not on else on
