from __future__ import annotations

from typing import Any

import pytest

from app.errors import BadInput
from app.resolvers.records import parse_id


@pytest.mark.parametrize(("given", "id"), [(1, 1), ("1", 1), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_parse_id_takes_a_number_and_its_digits(given: Any, id: int) -> None:
    assert parse_id(given) == id


@pytest.mark.parametrize(
    "given", ["", "-1", -1, "1.0", 1.5, "x", "1 ", "1' or 1=1", "9" * 19, None, True, "²", "٣"]
)
def test_parse_id_refuses_what_is_none(given: Any) -> None:
    with pytest.raises(BadInput) as caught:
        parse_id(given)
    assert caught.value.fields == {"id": ["is_invalid"]}
