"""Commands without the second that a process of their own would take to start."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from app.cli import main


def run_command(*arguments: str | Path, folder: Path, env: Mapping[str, str]) -> tuple[int, str, str]:
    """The status of `actionql ARGUMENTS` in a folder, and what it prints to both outputs.

    Settings come from `env` alone. Called in a loop, the command has a thread of its own.
    """
    printed, refused = io.StringIO(), io.StringIO()
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("ACTIONQL_", "DATABASE_"))
    }
    with (
        chdir(folder),
        patch.dict(os.environ, {**own, **env}, clear=True),
        patch.object(sys, "argv", ["actionql", *map(str, arguments)]),
        redirect_stdout(printed),
        redirect_stderr(refused),
    ):
        status = _in_a_thread() if _in_a_loop() else _status()
    return status, printed.getvalue(), refused.getvalue()


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _in_a_thread() -> int:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_status).result()


def _status() -> int:
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0
