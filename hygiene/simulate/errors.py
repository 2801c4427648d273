"""The errors the simulated AWS answers, in AWS's own words."""

from __future__ import annotations

from hygiene.simulate.services import names_exceptions


class AwsError(Exception):
    """An error code, a message, and the HTTP status it travels with."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


class SimulationError(Exception):
    """The world or the simulator is used in a way it does not support; says what to change."""


def validation_error(message: str) -> AwsError:
    """A request that breaks a limit of IAM or STS."""
    return AwsError("ValidationError", message)


def constraint_error(value: object, member: str, constraint: str) -> AwsError:
    """The sentence IAM and STS write about a value outside its limits."""
    return validation_error(
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
    )


def no_such_entity(message: str) -> AwsError:
    """What IAM answers about a name it does not know."""
    return AwsError("NoSuchEntity", message, 404)


def access_denied(service: str, message: str) -> AwsError:
    """A refusal; the json protocols name the exception, the query protocols only the code."""
    if names_exceptions(service):
        return AwsError("AccessDeniedException", message)
    if service == "ec2":
        return AwsError("UnauthorizedOperation", message, 403)
    return AwsError("AccessDenied", message, 403)


def invalid_token(service: str) -> AwsError:
    """An access key nobody has."""
    if names_exceptions(service):
        return AwsError("UnrecognizedClientException", "The security token included in the request is invalid.")
    return AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403)


def expired_token(service: str) -> AwsError:
    """Credentials of a session that is over."""
    if names_exceptions(service):
        return AwsError("ExpiredTokenException", "The security token included in the request is expired")
    return AwsError("ExpiredToken", "The security token included in the request is expired", 403)


def invalid_signature(service: str) -> AwsError:
    """A request that was signed with another secret."""
    code = "InvalidSignatureException" if names_exceptions(service) else "SignatureDoesNotMatch"
    return AwsError(code, "The request signature we calculated does not match the signature you provided.", 403)
