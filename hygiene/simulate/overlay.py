"""The WSGI application: authenticate, apply faults, authorize, answer or hand to moto, log."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any

from hygiene.simulate import object_storage
from hygiene.simulate.authorize import authorize, denied, request_context
from hygiene.simulate.calls import Call
from hygiene.simulate.connections import ANSWER_FAULT
from hygiene.simulate.errors import AwsError, expired_token, invalid_signature
from hygiene.simulate.identifiers import job_id
from hygiene.simulate.incoming import Answer, Incoming
from hygiene.simulate.managed import load_aws_policy
from hygiene.simulate.operations import OPERATIONS
from hygiene.simulate.operations.organization import check_membership
from hygiene.simulate.passthrough import Passthrough, error_code_of, named_action, operation_of, unsupported
from hygiene.simulate.resources import resource_of
from hygiene.simulate.s3_guard import check_s3, read_s3
from hygiene.simulate.services import PROTOCOLS, iam_action
from hygiene.simulate.storm import ANSWER_FAULTS, Fault
from hygiene.simulate.wire import (
    Environ,
    Reply,
    Signature,
    operation_model,
    operation_name,
    read_parameters,
    read_signature,
    signature_is_valid,
    write_error,
    write_reply,
)

if TYPE_CHECKING:
    from hygiene.simulate.credentials import Caller
    from hygiene.simulate.state import State

NEEDS_NO_PERMISSION = frozenset({"sts:GetCallerIdentity", "sts:GetAccessKeyInfo"})

CHECKS_ITSELF = frozenset({"sts:AssumeRole"})
"""AssumeRole weighs the caller's policies against the trust policy, so it is not authorized before."""

_STS_OF_MOTO = frozenset({"GetAccessKeyInfo", "DecodeAuthorizationMessage"})
"""Other STS operations of moto mint credentials nobody could use here."""

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Overlay:
    """The simulated AWS as a WSGI application."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._moto = Passthrough()
        self._s3_writes = Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if self._state.faults.latency_seconds:
            time.sleep(self._state.faults.latency_seconds)
        body = _read_body(environ)
        signature = read_signature(environ)
        if signature is not None and self._state.faults.is_down(signature.region):
            environ[ANSWER_FAULT] = Fault.RESET
            reply: Reply = 503, {}, b""
        elif signature is not None and signature.service in PROTOCOLS:
            reply = self._own(environ, signature, body)
        else:
            reply = self._other(environ, signature, body)
        status, headers, content = reply
        if environ.get(ANSWER_FAULT) is Fault.SLOW:
            # Here, where no lock is held: all others are answered meanwhile.
            time.sleep(self._state.faults.slow_seconds)
        if environ.get(ANSWER_FAULT) is Fault.EMPTY:
            status, content = 200, b""
        if environ.get("REQUEST_METHOD") != "HEAD":
            headers["Content-Length"] = str(len(content))
        start_response(f"{status} {HTTPStatus(status).phrase}", list(headers.items()))
        return [content]

    def _own(self, environ: Environ, signature: Signature, body: bytes) -> Reply:
        """The services of PROTOCOLS: every call is checked."""
        service = signature.service
        operation = operation_name(service, environ, body)
        account_id, items = "", 0
        with self._state.lock:
            request_id = job_id(f"request {next(self._state.counter)}")
            try:
                caller = self._authenticate(environ, signature, body)
                account_id = caller.account_id
                environ[ANSWER_FAULT] = self._struck(caller, service, operation, signature.region)
                reply, items = self._answer(environ, body, service, operation, caller, signature.region, request_id)
                error_code = error_code_of(reply)
            except AwsError as error:
                error_code = error.code
                reply = write_error(environ, error, request_id, service)
        self._state.calls.add(Call(account_id, service, operation, reply[0], error_code, items))
        return reply

    def _struck(self, caller: Caller | None, service: str, operation: str, region: str) -> Fault | None:
        """What the storm does to the answer, if anything; raises what it does to the call."""
        is_session = caller is not None and caller.expires_at is not None
        account_id = caller.account_id if caller else ""
        hit = self._state.faults.strike(account_id, service, operation, region, is_session=is_session)
        if hit is Fault.EXPIRED and caller is not None:
            self._state.credentials.expire(caller.access_key_id)
            raise expired_token(service)
        return hit if hit in ANSWER_FAULTS else None

    def _authenticate(self, environ: Environ, signature: Signature, body: bytes) -> Caller:
        token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN")
        caller = self._state.credentials.find(signature.access_key_id, token, signature.service)
        if not signature_is_valid(signature, caller.secret, environ, body):
            raise invalid_signature(signature.service)
        return caller

    def _answer(
        self,
        environ: Environ,
        body: bytes,
        service: str,
        operation: str,
        caller: Caller,
        region: str,
        request_id: str,
    ) -> tuple[Reply, int]:
        state, action = self._state, iam_action(service, operation)
        if operation_model(service, operation) is None:
            raise AwsError("InvalidAction", f"Could not find operation {operation}.")
        state.faults.check(caller.account_id, service, operation, region)
        parameters = read_parameters(service, operation, environ, body)
        context = request_context(state, caller, region)
        call = Incoming(service, operation, parameters, caller, region, context)
        # Attempts count as use, refused ones too, as in AWS.
        self._record_use(caller, service, region)
        resource = resource_of(state, call)
        if state.faults.denies(caller.account_id, action):
            raise denied(service, caller, action, resource, "with an explicit deny in a service control policy")
        if action not in NEEDS_NO_PERMISSION | CHECKS_ITSELF:
            authorize(state, caller, action, resource, context)
        handler = OPERATIONS.get((service, operation))
        if handler is None:
            reply = self._hand_to_moto(environ, body, call)
            return reply, _listed(operation, reply)
        answer: Answer = handler(state, call)
        return write_reply(service, operation, answer.result, request_id), answer.items

    def _record_use(self, caller: Caller, service: str, region: str) -> None:
        if caller.role_id is not None:
            role = self._state.iam(caller.account_id).roles[caller.role_id]
            self._state.record_use(role, service, region)

    def _hand_to_moto(self, environ: Environ, body: bytes, call: Incoming) -> Reply:
        state, account_id = self._state, call.account_id
        if call.service == "sts" and call.operation not in _STS_OF_MOTO:
            raise unsupported(f"{call.service}:{call.operation}")
        if call.service == "organizations":
            check_membership(state, call)
            account_id = str(state.world.management_account)
        for parameter in ("PolicyArn", "PermissionsBoundary"):
            if call.service == "iam" and call.parameters.get(parameter):
                load_aws_policy(state.iam(account_id), call.parameters[parameter])
        reply = self._moto(environ, body, account_id, f"{call.service}:{call.operation}")
        if reply[0] < 300:
            self._set_simulated_date(call)
        return reply

    def _set_simulated_date(self, call: Incoming) -> None:
        """What is made over the API was made now, by the simulated clock."""
        made = {"CreateRole": ("RoleName", "roles"), "CreateUser": ("UserName", "users")}.get(call.operation)
        if made is None:
            return
        parameter, collection = made
        held: Any = getattr(self._state.iam(call.account_id), collection)
        for entity in held.values():
            if entity.name == call.parameters.get(parameter):
                entity.create_date = self._state.now().replace(microsecond=0)

    def _other(self, environ: Environ, signature: Signature | None, body: bytes) -> Reply:
        """Every other service: moto's answer, in the account of the caller when the key is known."""
        service, operation = signature.service if signature else "unsigned", operation_of(environ, body)
        caller = self._caller_of(environ, signature)
        account_id = caller.account_id if caller else None
        try:
            _refuse_unsigned(signature, named_action(environ, body))
            operation = self._guard_trail(environ, signature, caller) or operation
            region = signature.region if signature else ""
            environ[ANSWER_FAULT] = self._struck(caller, service, operation, region)
            self._state.faults.check(account_id or "", service, operation)
            if service == "s3":
                reply = self._s3(environ, body, account_id, operation)
            else:
                reply = self._moto(environ, body, account_id, f"{service}:{operation}")
        except AwsError as error:
            reply = write_error(environ, error, service=service)
        self._state.calls.add(Call(account_id or "", service, operation, reply[0], error_code_of(reply)))
        return reply

    def _s3(self, environ: Environ, body: bytes, account_id: str | None, operation: str) -> Reply:
        """Moto's S3, one write after the other: it looks at a condition first and writes later."""
        if self._state.faults.denies(account_id or "", object_storage.action_of(environ)):
            raise AwsError("AccessDenied", "Access Denied", 403)
        with self._s3_writes if object_storage.is_write(environ) else nullcontext():
            return self._moto(environ, body, account_id, f"s3:{operation}")

    def _guard_trail(self, environ: Environ, signature: Signature | None, caller: Caller | None) -> str:
        """The S3 operation on the trail's buckets, for those who may; "" for every other request."""
        asked = read_s3(environ)
        is_s3 = signature is None or signature.service == "s3"
        if not is_s3 or not self._state.trail_bucket.guards(asked.bucket):
            return ""
        with self._state.lock:
            self._state.trail_bucket.fill()
            if signature is not None:
                token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN")
                self._state.credentials.find(signature.access_key_id, token, "s3")
            check_s3(self._state, caller, signature.region if signature else "", asked)
        return asked.operation

    def _caller_of(self, environ: Environ, signature: Signature | None) -> Caller | None:
        if signature is None:
            return None
        token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN")
        try:
            return self._state.credentials.find(signature.access_key_id, token, signature.service)
        except AwsError:
            return None


def _listed(operation: str, reply: Reply) -> int:
    """How many items a list of moto's holds."""
    return reply[2].count(b"<member>") if operation.startswith("List") and reply[0] == 200 else 0


def _refuse_unsigned(signature: Signature | None, action: str) -> None:
    """Only what goes by method and path (S3) may come unsigned."""
    if signature is None and action:
        raise AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)


def _read_body(environ: Environ) -> bytes:
    if environ.get("wsgi.input_terminated"):
        return bytes(environ["wsgi.input"].read())
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return bytes(environ.get("wsgi.input", io.BytesIO()).read(length))
