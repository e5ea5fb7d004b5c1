"""The command `actionql`, and `python -m app`."""

from __future__ import annotations

import gc


def main() -> None:
    """Runs the command line."""
    # What is imported stays: the collector need not look at it, neither while it comes nor later. It takes a quarter
    # of the start.
    gc.disable()
    from app.cli import main as run

    gc.freeze()
    gc.enable()
    run()


if __name__ == "__main__":
    main()
