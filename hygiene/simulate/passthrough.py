"""Whatever the overlay does not answer itself goes to moto; its HTML error pages become AWS errors.

moto answers HTTP 500 with HTML for an operation it lacks, which botocore retries and then cannot parse.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from hygiene.simulate.errors import AwsError

if TYPE_CHECKING:
    from hygiene.simulate.wire import Environ, Reply


class _NoBackendError(Exception):
    """moto has no backend for the service."""


class _Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher, without the line it prints about services it does not know."""

    def get_backend_for_host(self, host: str | None) -> Any:
        """The backend of a host; raises instead of printing when there is none."""
        if host is None:
            return None
        if host == "moto_api":
            return host
        for backend, pattern in self.backend_url_patterns:
            if host == backend or pattern.match(f"http://{host}"):
                return backend
        raise _NoBackendError


class Passthrough:
    """moto's own application behind the overlay."""

    def __init__(self) -> None:
        self._application = _Dispatcher(create_backend_app)

    def __call__(self, environ: Environ, body: bytes, account_id: str | None, operation: str) -> Reply:
        """Moto's answer for an account; raises AwsError where moto has none."""
        inner = {**environ, "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO()}
        inner["CONTENT_LENGTH"] = str(len(body))
        inner.pop("HTTP_TRANSFER_ENCODING", None)
        if account_id is not None:
            inner["HTTP_X_MOTO_ACCOUNT_ID"] = account_id
        try:
            status, headers, content = _run(self._application, inner)
        except (_NoBackendError, NotImplementedError) as error:
            raise unsupported(operation) from error
        except Exception as error:  # moto may stumble over anything; a client must see an AWS error all the same
            raise AwsError("InternalFailure", f"{operation} failed: {error}", 500) from error
        is_page = headers.get("Content-Type", "").startswith("text/html")
        if status >= 404 and is_page and environ.get("REQUEST_METHOD") != "HEAD":
            raise unsupported(operation)
        return status, headers, content


def _run(application: Any, environ: Environ) -> Reply:
    seen: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
        seen.extend((int(status.split(maxsplit=1)[0]), dict(headers)))

    chunks = application(environ, start_response)
    try:
        content = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return seen[0], seen[1], content


def unsupported(operation: str) -> AwsError:
    """An error that names what is missing; 400, so that botocore does not retry."""
    return AwsError("InvalidAction", f"The simulated AWS does not implement {operation}.")


def error_code_of(reply: Reply) -> str | None:
    """The error code inside an answer, as far as one can be found."""
    status, headers, body = reply
    if status < 400:
        return None
    text = body[:2000].decode(errors="replace")
    found = re.search(r"<Code>([^<]+)</Code>", text) or re.search(r'"(?:__type|code)"\s*:\s*"([^"]+)"', text)
    code = found.group(1) if found else headers.get("x-amzn-ErrorType", str(status))
    return str(code).rpartition("#")[2]


def named_action(environ: Environ, body: bytes) -> str:
    """The operation a json or query request names; "" for the others, which say it by method and path."""
    target = str(environ.get("HTTP_X_AMZ_TARGET", "")).rpartition(".")[2]
    found = re.search(rb"(?:^|&)Action=(\w+)", body[:4000])
    return target or (found.group(1).decode() if found else "")


def operation_of(environ: Environ, body: bytes) -> str:
    """What a request asks for, as far as its protocol says."""
    place = f"{environ.get('REQUEST_METHOD', '')} {environ.get('PATH_INFO', '')}"
    return named_action(environ, body) or place
