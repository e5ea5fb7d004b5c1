import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.auth import base64url
from app.auth.keystore import SECRET_NAMES, Keystore
from app.cli import cli
from app.settings import SettingsError

ROOT = Path(__file__).parents[3]
LOAD = """
import sys, time
from hashlib import sha256
from pathlib import Path
from app.auth.keystore import SECRET_NAMES, Keystore
path, ready, go = (Path(argument) for argument in sys.argv[1:])
ready.touch()
while not go.exists():
    time.sleep(0.0005)
keystore = Keystore.load(path, create=True)
print(sha256(b"".join(keystore.secret(name) for name in SECRET_NAMES)).hexdigest())
"""


def write(path: Path, values: object, mode: int = 0o600) -> Path:
    path.write_text(json.dumps(values))
    path.chmod(mode)
    return path


def full() -> dict[str, str]:
    return {name: base64url.encode(name.encode().ljust(32, b"!")) for name in SECRET_NAMES}


def refusal(path: Path, *, create: bool = False) -> str:
    with pytest.raises(SettingsError) as caught:
        Keystore.load(path, create=create)
    assert caught.value.code == "SETTINGS_ERROR"
    return caught.value.message


def test_load_with_create_makes_fresh_secrets_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "keystore.json"
    keystore = Keystore.load(path, create=True)
    assert path.stat().st_mode & 0o777 == 0o600
    values = [keystore.secret(name) for name in SECRET_NAMES]
    assert {len(value) for value in values} == {64}
    assert len(set(values)) == len(SECRET_NAMES) == 8
    assert [entry.name for entry in path.parent.iterdir()] == ["keystore.json"]


def test_load_again_gives_the_same_secrets(tmp_path: Path) -> None:
    path = tmp_path / "keystore.json"
    first = Keystore.load(path, create=True)
    before = path.read_bytes()
    for create in (True, False):
        again = Keystore.load(path, create=create)
        assert [again.secret(name) for name in SECRET_NAMES] == [first.secret(name) for name in SECRET_NAMES]
    assert path.read_bytes() == before


def test_load_with_create_adds_missing_names_and_keeps_the_rest(tmp_path: Path) -> None:
    values = full() | {"my-webservice": "A" * 43}
    del values["audit"]
    path = write(tmp_path / "keystore.json", values)
    keystore = Keystore.load(path, create=True)
    assert len(keystore.secret("audit")) == 64
    assert keystore.secret("access-token") == b"access-token".ljust(32, b"!")
    assert keystore.secret("my-webservice") == bytes(32)
    assert path.stat().st_mode & 0o777 == 0o600


def test_load_without_a_file_says_what_to_set(tmp_path: Path) -> None:
    path = tmp_path / "keystore.json"
    message = refusal(path)
    assert "Set ACTIONQL_KEYSTORE" in message
    assert message.endswith("make one with: actionql keystore")
    assert not path.exists()


def test_load_of_a_file_that_lacks_names_lists_them(tmp_path: Path) -> None:
    values = full()
    del values["audit"], values["asset-url"]
    path = write(tmp_path / "keystore.json", values)
    assert refusal(path).endswith("lacks asset-url, audit. Add what is missing with: actionql keystore")


def test_command_makes_what_is_missing_and_keeps_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secrets" / "keystore.json"
    monkeypatch.setenv("ACTIONQL_ENVIRONMENT", "production")
    monkeypatch.setenv("ACTIONQL_KEYSTORE", str(path))
    made, again = (CliRunner().invoke(cli, ["keystore", "--data", str(tmp_path)]) for _ in range(2))
    assert made.output == again.output == f"{path} holds {', '.join(SECRET_NAMES)}\n"
    values = json.loads(path.read_text())
    del values["audit"]
    write(path, values)
    CliRunner().invoke(cli, ["keystore"])
    completed = json.loads(path.read_text())
    assert completed.pop("audit") not in ("", *values.values())
    assert completed == values
    for secret in completed.values():
        assert secret not in made.output


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o601])
@pytest.mark.parametrize("create", [True, False])
def test_load_of_a_file_open_to_others_is_refused_with_remedy(
    tmp_path: Path, mode: int, create: bool
) -> None:
    path = write(tmp_path / "keystore.json", full(), mode)
    assert f"chmod 600 {path}" in refusal(path, create=create)


@pytest.mark.parametrize(
    "value",
    [
        "",
        base64url.encode(b"CANARY".ljust(31, b"x")),
        "CANARY*" + "A" * 80,
        "A" * 42 + "B",
        "ä" * 80,
        12345678901234567890,
        None,
        ["CANARY"],
    ],
)
@pytest.mark.parametrize("create", [True, False])
def test_load_of_a_weak_secret_is_refused_without_showing_it(
    tmp_path: Path, value: object, create: bool
) -> None:
    message = refusal(write(tmp_path / "keystore.json", full() | {"audit": value}), create=create)
    assert "'audit'" in message
    assert "at least 32 bytes" in message
    assert "CANARY" not in message
    assert str(value or "?" * 9) not in message


def test_load_of_a_padded_secret_is_accepted(tmp_path: Path) -> None:
    path = write(tmp_path / "keystore.json", full() | {"audit": "A" * 43 + "="})
    assert Keystore.load(path, create=False).secret("audit") == bytes(32)


@pytest.mark.parametrize("text", ["", "CANARY", "[]", "null", '{"audit": ', "[" * 5000, b"\xff"])
def test_load_of_something_else_is_refused(tmp_path: Path, text: str | bytes) -> None:
    path = tmp_path / "keystore.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(0o600)
    for create in (True, False):
        message = refusal(path, create=create)
        assert "no JSON object" in message
        assert "CANARY" not in message


def test_load_of_a_folder_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path)


def test_load_where_nothing_can_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    message = refusal(tmp_path / "file" / "keystore.json", create=True)
    assert "cannot be made" in message
    assert "ACTIONQL_KEYSTORE" in message


def test_secret_of_an_unknown_name_is_refused(tmp_path: Path) -> None:
    keystore = Keystore.load(tmp_path / "keystore.json", create=True)
    with pytest.raises(SettingsError, match="no secret 'other'"):
        keystore.secret("other")


def test_repr_shows_names_and_no_secrets() -> None:
    keystore = Keystore({"audit": b"CANARY" * 8})
    for text in (repr(keystore), str(keystore), f"{[keystore]}"):
        assert "audit" in text
        assert "CANARY" not in text


@pytest.mark.parametrize("existing", [None, ["audit", "access-token"]])
def test_load_by_processes_that_start_together_gives_all_the_same(
    tmp_path: Path, existing: list[str] | None
) -> None:
    path, go = tmp_path / "data" / "keystore.json", tmp_path / "go"
    if existing is not None:
        path.parent.mkdir()
        write(path, {name: full()[name] for name in existing})
    ready = [tmp_path / f"ready-{number}" for number in range(4)]
    commands = [[sys.executable, "-c", LOAD, str(path), str(mark), str(go)] for mark in ready]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) for command in commands
    ]
    while not all(mark.exists() for mark in ready):
        assert all(process.poll() is None for process in processes)
        time.sleep(0.01)
    go.touch()
    digests = [process.communicate(timeout=30)[0].strip() for process in processes]
    assert len(set(digests)) == 1
    assert len(digests[0]) == 64
    assert [entry.name for entry in path.parent.iterdir()] == ["keystore.json"]
