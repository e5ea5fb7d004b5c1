from __future__ import annotations

from typing import Any

import pytest

from app.errors import StepFailed
from tests.unit.steps.conftest import Perform

ORDER = """<?xml version="1.0"?>
<o:order xmlns:o="urn:x" id="7"><line>a</line><line n="2"> b </line><empty/><note>one</note></o:order>"""


async def test_elements_become_objects_by_their_names(perform: Perform) -> None:
    steps = "- parse_xml: {text: =text, lists: [note]}\n  as: found"
    assert await perform(steps, "=found", text=ORDER) == {
        "order": {"_id": "7", "line": ["a", {"_n": "2", "_text": "b"}], "empty": None, "note": ["one"]}
    }


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
FILE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.mark.parametrize("text", ["", "<a>", "no xml", None, 5, BOMB, FILE, "<a>" * 10_000 + "</a>" * 10_000])
async def test_what_is_no_harmless_xml_fails(perform: Perform, text: Any) -> None:
    with pytest.raises(StepFailed, match=r"The text is no XML|deep"):
        await perform("- parse_xml: =text", text=text)
