"""All configuration, from the environment, read once by entry points and frozen."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from platformdirs import user_data_path
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.media.storage import Place, S3Place
from domain.users.sessions import Lifetimes


def _address(value: str) -> str:
    if value:
        # Imported here: it brings the drivers, and most commands start without them.
        from domain.database import connection_parameters

        connection_parameters(value)
    return value


def _readable(value: Path | None) -> Path | None:
    if value is not None and not value.exists():
        raise ValueError("there is no such file or directory")
    return value


def _public(value: str) -> str:
    parts = urlsplit(value)
    is_place = parts.scheme in ("http", "https") and parts.netloc and "@" not in parts.netloc
    if value and (not is_place or parts.path not in ("", "/") or parts.query or parts.fragment):
        raise ValueError("not the address of a host, e.g. https://xinfeng.example.org")
    return value.rstrip("/")


def _bucket(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme != "s3" or not parts.netloc or parts.query or "@" in parts.netloc):
        raise ValueError("not a bucket, e.g. s3://xinfeng/media")
    if value and find_spec("obstore") is None:
        raise ValueError("a store that speaks S3 needs the extra s3: pip install obstore")
    return value.rstrip("/")


def _issuer(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query):
        raise ValueError("not an issuer's address, e.g. https://login.example.org")
    return value


def _collector(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query):
        raise ValueError("not a collector's address, e.g. http://127.0.0.1:4318")
    return value


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("not a time zone of the IANA database, e.g. Asia/Shanghai")
    return value


def _addresses(value: object) -> object:
    """Decoded here: pydantic-settings would not name the variable."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value or "{}")
    except ValueError:
        raise ValueError('not JSON, e.g. {"WEIBO": "http://127.0.0.1:8001/weibo"}') from None


def _limits(value: object) -> object:
    """Decoded here, as above."""
    if not isinstance(value, str):
        return value
    # Imported here: it brings graphql-core, and most commands start without it.
    from schema.execution.limits import limits_of

    try:
        given = json.loads(value or "{}")
    except ValueError:
        raise ValueError('not JSON, e.g. {"aliases": 200}') from None
    if not isinstance(given, dict):
        raise ValueError('not a JSON object, e.g. {"aliases": 200}')
    limits_of(given)
    return given


def _networks(value: object) -> object:
    if not isinstance(value, str):
        return value
    texts = tuple(text.strip() for text in value.split(",") if text.strip())
    try:
        for text in texts:
            ip_network(text)
    except ValueError as error:
        raise ValueError(f"not a network, e.g. 127.0.0.0/8: {error}") from None
    return texts


def _place(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if value and not (host and colon and port.isdigit() and 0 < int(port) < 65_536):
        raise ValueError("not an address with a port, e.g. 127.0.0.1:9100")
    return value


def _origins(value: object) -> object:
    if not isinstance(value, str):
        return value
    texts = tuple(text.strip() for text in value.split(",") if text.strip())
    for text in texts:
        parts = urlsplit(text)
        is_origin = parts.scheme in ("http", "https") and parts.netloc
        if not is_origin or text != f"{parts.scheme}://{parts.netloc}":
            raise ValueError(f"not an origin, e.g. https://app.example: {text}")
    return texts


class Settings(BaseSettings):
    """Every setting; the variable is XINFENG_ and the name in capitals, but where others have a
    name for it."""

    model_config = SettingsConfigDict(
        env_prefix="XINFENG_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    database_url: Annotated[str, AfterValidator(_address)] = Field(
        default="",
        validation_alias="DATABASE_URL",
        description="PostgreSQL 15 or later, postgresql://user:password@host/database. "
        "Empty: the PostgreSQL that comes with Xinfeng, in the data directory.",
    )
    data_dir: Path = Field(
        default_factory=lambda: user_data_path("xinfeng"),
        description="Where the built-in PostgreSQL and the demo keep their data.",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="Encrypts platform credentials and signing secrets at rest. Several, "
        "separated by spaces: the first encrypts, all decrypt. Empty: a key made once in the data "
        "directory, for the built-in PostgreSQL only.",
    )
    host: str = Field(default="127.0.0.1", description="Address the API listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port the API listens on.")
    public_url: Annotated[str, AfterValidator(_public)] = Field(
        default="",
        description="Where people come to, e.g. https://xinfeng.example.org; links lead there, and "
        "with https cookies are sent over TLS only. Empty: http, and the host that was asked.",
    )
    site_name: str = Field(
        default="新风 Xinfeng",
        min_length=1,
        max_length=100,
        description="What article pages, feeds and news sitemaps call this site.",
    )
    session_idle_seconds: int = Field(
        default=43_200,
        ge=60,
        le=2_592_000,
        description="A session ends when nothing was asked in it for so long.",
    )
    session_seconds: int = Field(
        default=604_800,
        ge=300,
        le=2_592_000,
        description="A session ends so long after signing in, whatever happens.",
    )
    openid_issuer: Annotated[str, AfterValidator(_issuer)] = Field(
        default="",
        description="An OpenID provider whose people may sign in here, e.g. "
        "https://login.example.org/realms/daxing. Empty: none.",
    )
    openid_client_id: str = Field(default="", description="As whom we are registered there.")
    openid_client_secret: SecretStr = Field(
        default=SecretStr(""), description="By which it knows us."
    )
    openid_name: str = Field(default="OpenID", description="What the sign-in page calls it.")
    openid_creates_users: bool = Field(
        default=False,
        description="Make an account, without any role, for whom the provider knows and we do not.",
    )
    processes: int = Field(default=1, ge=1, le=64, description="API processes.")
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="Asia/Shanghai", description="Where a day begins: daily figures are cut here."
    )
    database_pool_size: int = Field(
        default=5, ge=1, le=200, description="Connections for reading, per API process."
    )
    statement_timeout_seconds: float = Field(
        default=10.0, gt=0, le=300, description="The longest one read may take in the database."
    )
    max_cost: int = Field(
        default=20_000,
        ge=1,
        le=10_000_000,
        description="The most rows one GraphQL operation may read, worked out before it runs.",
    )
    document_limits: Annotated[dict[str, int], NoDecode, BeforeValidator(_limits)] = Field(
        default_factory=dict,
        description="Other limits of a GraphQL document than those of docs/limits.md, as JSON, "
        'e.g. {"aliases": 200}.',
    )
    slow_operation_seconds: float = Field(
        default=1.0,
        gt=0,
        le=300,
        description="A GraphQL operation that takes longer is logged, with where its time went.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least severe event that is logged."
    )
    log_format: Literal["json", "text"] = Field(
        default="json", description="One JSON object a line, or text for people."
    )
    metrics_address: Annotated[str, AfterValidator(_place)] = Field(
        default="",
        description="Address and port of this process's own on which /metrics is served, for "
        "Prometheus, e.g. 127.0.0.1:9100; by a worker /livez and /readyz too. Empty: nowhere.",
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""),
        description="Bearer token without which nobody reads /metrics. Empty: who reaches the "
        "address may read it.",
    )
    traces_endpoint: Annotated[str, AfterValidator(_collector)] = Field(
        default="",
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="An OpenTelemetry collector that takes OTLP over HTTP, e.g. "
        "http://127.0.0.1:4318: it is told of requests, statements and jobs. Empty: nobody is.",
    )
    worker_concurrency: int = Field(
        default=4, ge=1, le=64, description="Jobs one worker process runs at once."
    )
    pull_interval_seconds: float = Field(
        default=300.0,
        ge=1,
        le=86_400,
        description="How often a fresh post's counters are asked for; older posts less often.",
    )
    pull_timeout_seconds: float = Field(
        default=20.0, gt=0, le=300, description="The longest one request to a platform may take."
    )
    push_at_once: int = Field(
        default=16,
        ge=1,
        le=1000,
        description="Pushes of partners one API process works on at once; more are told to wait.",
    )
    push_backlog: int = Field(
        default=500_000,
        ge=1,
        description="Marks waiting for the roll-up, beyond which pushes are told to wait.",
    )
    push_memory_days: int = Field(
        default=7,
        ge=7,
        le=3650,
        description="How long a push is remembered, so that the same sent again counts once.",
    )
    push_open_days: int = Field(
        default=31,
        ge=1,
        le=36_500,
        description="Figures older than this are settled: who changes them must say why.",
    )
    raw_answer_days: int = Field(
        default=90, ge=1, le=36_500, description="How long the platforms' raw answers are kept."
    )
    private_networks: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_networks)] = Field(
        default=(),
        description="Networks that webhooks may be sent to, and accounts' servers and OpenID "
        "providers asked in, though they are not public, separated by commas, e.g. "
        "127.0.0.0/8,10.1.0.0/16.",
    )
    platform_urls: Annotated[dict[str, str], NoDecode, BeforeValidator(_addresses)] = Field(
        default_factory=dict,
        description="Other addresses for platforms, as JSON, "
        'e.g. {"WEIBO": "http://127.0.0.1:8001/weibo"}; the demo points them at its sandbox.',
    )

    media_dir: Path | None = Field(
        default=None,
        description="Where uploaded files are kept, unless in S3; all processes must share it. "
        "Empty: media in the data directory.",
    )
    media_s3: Annotated[str, AfterValidator(_bucket)] = Field(
        default="",
        description="A bucket for uploaded files in a store that speaks S3, and what their keys "
        "begin with, e.g. s3://xinfeng/media. It needs the extra s3. Empty: on this disk.",
    )
    media_s3_endpoint: Annotated[str, AfterValidator(_public)] = Field(
        default="",
        description="Address of a store other than Amazon's, e.g. https://minio.example.",
    )
    media_s3_region: str = Field(default="", description="The bucket's region.")
    media_s3_access_key_id: str = Field(default="", description="As whom we come to the store.")
    media_s3_secret_access_key: SecretStr = Field(
        default=SecretStr(""), description="By which it knows us."
    )
    uploads_at_once: int = Field(
        default=8, ge=1, le=1000, description="Files one API process takes in at once."
    )

    trusted_proxies: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_networks)] = Field(
        default=(),
        description="Networks of the proxies in front, separated by commas: their X-Forwarded-For "
        "says from which address a request comes. Nobody else's is believed.",
    )
    request_seconds: float = Field(
        default=15.0,
        gt=0,
        le=600,
        description="The longest one request may take, from its first byte to its answer, in the "
        "database too. A client may wish for less (Prefer: wait).",
    )
    body_seconds: float = Field(
        default=10.0, gt=0, le=600, description="The longest one request's body may take to come."
    )
    untaken_seconds: float = Field(
        default=30.0,
        gt=0,
        le=3_600,
        description="A client that takes nothing of its answer for so long is cut off.",
    )
    requests_at_once: int = Field(
        default=500,
        ge=1,
        le=100_000,
        description="Requests one API process has under way at once; more are answered with 503.",
    )
    address_at_once: int = Field(
        default=100,
        ge=1,
        le=100_000,
        description="Of these, requests of one address; more are answered with 429.",
    )
    address_points: int = Field(
        default=6_000,
        ge=1,
        description="Points one address may use in a minute, of each API process, while it does "
        "not say who it is. docs/limits.md says what a point is.",
    )
    caller_points: int = Field(
        default=12_000,
        ge=1,
        description="Points one user, token or partner may use in a minute, of each API process.",
    )
    failure_points: int = Field(
        default=60,
        ge=1,
        description="Tokens that open nothing, from one address in a minute, to each API process.",
    )
    following_each: int = Field(
        default=100,
        ge=1,
        le=100_000,
        description="Connections of one address that may follow something at once, in each API "
        "process.",
    )
    following_caller: int = Field(
        default=500,
        ge=1,
        le=100_000,
        description="Subscriptions of one user, token or partner, in each API process.",
    )
    following_connections: int = Field(
        default=1_000,
        ge=0,
        le=100_000,
        description="Connections of one API process that may follow something at once.",
    )
    trusted_documents: Annotated[Path | None, AfterValidator(_readable)] = Field(
        default=None,
        description="Documents known beforehand: a directory of .graphql files, or a manifest "
        "(JSON of {id: text}, or with operations: [{id, body}]).",
    )
    trusted_only: bool = Field(
        default=False,
        description="Answer only the documents known beforehand; without any, none.",
    )

    introspection: Literal["everybody", "token-holders", "nobody"] = Field(
        default="everybody",
        description="Who may ask the schema what it is, and is told in refusals which names there "
        "are: everybody, token-holders (and people signed in) or nobody.",
    )
    graphiql: bool = Field(default=True, description="Serve the query page GraphiQL at /graphql.")
    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)] = Field(
        default=(),
        description="Other sites whose pages may ask, with their users' cookies: whole origins "
        "separated by commas, e.g. https://app.example,https://h5.example.",
    )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def metrics_place(self) -> tuple[str, int] | None:
        """Host and port to serve /metrics on, if anywhere."""
        host, _, port = self.metrics_address.rpartition(":")
        return (host.strip("[]"), int(port)) if host else None

    @property
    def address(self) -> str:
        """Where links for people lead, without a slash at its end."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return self.public_url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def lifetimes(self) -> Lifetimes:
        return Lifetimes(
            idle=timedelta(seconds=self.session_idle_seconds),
            absolute=timedelta(seconds=self.session_seconds),
        )

    @property
    def media_place(self) -> Place:
        directory = self.media_dir or self.data_dir / "media"
        if not self.media_s3:
            return Place(directory)
        parts = urlsplit(self.media_s3)
        return Place(
            directory,
            S3Place(
                parts.netloc,
                prefix=parts.path.strip("/"),
                endpoint=self.media_s3_endpoint,
                region=self.media_s3_region,
                access_key_id=self.media_s3_access_key_id,
                secret_access_key=self.media_s3_secret_access_key.get_secret_value(),
            ),
        )

    @property
    def secret_keys(self) -> tuple[str, ...]:
        return tuple(self.secret_key.get_secret_value().split())


class SettingsError(Exception):
    """A variable holds something it may not; the message names it and says why."""


def variable(name: str) -> str:
    """The environment variable of a setting."""
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else f"XINFENG_{name.upper()}"


def load_settings() -> Settings:
    """Raises SettingsError with one line per wrong variable."""
    try:
        return Settings()
    except ValidationError as error:
        lines = []
        for fault in error.errors(include_input=False, include_url=False):
            place = str(fault["loc"][0])
            name = place if place not in Settings.model_fields else variable(place)
            lines.append(f"{name}: {fault['msg'].removeprefix('Value error, ')}")
        raise SettingsError("\n".join(lines)) from error
