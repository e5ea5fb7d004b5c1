from __future__ import annotations

from pathlib import Path

from tests.canaries.vault import drive, opened
from tests.support.files import FileServer


def test_no_secret_is_found_anywhere(database_url: str, tmp_path: Path, file_server: FileServer) -> None:
    with opened(database_url, tmp_path, file_server) as vault:
        drive(vault)
    assert len(vault.canaries) > 30
    # A form shows its own token.
    shown = {("token of a form", "errors")}
    assert len(vault.answers) > 40
    places = {
        "log": vault.server.log.read_text(),
        "errors": "\n".join(vault.answers),
        "database": vault.stored(),
        "metrics": vault.metrics,
    }
    found = [
        (name, place)
        for place, text in places.items()
        for name, secret in vault.canaries.items()
        if secret in text
    ]
    assert {*found} - shown == set()
