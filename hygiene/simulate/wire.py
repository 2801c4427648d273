"""HTTP bytes in and out, by botocore's own models and moto's request parsers.

Those parsers and routers are internal to moto, hence the pinned minor version and a contract test per operation.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

from moto.core import parse as moto_parse
from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

from hygiene.simulate.answers import ec2_xml, json_body, query_xml, rest_json_body
from hygiene.simulate.errors import AwsError
from hygiene.simulate.services import PROTOCOLS, model_name

if TYPE_CHECKING:
    from collections.abc import Mapping

Environ = dict[str, Any]
Reply = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request,\s*"
    r"SignedHeaders=([^,]+),\s*Signature=([0-9a-f]+)"
)


@dataclass(frozen=True)
class Signature:
    """The parts of a Signature Version 4 Authorization header."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str


def read_signature(environ: Environ) -> Signature | None:
    """Who signed the request for which service, None when nobody did."""
    found = _AUTHORIZATION.match(environ.get("HTTP_AUTHORIZATION", ""))
    if found is None:
        return None
    key, date, region, service, headers, signature = found.groups()
    return Signature(key, date, region, service, tuple(headers.split(";")), signature)


def _header(environ: Environ, name: str) -> str:
    variable = name.upper().replace("-", "_")
    value = environ.get(variable if variable in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{variable}", "")
    return " ".join(str(value).split())


def signature_is_valid(signature: Signature, secret: str, environ: Environ, body: bytes) -> bool:
    """Whether the request was signed with this secret (Signature Version 4, as every service but S3 does it)."""
    headers = "".join(f"{name}:{_header(environ, name)}\n" for name in signature.signed_headers)
    signed = ";".join(signature.signed_headers)
    method, (path, query) = environ["REQUEST_METHOD"], _canonical_address(environ)
    canonical = f"{method}\n{path}\n{query}\n{headers}\n{signed}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{signature.date}/{signature.region}/{signature.service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{_header(environ, 'x-amz-date')}\n{scope}\n{digest}"
    key = f"AWS4{secret}".encode()
    for part in (signature.date, signature.region, signature.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    expected = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature.signature)


def _canonical_address(environ: Environ) -> tuple[str, str]:
    """Path and query as they are signed: the path encoded once more, the query sorted."""
    path, _, query = str(environ.get("REQUEST_URI") or environ.get("RAW_URI") or "/").partition("?")
    return quote(path, safe="/~"), "&".join(sorted(query.split("&")))


@cache
def _service_model(service: str) -> Any:
    return get_service_model(model_name(service))


@cache
def _router(service: str) -> Any:
    return get_service_router(model_name(service))


@cache
def operation_model(service: str, operation: str) -> Any:
    """The botocore model of an operation, None when the service has none of that name."""
    model = _service_model(service)
    return model.operation_model(operation) if operation in model.operation_names else None


def operation_name(service: str, environ: Environ, body: bytes) -> str:
    """What a request to one of PROTOCOLS asks for; "" when it does not say."""
    protocol = PROTOCOLS[service]
    if protocol == "rest-json":
        return _rest_route(service, environ)[0]
    if protocol == "json":
        return str(environ.get("HTTP_X_AMZ_TARGET", "")).rpartition(".")[2]
    return dict(parse_qsl(body.decode(errors="replace"))).get("Action", "")


def _rest_route(service: str, environ: Environ) -> tuple[str, Mapping[str, Any]]:
    """The operation behind a method and a path, and the parameters in the path."""
    try:
        operation, labels = _router(service).match(Request(environ))
    except HTTPException:
        return "", {}
    return str(operation.name), labels


def read_parameters(service: str, operation: str, environ: Environ, body: bytes) -> dict[str, Any]:
    """The request's parameters, typed as botocore's model says."""
    protocol = PROTOCOLS[service]
    request: dict[str, Any] = {"body": body}
    if protocol in ("query", "ec2"):
        request["values"] = dict(parse_qsl(body.decode(), keep_blank_values=True))
    if protocol == "rest-json":
        received = Request(environ)
        request |= {"values": received.args, "headers": received.headers}
        request["url_params"] = _rest_route(service, environ)[1]
    parsers: Mapping[str, Any] = moto_parse.PROTOCOL_PARSERS
    try:
        parsed = parsers[protocol](operation_model(service, operation), map_type=dict).parse(request)
    except ValueError as error:
        raise AwsError("ValidationError", f"The request cannot be read: {error}") from error
    found = dict(parsed or {})
    missing = [name for name in _required(service, operation) if name not in found]
    if missing:
        raise AwsError(_missing_code(service), f"The request must contain the parameter {missing[0]}.")
    return found


def _missing_code(service: str) -> str:
    special = {"organizations": "InvalidInputException", "athena": "InvalidRequestException"}
    return special.get(service, "ValidationException" if PROTOCOLS[service].endswith("json") else "ValidationError")


@cache
def _required(service: str, operation: str) -> tuple[str, ...]:
    shape = operation_model(service, operation).input_shape
    return tuple(shape.required_members) if shape is not None else ()


def write_reply(service: str, operation: str, result: Mapping[str, Any], request_id: str) -> Reply:
    """A result as bytes of the service's protocol."""
    headers = {"x-amzn-RequestId": request_id}
    if PROTOCOLS[service] == "rest-json":
        return 200, {**headers, "Content-Type": "application/json"}, rest_json_body(result)
    if PROTOCOLS[service] == "json":
        return 200, {**headers, "Content-Type": "application/x-amz-json-1.1"}, json_body(result)
    write = ec2_xml if PROTOCOLS[service] == "ec2" else query_xml
    body = write(operation_model(service, operation), result, request_id)
    return 200, {**headers, "Content-Type": "text/xml"}, body


def write_error(environ: Environ, error: AwsError, request_id: str = "0", service: str = "") -> Reply:
    """An error in the protocol the request speaks; XML where it does not show."""
    target, kind = environ.get("HTTP_X_AMZ_TARGET"), str(environ.get("CONTENT_TYPE", ""))
    headers = {"x-amzn-RequestId": request_id}
    if service != "s3" and (target or "json" in kind or not kind):
        headers |= {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": error.code}
        return error.status, headers, json.dumps({"__type": error.code, "message": error.message}).encode()
    text = _error_xml(service, error, request_id)
    return error.status, {**headers, "Content-Type": "text/xml"}, text.encode()


def _error_xml(service: str, error: AwsError, request_id: str) -> str:
    said = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    if service == "s3":
        return f"<Error>{said}<RequestId>{request_id}</RequestId></Error>"
    if service == "ec2":
        return f"<Response><Errors><Error>{said}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    side = "Sender" if error.status < 500 else "Receiver"
    said = f"<Type>{side}</Type>{said}"
    return f"<ErrorResponse><Error>{said}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
