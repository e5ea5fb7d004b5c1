from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The modules that are there when `actionql serve` begins to read definitions."""
    code = "import sys, app.cli.serve; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("name", ["app.steps.ask", "cryptography", "jose", "ruamel.yaml"])
def test_start_loads_nothing_that_few_servers_use(loaded: set[str], name: str) -> None:
    assert "sqlalchemy" in loaded
    assert name not in loaded
