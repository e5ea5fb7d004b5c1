"""The command as its users have it."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner, Result

from app.cli import cli


def take(*arguments: str | Path, target: str = "") -> Result:
    """`actionql import` with these arguments, into the database `target`."""
    return CliRunner().invoke(cli, ["import", *map(str, arguments)], env={"DATABASE_URL": target})


def taken(url: str, file: Path, target: str, *arguments: str) -> str:
    """What the command tells when it has taken a database over with its rows."""
    done = take(
        url, "--output", file, "--with-data", "--data", file.parent / "data", *arguments, target=target
    )
    assert done.exit_code == 0, done.output or done.exception
    return done.output
