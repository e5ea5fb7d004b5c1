from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.together import check_together
from app.definition.load import Loaded, load
from app.errors import DefinitionError
from app.steps import KINDS

FIRST, SECOND = "0b9f4a2d6c1e4f7a8d3b5c7e9f1a2b3c", "1b9f4a2d6c1e4f7a8d3b5c7e9f1a2b3c"


def loaded(folder: Path, name: str, uuid: str, *hosts: str) -> Loaded:
    """An application in a file of its own."""
    file = folder / f"{len(list(folder.iterdir()))}.yaml"
    file.write_text(f"application: {name}\nuuid: {uuid}\nhosts: [{', '.join(hosts)}]\n")
    return load(file, steps=KINDS)


def problems(*definitions: Loaded) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        check_together(definitions)
    return [f"{Path(one.file).name}:{one.line} {one.path}: {one.message}" for one in caught.value.problems]


def test_applications_with_nothing_in_common_are_served_together(tmp_path: Path) -> None:
    check_together(
        [
            loaded(tmp_path, "shop", FIRST, "shop.example.org"),
            loaded(tmp_path, "shop two", SECOND, "example.org"),
        ]
    )


def test_uuid_of_another_application_is_refused(tmp_path: Path) -> None:
    spelt = FIRST.upper()
    assert problems(loaded(tmp_path, "shop", FIRST), loaded(tmp_path, "crm", spelt)) == [
        "1.yaml:2 uuid: the application 'shop' has this uuid; write another one"
    ]


@pytest.mark.parametrize("name", ["price list", "Price List", "price_list", "PriceList"])
def test_name_that_gives_the_tables_of_another_application_is_refused(tmp_path: Path, name: str) -> None:
    assert problems(loaded(tmp_path, "price list", FIRST), loaded(tmp_path, name, SECOND)) == [
        "1.yaml:1 application: its tables would be those of the application 'price list'; rename one"
    ]


def test_host_of_another_application_is_refused_in_any_case(tmp_path: Path) -> None:
    first = loaded(tmp_path, "shop", FIRST, "a.example.org", "b.example.org")
    second = loaded(tmp_path, "crm", SECOND, "c.example.org", "B.example.org")
    assert problems(first, second) == [
        "1.yaml:3 hosts[1]: the application 'shop' has this host; leave it to one"
    ]
