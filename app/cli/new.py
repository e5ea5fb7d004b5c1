"""`actionql new`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from app.checks import load_checked
from app.cli.base import fail
from app.definition.names import snake
from app.main import EXAMPLES
from app.steps import KINDS

FILE = "application.yaml"
FIRST_QUERY = "{ allTask { totalCount results { id title done } } }"


def new(
    folder: Annotated[Path, typer.Argument(help="Where it goes; its name becomes the application's.")],
) -> None:
    """Writes a small application with comments that can be served as it is; overwrites nothing."""
    name = folder.absolute().name
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9 _-]{0,39}", name) or not snake(name):
        fail(f"An application cannot be called {name!r}; take letters, digits, - and _, a letter first.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        fail(f"{folder} is there and not empty; nothing was written.")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / FILE
    with file.open("x", encoding="utf-8") as opened:
        opened.write(_text(name))
    load_checked(folder, steps=KINDS)
    print(
        f"wrote {file}\n\nServe it, which prints its address and a login, and again what you save:\n\n"
        f"  actionql serve {_quoted(folder)} --reload"
    )
    print(f"\nA first query:\n\n  {FIRST_QUERY}")


def _text(name: str) -> str:
    """The example under this name, with a uuid of its own."""
    text = (EXAMPLES / "starter.yaml").read_text(encoding="utf-8")
    text = re.sub(r"^application: .*$", f'application: "{name}"', text, count=1, flags=re.MULTILINE)
    return re.sub(r"^uuid: \w+", f'uuid: "{uuid4().hex}"', text, count=1, flags=re.MULTILINE)


def _quoted(folder: Path) -> str:
    return f"'{folder}'" if " " in str(folder) else str(folder)
