"""`actionql keystore`."""

from __future__ import annotations

from app import settings as settings_module
from app.auth.keystore import SECRET_NAMES, Keystore
from app.cli.base import DataOption


def keystore(data: DataOption = None) -> None:
    """Makes the file of the server's secrets, or adds those that it lacks; what is in it stays."""
    file = settings_module.load(data=data).keystore_file
    Keystore.load(file, create=True)
    print(f"{file} holds {', '.join(SECRET_NAMES)}")
