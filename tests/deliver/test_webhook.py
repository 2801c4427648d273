"""A webhook against a real web server: once, no redirects, and the address in no sentence."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import pytest

from hygiene.config import WebhookDelivery
from hygiene.deliver.transport import Outcome
from hygiene.deliver.webhook import Webhook
from hygiene.errors import ConfigError
from hygiene.model import Announcement
from tests.deliver.mail_server import certificate
from tests.deliver.web_server import SECRET, connect_proxy, web_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hygiene.deliver.transport import Receipt
    from tests.deliver.web_server import Hook

WORDS = Announcement("Access review", "3 roles <!channel> need & want a decision", {})


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    with web_server() as running:
        monkeypatch.setenv("HOOK", running.url)
        yield running


def announced(waits: list[float] | None = None, **given: Any) -> Receipt:
    settings = WebhookDelivery(**({"url_env": "HOOK", "timeout_seconds": 5} | given))
    return Webhook(settings, sleep=(waits if waits is not None else []).append).announce(WORDS)


def test_one_post_of_text_as_json_in_which_nothing_calls_a_channel(hook: Hook) -> None:
    assert announced().outcome is Outcome.ACCEPTED
    ((path, content, headers),) = hook.posts
    assert path.endswith(SECRET)
    assert content == {"text": "3 roles &lt;!channel&gt; need &amp; want a decision"}
    assert headers["Content-Type"].startswith("application/json")


def test_a_refusal_for_the_moment_is_tried_again_and_another_one_is_not(hook: Hook) -> None:
    waits: list[float] = []
    hook.answers = [(429, {}, b""), (503, {}, b""), (200, {}, b"ok")]
    assert announced(waits).outcome is Outcome.ACCEPTED
    assert (len(hook.posts), len(waits)) == (3, 2)
    hook.answers = [(404, {}, b"no_service")]
    receipt = announced()
    assert (receipt.outcome, receipt.detail, len(hook.posts)) == (Outcome.REFUSED, "404 no_service", 4)


def test_a_redirect_is_not_followed(hook: Hook) -> None:
    with web_server() as elsewhere:
        hook.answers = [(307, {"Location": elsewhere.url}, b"")]
        assert announced().outcome is Outcome.REFUSED
        assert elsewhere.posts == []


def test_no_answer_after_handing_over_is_uncertain_and_no_connection_a_refusal(hook: Hook) -> None:
    hook.answers = [None]
    assert announced().outcome is Outcome.UNCERTAIN
    assert len(hook.posts) == 1


def test_a_server_that_is_not_there_is_a_refusal_without_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", f"http://127.0.0.1:1/{SECRET}")
    receipt = announced()
    assert receipt.outcome is Outcome.REFUSED
    assert SECRET not in receipt.detail


def test_an_error_page_that_quotes_the_address_does_not_give_it_away(hook: Hook) -> None:
    page = f"no such hook: /services/T0/B0/{SECRET}\x1b[31m\nat {hook.url}".encode()
    hook.answers = [(403, {}, page)]
    receipt = announced()
    assert receipt.detail.startswith("403 no such hook: …")
    assert SECRET not in receipt.detail
    assert receipt.detail.isprintable()


def test_the_address_may_lie_in_a_file_and_its_target_tells_two_apart(hook: Hook, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"{hook.url}\n")
    by_file = Webhook(WebhookDelivery(url_file=tmp_path / "url"))
    assert by_file.target == Webhook(WebhookDelivery(url_env="HOOK")).target
    assert by_file.announce(WORDS).outcome is Outcome.ACCEPTED
    (tmp_path / "url").write_text(f"{hook.url}-other")
    other = Webhook(WebhookDelivery(url_file=tmp_path / "url"))
    assert other.target != by_file.target
    assert SECRET not in other.target


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "is not set"),
        (f"http://hooks.example.com/{SECRET}", "https://"),
        (f"ftp://127.0.0.1/{SECRET}", "https://"),
        (f"file:///{SECRET}", "holds no address"),
        (f"https://{SECRET}@hooks.example.com/", "name or password"),
        (f"https://hooks.example.com/{SECRET}\nX-Evil: 1", "holds no address"),
        (f"https://hooks.example.com:port/{SECRET}", "holds no address"),
        (f"{SECRET}", "holds no address"),
    ],
)
def test_what_is_no_address_is_a_sentence_that_does_not_show_it(
    url: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", url)
    with pytest.raises(ConfigError, match=words) as refused:
        announced()
    assert SECRET not in str(refused.value)


def test_a_missing_file_of_certificates_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOOK", "https://hooks.example.com/x")
    with pytest.raises(ConfigError, match=r"ca_file: .*gone\.pem"):
        announced(ca_file=tmp_path / "gone.pem")


def test_a_proxy_of_the_environment_is_used_and_sees_neither_address_nor_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)
    with web_server(context) as hook, connect_proxy() as (port, heads):
        monkeypatch.setenv("HOOK", hook.url)
        monkeypatch.setenv("HTTPS_PROXY", f"http://ana:p%40ss@127.0.0.1:{port}")
        assert announced(ca_file=own).outcome is Outcome.ACCEPTED
        assert (len(hook.posts), len(heads)) == (1, 1)
        assert "Proxy-Authorization: Basic YW5hOnBAc3M=" in heads[0]
        assert SECRET not in heads[0]
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert announced(ca_file=own).outcome is Outcome.ACCEPTED
        assert (len(hook.posts), len(heads)) == (2, 1)
        monkeypatch.delenv("NO_PROXY")
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:port")
        assert announced(ca_file=own).outcome is Outcome.REFUSED


def test_https_is_trusted_by_its_authority_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)
    with web_server(context) as hook:
        monkeypatch.setenv("HOOK", hook.url)
        stranger = announced()
        assert (stranger.outcome, hook.posts) == (Outcome.REFUSED, [])
        assert "certificate" in stranger.detail
        assert announced(ca_file=own).outcome is Outcome.ACCEPTED
