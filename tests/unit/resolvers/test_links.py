from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import pytest

from app.errors import NotFound
from app.resolvers.links import LIFETIME, check_link, links
from tests.unit.resolvers.contexts import APPLICATION, context

ID = "0" * 31 + "1"
NAME = "Año 50% & mehr?.txt"
OTHER = UUID("0f0f0f0f0f0f4f0f8f0f0f0f0f0f0f0f")


def made(name: str = NAME) -> dict[str, str]:
    """The parts of an address, as a request for it brings them."""
    split = urlsplit(links(context())(f"{ID}/{name}"))
    *_, id, quoted = split.path.split("/")
    query = parse_qs(split.query)
    return {
        "id": id,
        "name": unquote(quoted),
        "expires": query["expires"][0],
        "signature": query["signature"][0],
    }


def test_link_leads_to_the_file_of_its_application() -> None:
    link = links(context())(f"{ID}/plain.txt")
    assert link.startswith(
        f"https://files.example/api/runtime/{APPLICATION.hex}/assets/{ID}/plain.txt?expires="
    )


def test_link_is_good_and_the_same_for_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    start = 500_000 * LIFETIME
    found = set()
    for now in (start, start + LIFETIME - 1):
        monkeypatch.setattr("app.resolvers.links.time", lambda now=now: float(now))
        found.add(links(context())(f"{ID}/{NAME}"))
    assert len(found) == 1
    parts = made()
    assert parts["name"] == NAME
    monkeypatch.setattr("app.resolvers.links.time", lambda: float(start + 2 * LIFETIME - 1))
    check_link(context(), **parts)
    monkeypatch.setattr("app.resolvers.links.time", lambda: float(start + 2 * LIFETIME))
    with pytest.raises(NotFound):
        check_link(context(), **parts)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "0" * 31 + "2"},
        {"name": "other.txt"},
        {"name": ""},
        {"expires": "99999999999"},
        {"expires": "0"},
        {"expires": ""},
        {"expires": "-1"},
        {"expires": "1e9"},
        {"expires": "٣"},
        {"expires": "9" * 5_000},
        {"signature": ""},
        {"signature": "x"},
        {"signature": "\udcff"},
    ],
)
def test_check_link_refuses_what_was_not_made_so(change: dict[str, str]) -> None:
    check_link(context(), **made())
    with pytest.raises(NotFound):
        check_link(context(), **{**made(), **change})


def test_check_link_refuses_the_link_of_another_application() -> None:
    with pytest.raises(NotFound):
        check_link(context(OTHER), **made())
