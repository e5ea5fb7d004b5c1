"""What schemathesis makes of the descriptions is answered as they say: no crash, no status or shape beside them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.conftest import APPLICATIONS, OFTEN, PASSWORD, QUICK, SECRETS
from tests.support.server import ROOT, Server, running_server

EXAMPLES = "6"
"""Random ones of each operation, beside those at the edges of its schemas."""
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "missing_required_header",
    "use_after_free",
    "ignored_auth",
)
# 502 says that the application failed at it, as its author meant it to in these; 504 that the caller's time was over.
CONFIGURATION = '[checks.not_a_server_error]\nexpected-statuses = ["2xx", "3xx", "4xx", "502", "504"]\n'
DEFINITIONS = (
    ROOT / "tests" / "rest" / "application.yaml",
    *(APPLICATIONS / f"{name}.yaml" for name in ("market", "tools")),
    *(ROOT / "app" / "examples" / f"{name}.yaml" for name in ("crm", "onboarding")),
)
LIMITS = {
    f"ACTIONQL_{name}": "1000000"
    for name in (
        "KEY_PER_MINUTE",
        "WRONG_KEYS_PER_ADDRESS_MINUTE",
        "EXECUTION_PER_SECOND",
        "EXECUTION_PER_MINUTE",
    )
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("schemathesis") / "data"
    env = {**SECRETS, **QUICK, **OFTEN, **LIMITS}
    with running_server(*DEFINITIONS, data=data, env=env) as server:
        yield server


def run(folder: Path, url: str, *who: str, phases: str = "examples,coverage,fuzzing") -> None:
    """Runs every operation of the description at `url`, an address or a path; fails with what schemathesis found."""
    (folder / "schemathesis.toml").write_text(CONFIGURATION)
    program = str(Path(sys.executable).with_name("schemathesis"))
    options = [
        f"--phases={phases}",
        f"--max-examples={EXAMPLES}",
        "--workers=2",
        "--no-color",
    ]
    found = subprocess.run(
        [program, "run", url, f"--checks={','.join(CHECKS)}", *options, *who],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stdout[-20_000:] + found.stderr[-2_000:]
    assert " passed" in found.stdout


def key(server: Server, data: Path) -> str:
    """An API key of a clerk, who may do all that anybody may."""
    who, of = "clerk@example.org", ("--application", "customers", "--definition", str(DEFINITIONS[0]))
    actionql(data, "users", "add", who, "--role", "clerk", *of)
    return f"{who}:{actionql(data, 'keys', 'create', '--user', who, *of)}"


def actionql(data: Path, *arguments: str) -> str:
    """What the command prints, run on the server's data."""
    command = [sys.executable, "-m", "app", *arguments, "--data", str(data)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_records_are_served_as_described(server: Server, tmp_path: Path) -> None:
    auth = key(server, server.log.with_suffix(""))
    # A second model of the same shape would double the time.
    run(tmp_path, f"{server.url}/openapi.json", "--auth", auth, "--exclude-tag=Company")


def test_endpoints_are_served_as_described(server: Server, tmp_path: Path) -> None:
    login = f'mutation {{ login(authProfileUuid: "Sellers", username: "sam", password: "{PASSWORD}") {{ jwtToken }} }}'
    answer = httpx.post(f"{server.url}/api/runtime/market", json={"query": login}, timeout=30)
    token = answer.json()["data"]["login"]["jwtToken"]
    run(
        tmp_path,
        f"{server.url}/api/runtime/market/openapi.json",
        "--header",
        f"Authorization: Bearer {token}",
        "--exclude-tag=Offer",
    )


def test_http_actions_are_served_as_described(server: Server, tmp_path: Path) -> None:
    run(tmp_path, f"{server.url}/api/runtime/tools/openapi.json")


def test_triggers_are_served_as_described(server: Server, tmp_path: Path) -> None:
    # The phase for edges, coverage, ends with an error of its own for these paths.
    run(tmp_path, f"{server.url}/api/runtime/MyApp/openapi.json", phases="examples,fuzzing")


def test_sessions_are_served_as_described(server: Server, tmp_path: Path) -> None:
    of = ("--module", "onboarding/Onboard employee", "--definition", str(DEFINITIONS[-1]))
    key = actionql(server.log.with_suffix(""), "keys", "create", *of)
    # A key of a module is for this door alone, not for the address of the description.
    description = tmp_path / "openapi.json"
    description.write_text(httpx.get(f"{server.url}/api/runtime/onboarding/openapi.json").text)
    who = ("--include-tag=Sessions", "--header", f"Authorization: Bearer {key}")
    run(tmp_path, str(description), f"--url={server.url}", *who)
