"""`python -m app` is the command `actionql`."""

from app.cli import main

main()
