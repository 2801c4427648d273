"""A few operations of one AWS service over HTTP on loopback, for an unmodified boto3; answers are given per call."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import boto3

from hygiene.collect.client import AwsClient, client_config
from hygiene.collect.identity import Identity
from hygiene.collect.progress import Silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Answer = tuple[int, dict[str, Any]]


@contextmanager
def answering(respond: Callable[[str, dict[str, Any]], Answer]) -> Iterator[AwsClient]:
    """Give a client whose calls `respond` answers: by operation or path, and parameters."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2] or self.path
            status, content = respond(operation, json.loads(body or b"{}"))
            sent = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if "__type" in content:
                self.send_header("x-amzn-ErrorType", content["__type"])
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = _answer  # noqa: N815 (the name is the standard library's)
        do_POST = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        session = boto3.Session("AKIAEXAMPLE", "secret", region_name="eu-west-1")
        endpoint = f"http://127.0.0.1:{server.server_port}"
        identity = Identity(lambda: _Pointed(session, endpoint), client_config("0"))  # type: ignore[arg-type, return-value]
        yield AwsClient(identity, Silent())
    finally:
        server.shutdown()
        server.server_close()


class _Pointed:
    """A boto3 session whose clients all go to one endpoint."""

    def __init__(self, session: boto3.Session, endpoint: str) -> None:
        self._session, self._endpoint = session, endpoint

    def client(self, service: str, **more: Any) -> Any:
        return self._session.client(service, endpoint_url=self._endpoint, **more)  # type: ignore[call-overload]
