"""The audits of the npm package graphql-http, which say how well a server keeps to GraphQL over HTTP."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "audits"


def run_audits(url: str) -> list[dict[str, Any]]:
    """Each audit of the server at `url`: id, name, status (ok, notice, warn, error), failure's reason."""
    if not (FOLDER / "node_modules").is_dir():
        raise FileNotFoundError("these tests need tests/audits installed: `scripts/test` does it")
    done = subprocess.run(
        [_node(), "audit.mjs", url], cwd=FOLDER, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


def _node() -> str:
    folders = [os.environ["PATH"], str(Path(sys.executable).parent)]
    found = shutil.which("node", path=os.pathsep.join(folders))
    if found is None:
        raise FileNotFoundError(
            "these tests need Node.js: `scripts/install dev` brings it where it is missing"
        )
    return found
