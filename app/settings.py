"""Every setting of the server, from the environment or `.env`, checked at start.

`describe` and `env_example` are what README and `.env.example` are made of.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import ActionQLError
from app.setting_types import (
    AssetsPlace,
    BaseUrl,
    CommaSeparated,
    Count,
    DatabaseUrl,
    Networks,
    Origins,
    PathPart,
    Seconds,
    SmtpUrl,
)

PREFIX = "ACTIONQL_"


class SettingsError(ActionQLError):
    """The server's settings or secrets are wrong; the message tells the operator what to set."""

    code = "SETTINGS_ERROR"


class Settings(BaseSettings):
    """The server's settings, frozen; make them with `load`, which explains what is wrong."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        # So that code gives `database_url`; it makes ACTIONQL_DATABASE_URL a second spelling of DATABASE_URL.
        validate_by_name=True,
        validate_by_alias=True,
    )

    database_url: DatabaseUrl | None = Field(
        None,
        validation_alias="DATABASE_URL",
        repr=False,
        description="postgresql://user:password@host/name or sqlite:///file; else SQLite in the data folder.",
    )
    environment: Literal["development", "production"] = Field(
        "development",
        description="development or production; production invents no secrets and closes the schema.",
    )
    public_url: BaseUrl | None = Field(
        None, description="URL under which callers reach the server; else taken from each request."
    )
    keystore: Path | None = Field(
        None, description="File of secrets (JSON, mode 0600); else keystore.json in the data folder."
    )
    data: Path = Field(Path("data"), description="Folder of the SQLite file, assets and keystore.")
    assets: AssetsPlace | None = Field(
        None,
        description="Folder of uploaded files, or s3://bucket/prefix; else assets in the data folder.",
    )
    trusted_proxies: Networks = Field(
        (), description="Addresses or networks, comma separated, whose X-Forwarded headers are believed."
    )
    allowed_origins: Origins = Field(
        (), description="Origins, comma separated, whose pages may call the doors from a browser; * is any."
    )
    allow_http: bool = Field(
        False, description="true lets API keys come over plain HTTP from other machines, as for tests."
    )
    outbound_allow: CommaSeparated = Field(
        (),
        description="Inner addresses, networks or hosts, comma separated, that outgoing requests may reach.",
    )
    smtp_url: SmtpUrl | None = Field(
        None,
        repr=False,
        description="Mail server: smtp://user:password@host:587, or smtps://; else mails go to the outbox.",
    )
    mail_from: str = Field(
        "ActionQL <actionql@localhost.localdomain>", description="The address that mails come from."
    )
    outbox: Path | None = Field(None, description="Folder of mails not sent; else outbox in the data folder.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    worker_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="Port where `actionql worker` has /healthz, /readyz and /metrics; without one it listens nowhere.",
    )
    incoming_instance: PathPart = Field(
        "phixflow", description="The instance name, with which the paths of the incoming API begin."
    )

    metrics_token: str | None = Field(
        None,
        repr=False,
        min_length=16,
        description="Bearer token for /metrics; without one only this machine sees them, in development.",
    )

    traces_url: BaseUrl | None = Field(
        None, description="OpenTelemetry collector that spans go to by OTLP, as http://127.0.0.1:4318."
    )
    body_bytes: Count = Field(1_000_000, description="Largest request body in bytes, uploads apart.")
    upload_bytes: Count = Field(25_000_000, description="Largest uploaded file in bytes.")
    graphql_bytes: Count = Field(64_000, description="Longest GraphQL document in bytes.")
    graphql_tokens: Count = Field(2000, description="Most tokens of a GraphQL document.")
    graphql_depth: Count = Field(10, description="Deepest selection of a GraphQL operation.")
    graphql_introspection_depth: Count = Field(20, description="Deepest selection under __schema and __type.")
    graphql_fields: Count = Field(
        500, description="Most fields of a GraphQL operation, fragments spread out."
    )
    graphql_aliases: Count = Field(30, description="Most aliases of a GraphQL operation.")
    graphql_root_fields: Count = Field(20, description="Most root fields of a query.")
    graphql_root_mutations: Count = Field(5, description="Most root fields of a mutation.")
    take: Count = Field(50, description="Records of a list when the caller does not say.")
    take_most: Count = Field(200, description="Most records that a caller may ask for at once.")
    request_seconds: Seconds = Field(
        30, description="Seconds in which a body has to arrive, and the last answers leave at SIGTERM."
    )
    in_flight: Count = Field(64, description="Requests served at the same time; more wait.")
    queued: Annotated[int, Field(ge=0)] = Field(
        128, description="Requests that may wait; more are answered 503."
    )
    argon2_memory_kib: Annotated[int, Field(ge=8)] = Field(
        19456, description="Memory of one password hash in KiB."
    )
    argon2_time_cost: Count = Field(2, description="Passes of one password hash over its memory.")
    argon2_workers: Count = Field(2, description="Password hashes computed at the same time.")
    argon2_queue: Annotated[int, Field(ge=0)] = Field(
        64, description="Password hashes that may wait; more are answered 503."
    )
    login_per_account_minute: Count = Field(
        5, description="Login attempts a minute for one account from one address."
    )
    login_per_address_minute: Count = Field(20, description="Login attempts a minute from one address.")
    key_per_minute: Count = Field(600, description="Requests a minute with one API key.")
    wrong_keys_per_address_minute: Count = Field(
        60, description="Wrong API keys a minute from one address; more are answered 429."
    )
    execution_at_once: Count = Field(
        100, description="Requests of the Execution API that one key may have in flight."
    )
    execution_per_second: Count = Field(
        200, description="Requests of the Execution API a second with one key."
    )
    execution_per_minute: Count = Field(
        4000, description="Requests of the Execution API a minute with one key."
    )
    refresh_grace_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        10, description="How long the refresh token before the current one still gets the current one."
    )
    drive_runs: bool = Field(
        True, description="false leaves durable runs and schedules to `actionql worker`."
    )
    run_concurrency: Count = Field(16, description="Durable runs that one process drives at the same time.")
    run_lease_seconds: Annotated[float, Field(ge=1, allow_inf_nan=False)] = Field(
        30, description="How long after its driver's last sign another one takes a durable run over."
    )
    run_attempts: Count = Field(
        5, description="How often a durable run is taken up without getting on before it is given up."
    )
    run_cursor_bytes: Count = Field(
        1_000_000, description="Most bytes of values that a durable run keeps between its steps."
    )
    run_result_bytes: Count = Field(
        1_000_000, description="Largest input or result that is kept of a durable run, in bytes."
    )
    run_grace_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        10, description="How long durable runs may go on at SIGTERM; then others take them."
    )

    @model_validator(mode="after")
    def _ordered(self) -> Settings:
        if self.take > self.take_most:
            raise ValueError("ACTIONQL_TAKE should be at most ACTIONQL_TAKE_MOST")
        return self

    @property
    def keystore_file(self) -> Path:
        """Where the secrets are."""
        return self.keystore or self.data / "keystore.json"

    @property
    def outbox_place(self) -> Path:
        """The folder of mails where there is no SMTP server."""
        return self.outbox or self.data / "outbox"

    @property
    def assets_place(self) -> str:
        """The folder of uploaded files, or the address of their bucket."""
        return self.assets or str(self.data / "assets")

    @property
    def assets_folder(self) -> Path | None:
        """The folder of uploaded files; None where they are in a bucket."""
        return None if "://" in self.assets_place else Path(self.assets_place)


def load(env_file: Path | None = Path(".env"), **given: Any) -> Settings:
    """The settings: what is `given` (unless None), else the environment, else `env_file`, else defaults.

    SettingsError names every wrong variable and what it should be, and never repeats a value. TypeError for
    a `given` name that is no setting.
    """
    if unknown := given.keys() - Settings.model_fields.keys():
        raise TypeError(f"no such setting: {', '.join(sorted(unknown))}")
    known = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(_env_file=env_file, **known)
    except ValidationError as error:
        problems = [_problem(*issue) for issue in _issues(error)]
    except (OSError, UnicodeError):
        problems = [f"{env_file} cannot be read as UTF-8 text"]
    raise SettingsError("\n".join(["The settings are wrong:", *problems]))


def definition_environment(env_file: Path = Path(".env")) -> dict[str, str]:
    """The variables that definitions may take values and secrets from: the environment's, else those of `env_file`.

    As with settings, an empty variable of the environment is as good as none.
    """
    filed = {name: value for name, value in dotenv_values(env_file).items() if value is not None}
    return {**filed, **{name: value for name, value in os.environ.items() if value or name not in filed}}


def describe() -> list[tuple[str, str, str]]:
    """Every setting as (environment variable, default or empty, one line of description), in order."""
    return [
        (_env_name(name), _as_text(field.default), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def env_example() -> str:
    """The text of `.env.example`: every setting, commented out, with its description and default."""
    lines = ["# Copy to .env, then uncomment what should differ. Generated from app/settings.py.", ""]
    for name, default, description in describe():
        lines += [f"# {description}", f"# {name}={default}", ""]
    return "\n".join(lines)


def _env_name(field: str) -> str:
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else PREFIX + field.upper()


def _as_text(default: object) -> str:
    if default is None:
        return ""
    if isinstance(default, tuple):
        return ",".join(default)
    return str(default)


def _issues(error: ValidationError) -> Iterator[tuple[str, str]]:
    for issue in error.errors(include_url=False, include_input=False, include_context=False):
        yield str(issue["loc"][0]) if issue["loc"] else "", issue["msg"]


def _problem(place: str, message: str) -> str:
    expected = message.removeprefix("Value error, ").replace("Input should be", "should be", 1)
    if not place:
        return expected
    name = _env_name(place) if place in Settings.model_fields else place
    return f"{name} {expected}"
