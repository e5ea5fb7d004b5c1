import os
import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings, SettingsError, describe, env_example, load

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.upper().startswith("ACTIONQL_") or name.upper() == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def refusal() -> str:
    with pytest.raises(SettingsError) as caught:
        load()
    assert caught.value.code == "SETTINGS_ERROR"
    return caught.value.message


def test_load_with_nothing_set_gives_the_defaults() -> None:
    settings = load()
    assert settings.environment == "development"
    assert settings.database_url is None
    assert settings.keystore_file == Path("data/keystore.json")
    assert settings.assets_place == "data/assets"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.trusted_proxies == ()


@pytest.mark.parametrize(
    ("name", "value"),
    {
        "body_bytes": 1_000_000,
        "upload_bytes": 25_000_000,
        "graphql_bytes": 64_000,
        "graphql_tokens": 2000,
        "graphql_depth": 10,
        "graphql_introspection_depth": 20,
        "graphql_fields": 500,
        "graphql_aliases": 30,
        "graphql_root_fields": 20,
        "graphql_root_mutations": 5,
        "take": 50,
        "take_most": 200,
        "request_seconds": 30,
        "in_flight": 64,
        "queued": 128,
        "argon2_memory_kib": 19456,
        "argon2_time_cost": 2,
        "argon2_workers": 2,
        "login_per_account_minute": 5,
        "login_per_address_minute": 20,
    }.items(),
)
def test_load_with_nothing_set_has_the_documented_limit(name: str, value: int) -> None:
    assert getattr(load(), name) == value


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        ("DATABASE_URL", "postgresql://u:p@h/n", "database_url", "postgresql://u:p@h/n"),
        ("DATABASE_URL", "postgres://u:p@h/n", "database_url", "postgresql://u:p@h/n"),
        ("DATABASE_URL", "sqlite:///file.db", "database_url", "sqlite:///file.db"),
        ("ACTIONQL_DATABASE_URL", "sqlite:///file.db", "database_url", "sqlite:///file.db"),
        ("ACTIONQL_ENVIRONMENT", "production", "environment", "production"),
        ("ACTIONQL_PUBLIC_URL", "https://a.example/base/", "public_url", "https://a.example/base"),
        ("ACTIONQL_KEYSTORE", "/etc/keys.json", "keystore_file", Path("/etc/keys.json")),
        ("ACTIONQL_DATA", "/var/lib/it", "keystore_file", Path("/var/lib/it/keystore.json")),
        ("ACTIONQL_DATA", "/var/lib/it", "assets_place", "/var/lib/it/assets"),
        ("ACTIONQL_ASSETS", "/srv/files", "assets_place", "/srv/files"),
        ("ACTIONQL_ASSETS", "/srv/files", "assets_folder", Path("/srv/files")),
        ("ACTIONQL_ASSETS", "s3://files/some/place", "assets_place", "s3://files/some/place"),
        ("ACTIONQL_ASSETS", "s3://files", "assets_folder", None),
        ("ACTIONQL_TRUSTED_PROXIES", "10.0.0.1, fd00::/8,", "trusted_proxies", ("10.0.0.1", "fd00::/8")),
        (
            "ACTIONQL_ALLOWED_ORIGINS",
            "https://a.b, http://c:1",
            "allowed_origins",
            ("https://a.b", "http://c:1"),
        ),
        ("ACTIONQL_OUTBOUND_ALLOW", "127.0.0.1,mail.local", "outbound_allow", ("127.0.0.1", "mail.local")),
        ("ACTIONQL_SMTP_URL", "smtp://h", "smtp_url", "smtp://h"),
        ("ACTIONQL_SMTP_URL", "smtps://u:p%40@h:465", "smtp_url", "smtps://u:p%40@h:465"),
        ("ACTIONQL_SMTP_URL", "smtp://[::1]:25?starttls=never", "smtp_url", "smtp://[::1]:25?starttls=never"),
        ("ACTIONQL_MAIL_FROM", "Shop <a@b.nl>", "mail_from", "Shop <a@b.nl>"),
        ("ACTIONQL_DATA", "/var/lib/it", "outbox_place", Path("/var/lib/it/outbox")),
        ("ACTIONQL_OUTBOX", "/srv/mails", "outbox_place", Path("/srv/mails")),
        ("ACTIONQL_PORT", "0", "port", 0),
        ("ACTIONQL_PORT", "", "port", 8000),
        ("ACTIONQL_REQUEST_SECONDS", "2.5", "request_seconds", 2.5),
        ("ACTIONQL_QUEUED", "0", "queued", 0),
    ],
)
@pytest.mark.parametrize("from_file", [False, True])
def test_load_takes_a_variable_from_the_environment_or_the_file(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str, field: str, value: object, from_file: bool
) -> None:
    if from_file:
        Path(".env").write_text(f"# settings\n{variable}={text}\nOTHER=1\n")
    else:
        monkeypatch.setenv(variable, text)
    assert getattr(load(), field) == value


def test_load_prefers_what_is_given_then_the_environment_then_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text(
        "ACTIONQL_PORT=1\nACTIONQL_HOST=file\nACTIONQL_DATA=file\nDATABASE_URL=sqlite:///file"
    )
    monkeypatch.setenv("ACTIONQL_PORT", "2")
    monkeypatch.setenv("ACTIONQL_HOST", "environment")
    settings = load(port=3, host=None, database_url="sqlite:///given")
    assert (settings.port, settings.host, settings.data) == (3, "environment", Path("file"))
    assert settings.database_url == "sqlite:///given"
    assert load(env_file=None).data == Path("data")


def test_load_of_an_unknown_name_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="no such setting: prot"):
        load(prot=1)


@pytest.mark.parametrize(
    ("variable", "text", "expected"),
    [
        ("DATABASE_URL", "mysql://u:CANARY@h/n", "a postgresql:// or sqlite:// URL"),
        ("DATABASE_URL", "CANARY", "a postgresql:// or sqlite:// URL"),
        ("DATABASE_URL", "postgresql+asyncpg://u:CANARY@h/n", "a postgresql:// or sqlite:// URL"),
        ("ACTIONQL_ENVIRONMENT", "CANARY", "'development' or 'production'"),
        ("ACTIONQL_PUBLIC_URL", "CANARY", "an http:// or https:// URL"),
        ("ACTIONQL_PUBLIC_URL", "https://u:CANARY@h", "without user"),
        ("ACTIONQL_PUBLIC_URL", "https://h?CANARY", "without user, query"),
        ("ACTIONQL_ASSETS", "gs://CANARY", "a folder or s3://bucket/prefix"),
        ("ACTIONQL_ASSETS", "s3://u:CANARY@files", "a folder or s3://bucket/prefix"),
        ("ACTIONQL_ASSETS", "s3://files/../CANARY", "a folder or s3://bucket/prefix"),
        ("ACTIONQL_ASSETS", "s3://files/a//CANARY", "a folder or s3://bucket/prefix"),
        ("ACTIONQL_ASSETS", "s3://files?CANARY", "a folder or s3://bucket/prefix"),
        ("ACTIONQL_ASSETS", "s3://", "a folder or s3://bucket/prefix"),
        ("ACTIONQL_TRUSTED_PROXIES", "10.0.0.1,CANARY", "IP addresses or networks"),
        ("ACTIONQL_ALLOWED_ORIGINS", "https://a.b/CANARY", "origins as https://app.example.com"),
        ("ACTIONQL_ALLOWED_ORIGINS", "a.b,CANARY", "origins as https://app.example.com"),
        ("ACTIONQL_SMTP_URL", "http://u:CANARY@h", "smtp://user:password@host:port"),
        ("ACTIONQL_SMTP_URL", "smtp://u:CANARY@h:70000", "smtp://user:password@host:port"),
        ("ACTIONQL_SMTP_URL", "smtp://u:CANARY@h?starttls=x", "smtp://user:password@host:port"),
        ("ACTIONQL_PORT", "CANARY", "a valid integer"),
        ("ACTIONQL_PORT", "65536", "less than or equal to 65535"),
        ("ACTIONQL_PORT", "-1", "greater than or equal to 0"),
        ("ACTIONQL_BODY_BYTES", "0", "greater than or equal to 1"),
        ("ACTIONQL_REQUEST_SECONDS", "0", "greater than 0"),
        ("ACTIONQL_REQUEST_SECONDS", "inf", "a finite number"),
        ("ACTIONQL_ARGON2_MEMORY_KIB", "7", "greater than or equal to 8"),
    ],
)
def test_load_of_a_wrong_value_names_the_variable_and_not_the_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str, expected: str
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(SettingsError) as caught:
        load()
    _, problem = caught.value.message.splitlines()
    assert problem.startswith(f"{variable} should be ")
    assert expected in problem
    assert "CANARY" not in "".join(traceback.format_exception(caught.value))
    assert "CANARY" not in repr(caught.value.__context__)


def test_load_lists_every_wrong_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"DATABASE_URL": "x", "ACTIONQL_PORT": "x", "ACTIONQL_IN_FLIGHT": "0"}
    for variable, text in wrong.items():
        monkeypatch.setenv(variable, text)
    title, *problems = refusal().splitlines()
    assert title == "The settings are wrong:"
    assert [problem.split()[0] for problem in problems] == list(wrong)


def test_load_with_take_over_its_most_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIONQL_TAKE", "201")
    assert refusal().splitlines()[1:] == ["ACTIONQL_TAKE should be at most ACTIONQL_TAKE_MOST"]


def test_load_of_a_file_that_is_no_text_is_refused() -> None:
    Path(".env").write_bytes(b"ACTIONQL_HOST=\xff\xfe")
    assert ".env cannot be read as UTF-8 text" in refusal()


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        load().port = 1  # type: ignore[misc]


def test_settings_made_without_load_hide_wrong_values_too() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(database_url="mysql://u:CANARY@h/n")
    assert "CANARY" not in str(caught.value)


def test_settings_repr_hides_passwords() -> None:
    settings = load(database_url="postgresql://u:CANARY@h/n")
    assert "CANARY" not in repr(settings) + str(settings)


def test_describe_names_every_setting_with_one_line() -> None:
    rows = describe()
    assert len(rows) == len(Settings.model_fields)
    assert [name for name, _, _ in rows if not name.startswith("ACTIONQL_")] == ["DATABASE_URL"]
    for name, default, description in rows:
        assert name == name.upper()
        assert description.endswith(".")
        assert "\n" not in description + default
        assert len(description) < 100


def test_describe_gives_defaults_as_they_are_written_in_the_environment() -> None:
    defaults = {name: default for name, default, _ in describe()}
    assert defaults["ACTIONQL_PORT"] == "8000"
    assert defaults["ACTIONQL_REQUEST_SECONDS"] == "30"
    assert defaults["ACTIONQL_TRUSTED_PROXIES"] == ""
    assert defaults["DATABASE_URL"] == ""


def test_env_example_changes_nothing_when_uncommented() -> None:
    lines = [line.removeprefix("# ") for line in env_example().splitlines() if "=" in line]
    assert len(lines) == len(Settings.model_fields)
    Path(".env").write_text("\n".join(lines))
    assert load() == load(env_file=None)


def test_env_example_is_the_file_in_the_project() -> None:
    assert (ROOT / ".env.example").read_text() == env_example()
