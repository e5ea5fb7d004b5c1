from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.unit.steps.conftest import Perform


async def test_to_json_writes_values_exactly(perform: Perform) -> None:
    value = {"price": Decimal("0.10"), "on": date(2026, 1, 2), "big": 2**60, "of": [None, True]}
    text = await perform("- to_json: =value\n  as: text", "=text", value=value)
    assert text == '{"price":0.10,"on":"2026-01-02","big":1152921504606846976,"of":[null,true]}'
