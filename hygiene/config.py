"""The only reader of `config/hygiene.toml` and the `HYGIENE_…` environment: file in, frozen Settings out.

Everything is checked before the first AWS call. A mistake names the file, the key and what to write instead.
A setting can also come from the environment: `HYGIENE_AWS__ROLE_NAME` is `[aws] role_name`; it wins over the file.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, IPvAnyNetwork, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from hygiene.cron import parse_cron
from hygiene.errors import ConfigError
from hygiene.model import TRACKING_PERIOD_DAYS, Channel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import ErrorDetails

_PREFIX = "HYGIENE_"
DEFAULT_PATH = Path("config/hygiene.toml")
EXCEPTIONS = "exceptions.yaml"

_ACCOUNT_ID = r"^\d{12}$"
_ACCOUNT_PATTERN = r"^(\d{12}|ou-[a-z0-9-]+|r-[a-z0-9]+|tag:[^=]+=.*)$"
_DOMAIN = r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
EMAIL_ADDRESS = rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_DOMAIN}"
"""An address as HTML's `<input type=email>` takes it, with a dot in its domain; nothing in it could end a header.

https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address
"""
_OPTIONAL_ADDRESS = rf"^({EMAIL_ADDRESS})?$"
_ONE_DOMAIN = rf"^{_DOMAIN}$"
_LINK = r"^$|^https://[^\s\"'<>]+$|^http://(localhost|127\.0\.0\.1|\[::1\])([:/][^\s\"'<>]*)?$"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_DURATION = r"^[1-9]\d{0,4}d$"
_BUCKET = r"^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$"
_KEY_PREFIX = r"^[\w!.*'()/-]*$"
_ROLE_NAME = r"^[\w+=,.@/-]+$"
_TOPIC = r"^(arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?)?$"
_VARIABLE = r"^([A-Za-z_]\w*)?$"
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
_NAMESPACE = r"^([A-Za-z0-9_.#-][A-Za-z0-9_./#-]{0,254})?$"
_HINTS = {
    _DURATION: 'write a number of days such as "400d"',
    _OPTIONAL_ADDRESS: 'write one plain mail address, such as "security@example.com"',
    _ONE_DOMAIN: 'write a domain, such as "example.com"',
    _LINK: 'write an address that begins with https://, such as "https://reviews.example.com/iam"',
    _TOPIC: 'write the ARN of a topic, such as "arn:aws:sns:eu-west-1:111122223333:access-reviews"',
    _VARIABLE: "write the name of an environment variable; what it holds is a secret and belongs into no file",
    _ACCOUNT_ID: 'write the 12 digits of the account id in quotes, such as "111122223333"',
    _ACCOUNT_PATTERN: 'write an account id ("111122223333"), an OU id ("ou-abcd-12345678") or "tag:env=prod"',
}

_ADVICE = {
    "int_parsing": "write a whole number, without quotes",
    "int_from_float": "write a whole number",
    "int_type": "write a whole number, without quotes",
    "float_parsing": "write a number, without quotes",
    "float_type": "write a number, without quotes",
    "bool_parsing": "write true or false, without quotes",
    "bool_type": "write true or false, without quotes",
    "string_type": "write a text in quotes",
    "list_type": 'write a list, such as ["one", "two"]',
    "tuple_type": 'write a list, such as ["one", "two"]',
    "path_type": "write the name of a file in quotes",
    "greater_than": "write more than {gt}",
    "greater_than_equal": "write {ge} or more",
    "less_than": "write less than {lt}",
    "less_than_equal": "write {le} or less",
    "literal_error": "write {expected}",
    "model_type": "write a section of its own for it, with its keys below",
    "dict_type": "write a section of its own for it, with its keys below",
}
"""By pydantic's type of a mistake, what to write instead."""

AccountId = Annotated[str, Field(pattern=_ACCOUNT_ID)]
Duration = Annotated[str, Field(pattern=_DURATION)]
AccountPattern = Annotated[str, Field(pattern=_ACCOUNT_PATTERN)]
OptionalAddress = Annotated[str, Field(pattern=_OPTIONAL_ADDRESS)]
Domain = Annotated[str, Field(pattern=_ONE_DOMAIN)]
Days = Annotated[int, Field(ge=1, le=180)]


def _cron(text: str) -> str:
    parse_cron(text)
    return text


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError('write a time zone by its name, such as "UTC" or "Europe/Berlin"') from None
    return text


def _own_namespace(text: str) -> str:
    if text.startswith("AWS/"):
        raise ValueError('namespaces that begin with "AWS/" are AWS\'s own; write one such as "RoleHygiene"')
    return text


CronExpression = Annotated[str, AfterValidator(_cron)]
OptionalCron = Annotated[str, AfterValidator(lambda text: _cron(text) if text else text)]
Severity = Literal["critical", "high", "medium", "low", "info"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Review(_Section):
    """What counts as unused, whom we know, where owners stand."""

    unused_after_days: int = Field(90, ge=1, le=TRACKING_PERIOD_DAYS)
    known_accounts: tuple[AccountId, ...] = ()
    owner_tags: tuple[str, ...] = ("owner", "team")
    fiscal_year_start: int = Field(1, ge=1, le=12)
    exceptions: Path | None = None


class Accounts(_Section):
    """Which accounts of the organization are reviewed: ids, OUs or tags; exclude wins over include."""

    include: tuple[AccountPattern, ...] = ()
    exclude: tuple[AccountPattern, ...] = ()


class Owners(_Section):
    """Who answers for a role that carries no owner tag."""

    mapping: Path | None = None
    fallback: str = ""


class Aws(_Section):
    """How accounts are entered and what is asked there."""

    # A counted repetition of \w in a pattern takes 0.05 s to compile at every start; a length beside it takes none.
    role_name: str = Field("role-hygiene-reader", min_length=1, max_length=128, pattern=_ROLE_NAME)
    external_id: str | None = Field(None, min_length=2, max_length=1224, pattern=r"^[\w+=,.@:/-]+$")
    last_accessed: Literal["off", "service", "action"] = "service"
    cloudtrail: Literal["off", "lookup", "s3", "athena"] = "off"
    references: Literal["off", "config"] = "off"
    account_contact: Literal["off", "security", "operations", "billing"] = "off"
    validate_proposals: Literal["off", "access-analyzer"] = "off"
    max_workers: int = Field(0, ge=0, le=64)
    last_accessed_calls_per_second: float = Field(0.0, ge=0, le=100)
    last_accessed_first_poll_seconds: float = Field(3.0, ge=0, le=120)
    last_accessed_give_up_seconds: float = Field(300.0, ge=1, le=3000)
    account_minutes: float = Field(120.0, gt=0, le=1440)


class CloudTrail(_Section):
    """Where the organization trail lies, for `[aws] cloudtrail = "s3"` and `"athena"`."""

    bucket: str = Field("", pattern=_BUCKET)
    prefix: str = Field("", pattern=_KEY_PREFIX)
    # These stand in our SQL: nothing but a name gets there.
    database: str = Field("", pattern=r"^\w*$")
    table: str = Field("", pattern=r"^\w*$")
    workgroup: str = Field("primary", min_length=1, max_length=128, pattern=r"^[\w.-]+$")
    output: str = Field("", pattern=r"^(s3://[a-z0-9][a-z0-9.-]+(/.*)?)?$")
    max_scan_bytes: int = Field(100_000_000_000, ge=10_000_000)


class ActivitySettings(_Section):
    """What is expected of those who use roles."""

    expected_networks: tuple[IPvAnyNetwork, ...] = ()


class Email(_Section):
    """How owners are asked: through which server, from whom, and when they are reminded."""

    # Defaults and environment are merged under the names people write.
    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    enabled: bool = False
    transport: Literal["smtp", "ses"] = "smtp"
    host: str = ""
    port: int | None = Field(None, ge=1, le=65535)
    tls: Literal["starttls", "implicit", "off"] = "starttls"
    username: str = ""
    password_env: str = Field("", pattern=_VARIABLE)
    password_file: Path | None = None
    ca_file: Path | None = None
    timeout_seconds: float = Field(30.0, ge=1, le=600)
    sender: OptionalAddress = Field("", alias="from")
    reply_to: OptionalAddress = ""
    to: OptionalAddress = ""
    domains: tuple[Domain, ...] = ()
    link: str = Field("", pattern=_LINK)
    due_days: Days = 21
    reminder_days: tuple[Days, ...] = Field((7, 14), max_length=2)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        """Raise ValueError with a sentence when the keys contradict each other."""
        for problem in (*self._address_problems(), *self._server_problems(), *self._calendar_problems()):
            raise ValueError(problem)
        return self

    @property
    def trusted_domains(self) -> frozenset[str]:
        """Domains an address that was found in AWS may have: a tag must not send a review to strangers."""
        own = self.domains or tuple(address.rpartition("@")[2] for address in (self.sender, self.to) if address)
        return frozenset(domain.lower() for domain in own)

    def _address_problems(self) -> Iterator[str]:
        missing = [key for key, value in (("from", self.sender), ("to", self.to)) if self.enabled and not value]
        if missing:
            yield f"{' and '.join(missing)} must be set where enabled = true"

    def _server_problems(self) -> Iterator[str]:
        if self.transport == "ses":
            return
        if self.enabled and not self.host:
            yield 'host must name the mail server where transport = "smtp"'
        if self.tls == "off" and self.host not in ("", *LOOPBACK):
            yield f'tls = "off" is for localhost alone; write "starttls" or "implicit" for {self.host}'
        if self.password_env and self.password_file is not None:
            yield "password_env and password_file are both set; keep one of them"
        if bool(self.username) != bool(self.password_env or self.password_file):
            yield "username needs password_env or password_file beside it, and they need username"

    def _calendar_problems(self) -> Iterator[str]:
        days = (0, *self.reminder_days, self.due_days)
        if any(later <= earlier for earlier, later in pairwise(days)):
            yield "reminder_days must rise, and stay below due_days"


class S3Delivery(_Section):
    """Where a copy of every finished report goes; no bucket: nowhere."""

    bucket: str = Field("", pattern=_BUCKET)
    prefix: str = Field("", pattern=_KEY_PREFIX)
    kms_key: str = Field("", pattern=r"^[\w:/-]*$")
    lock_days: int = Field(400, ge=0, le=36_500)

    @model_validator(mode="after")
    def _names_a_bucket(self) -> Self:
        """Raise ValueError where the other keys are set for nothing."""
        if (self.prefix or self.kms_key) and not self.bucket:
            raise ValueError("prefix and kms_key need bucket beside them")
        return self


class SnsDelivery(_Section):
    """The topic that is told of every finished review; none: no topic."""

    topic_arn: str = Field("", pattern=_TOPIC)


class WebhookDelivery(_Section):
    """An incoming webhook that is told of every finished review. Its address is a secret: who knows it may post."""

    url_env: str = Field("", pattern=_VARIABLE)
    url_file: Path | None = None
    ca_file: Path | None = None
    timeout_seconds: float = Field(10.0, ge=1, le=120)

    @model_validator(mode="after")
    def _says_it_once(self) -> Self:
        """Raise ValueError when the address is said to be in two places."""
        if self.url_env and self.url_file is not None:
            raise ValueError("url_env and url_file are both set; keep one of them")
        return self


class SecurityHubDelivery(_Section):
    """Whether findings are imported into each account's AWS Security Hub, and through which role."""

    enabled: bool = False
    role_name: str = Field("role-hygiene-delivery", min_length=1, max_length=128, pattern=_ROLE_NAME)
    severity: Severity = "medium"


class Delivery(_Section):
    """Where a finished review goes besides mail; each way is off until it is told where to."""

    s3: S3Delivery = S3Delivery()
    sns: SnsDelivery = SnsDelivery()
    webhook: WebhookDelivery = WebhookDelivery()
    security_hub: SecurityHubDelivery = SecurityHubDelivery()

    def channels(self) -> frozenset[Channel]:
        """Return the ways that are switched on."""
        wanted = {
            Channel.S3: self.s3.bucket,
            Channel.SNS: self.sns.topic_arn,
            Channel.WEBHOOK: self.webhook.url_env or self.webhook.url_file,
            Channel.SECURITY_HUB: self.security_hub.enabled,
        }
        return frozenset(channel for channel, is_on in wanted.items() if is_on)


class Alerts(_Section):
    """Which findings of the weekly light run are published at once, and where."""

    severity: Severity = "high"
    sns_topic_arn: str = Field("", pattern=_TOPIC)
    cloudwatch_namespace: Annotated[str, Field(pattern=_NAMESPACE), AfterValidator(_own_namespace)] = ""

    def targets(self) -> tuple[str, ...]:
        """Return the places that are told; none: no alerts."""
        return tuple(target for target in (self.sns_topic_arn, self.cloudwatch_namespace) if target)


class Retention(_Section):
    """How long `hygiene prune` leaves snapshots and events alone, such as "400d"."""

    snapshots: Duration = "800d"
    events: Duration = "400d"


class ScheduleSettings(_Section):
    """When `hygiene schedule` starts what, as five-field cron expressions; an empty one is never due."""

    cron: CronExpression = "0 6 1 1,4,7,10 *"
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    events_cron: OptionalCron = "0 5 * * 1"
    follow_up_cron: OptionalCron = "0 7 * * 1-5"


class Cluster(_Section):
    """Certificates by which `hygiene run --cluster tls://…` and the scheduler know each other: files in PEM."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None


class CheckSettings(BaseModel):
    """`[checks.<id>]`: switch a check off, set its severity, or set a threshold the check declares."""

    model_config = ConfigDict(extra="allow", frozen=True)

    enabled: bool = True
    severity: Severity | None = None

    def thresholds(self) -> Mapping[str, Any]:
        """Every further key of the section; the check catalogue says which exist."""
        return dict(self.model_extra or {})


class Settings(BaseSettings):
    """The whole configuration, frozen."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix=_PREFIX,
        env_nested_delimiter="__",
        nested_model_default_partial_update=True,
    )

    review: Review = Review()
    accounts: Accounts = Accounts()
    owners: Owners = Owners()
    aws: Aws = Aws()
    cloudtrail: CloudTrail = CloudTrail()
    activity: ActivitySettings = ActivitySettings()
    email: Email = Email()
    delivery: Delivery = Delivery()
    alerts: Alerts = Alerts()
    retention: Retention = Retention()
    schedule: ScheduleSettings = ScheduleSettings()
    cluster: Cluster = Cluster()
    checks: dict[str, CheckSettings] = {}

    _origin: str = ""

    def named(self, setting: str = "") -> str:
        """Return how a sentence names a setting: after the file it was read from, where there is one."""
        return f"{self._origin}: {setting}" if self._origin else setting

    def channels(self) -> frozenset[Channel]:
        """Return the ways by which `hygiene run` itself delivers a finished report."""
        mail = frozenset({Channel.MAIL}) if self.email.enabled else frozenset()
        return mail | self.delivery.channels()

    @model_validator(mode="after")
    def _trail_is_named(self) -> Self:
        """Raise ValueError when a source of CloudTrail events lacks what it needs."""
        needed = {"s3": ("bucket",), "athena": ("database", "table")}.get(self.aws.cloudtrail, ())
        missing = [key for key in needed if not getattr(self.cloudtrail, key)]
        if missing:
            keys = " and ".join(missing)
            raise ValueError(f'[aws] cloudtrail = "{self.aws.cloudtrail}" needs {keys} in [cloudtrail]')
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 (the signature is pydantic-settings')
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, as for every other program that runs in a container."""
        return env_settings, init_settings


def load_settings(path: Path | None) -> Settings:
    """Return the settings of the file, of `config/hygiene.toml` when it exists, or the defaults.

    Raises ConfigError for a file that is missing, is not TOML, or has a key or value that does not fit.
    """
    _refuse_unknown_variables()
    chosen = path if path is not None else (DEFAULT_PATH if _is_there(DEFAULT_PATH) else None)
    if chosen is None:
        return _with_exceptions_beside(_settings({}, "the environment (HYGIENE_…)"), DEFAULT_PATH.parent)
    values = _read_toml(chosen)
    settings = _settings(values, str(chosen))
    settings = _with_exceptions_beside(_with_paths_relative_to(settings, chosen.parent), chosen.parent)
    settings._origin = str(chosen)  # noqa: SLF001 (its loader alone knows where it lies)
    return settings


def _refuse_unknown_variables() -> None:
    """A misspelt variable must not be ignored: pydantic-settings looks only at the names it knows."""
    for name in sorted(os.environ):
        section = name.removeprefix(_PREFIX).split("__", 1)[0].lower()
        if name.startswith(_PREFIX) and section not in Settings.model_fields:
            raise ConfigError(f"the environment: unknown variable {name}{_nearest((section,))}")


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: no such file. Copy config/hygiene.example.toml there, or name another one with --config."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}).") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f'{path}: not valid TOML: {error}. Text values need quotes: key = "value".') from error


def _settings(values: Mapping[str, Any], origin: str) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        raise ConfigError("\n".join(_explained(error, values, origin))) from error


def _explained(error: ValidationError, values: Mapping[str, Any], origin: str) -> Iterator[str]:
    for problem in error.errors()[:3]:
        place = problem["loc"]
        if not place:
            yield f"{origin}: {problem['msg'].removeprefix('Value error, ')}"
            continue
        where = origin if _is_in(values, place) else "the environment"
        key = ".".join(str(part) for part in place)
        if problem["type"] == "extra_forbidden":
            yield f"{where}: unknown key {key!r}{_nearest(place)}"
        else:
            message = _advice(problem)
            if isinstance(problem["input"], dict):
                # Several keys of a section contradict each other: the sentence names them.
                yield f"{where}: [{key}]: {message}"
                continue
            # Who wrote no variable's name there perhaps wrote the secret itself.
            shown = "…" if key.endswith("_env") else repr(problem["input"])
            yield f"{where}: {key} = {shown}: {message}"


def _advice(problem: ErrorDetails) -> str:
    """Return what to write instead; pydantic's own sentence where nothing better is known."""
    context = problem.get("ctx") or {}
    hint = _HINTS.get(context.get("pattern", "")) or _ADVICE.get(problem["type"], "").format(**context)
    return hint or problem["msg"].removeprefix("Value error, ")


def _is_in(values: Mapping[str, Any], place: tuple[int | str, ...]) -> bool:
    return bool(place) and str(place[0]) in values


def _nearest(place: tuple[int | str, ...]) -> str:
    names = list(_keys_beside(place))
    wrong = str(place[-1])
    found = difflib.get_close_matches(wrong, names, n=1, cutoff=0.5)
    if found:
        return f"; did you mean {found[0]!r}?"
    elsewhere = [path for path in _all_keys() if path.rsplit(".", 1)[-1] == wrong]
    if elsewhere:
        return f"; {wrong!r} belongs in [{elsewhere[0].rsplit('.', 1)[0]}]"
    return f"; known here: {', '.join(names)}"


def _keys_beside(place: tuple[int | str, ...]) -> Iterator[str]:
    model: type[BaseModel] = Settings
    for part in place[:-1]:
        annotation = model.model_fields[str(part)].annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return
        model = annotation
    yield from key_names(model)


def key_names(model: type[BaseModel]) -> Iterator[str]:
    """Yield the keys of a section as people write them."""
    yield from (field.alias or name for name, field in model.model_fields.items())


def _all_keys(model: type[BaseModel] | None = None) -> Iterator[str]:
    """Yield the keys of all sections, such as `delivery.s3.bucket`."""
    for name, field in (model or Settings).model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from (f"{name}.{key}" for key in _all_keys(field.annotation))
        elif model is not None:
            yield field.alias or name


def _is_there(file: Path) -> bool:
    """Whether there is such a file. Raises ConfigError where that cannot be told: no setting is passed over."""
    try:
        return file.is_file()
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror}).") from error


def _with_exceptions_beside(settings: Settings, folder: Path) -> Settings:
    """Return the settings with the `exceptions.yaml` that lies beside the configuration, unless another is named."""
    found = folder / EXCEPTIONS
    if settings.review.exceptions is not None or not _is_there(found):
        return settings
    return settings.model_copy(update={"review": settings.review.model_copy(update={"exceptions": found})})


SectionT = TypeVar("SectionT", bound=BaseModel)


def _with_paths_relative_to(section: SectionT, folder: Path) -> SectionT:
    """Return the section, and all below it, with files that lie beside the configuration named from here."""
    changed: dict[str, Any] = {}
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Path):
            changed[name] = folder / value
        elif isinstance(value, BaseModel):
            changed[name] = _with_paths_relative_to(value, folder)
    return section.model_copy(update=changed)
