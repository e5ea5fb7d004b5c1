"""The command `actionql`, and `python -m app`.

A worker process imports this file before all else.
"""

from __future__ import annotations

import os

from app.memory import begin_imports

begin_imports()
# Pydantic would search all that is installed for plugins, of which there are none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def main() -> None:
    """Runs the command line."""
    from app.cli import main as run

    run()


if __name__ == "__main__":
    main()
