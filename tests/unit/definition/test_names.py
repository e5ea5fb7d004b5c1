from __future__ import annotations

from uuid import UUID

import pytest

from app.definition.names import camel, derived_uuid, parse_uuid, pascal, snake

APPLICATION = UUID("4f0c6c1e-7a3b-4b61-a7d1-e7d8c1a2f3b4")


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("JwtToken", ("jwt_token", "jwtToken", "JwtToken")),
        ("created_at", ("created_at", "createdAt", "CreatedAt")),
        ("price list", ("price_list", "priceList", "PriceList")),
        ("HTTPServer", ("http_server", "httpServer", "HTTPServer")),
        (
            "Trigger next-gen upload",
            ("trigger_next_gen_upload", "triggerNextGenUpload", "TriggerNextGenUpload"),
        ),
    ],
)
def test_name_has_its_derived_forms(name: str, forms: tuple[str, str, str]) -> None:
    assert (snake(name), camel(name), pascal(name)) == forms


def test_derived_uuid_differs_by_application_kind_and_name() -> None:
    first = derived_uuid(APPLICATION, "model", "Media")
    assert derived_uuid(APPLICATION, "model", "Media") == first
    assert derived_uuid(APPLICATION, "action", "Media") != first
    assert derived_uuid(first, "model", "Media") != first


@pytest.mark.parametrize("text", ["4F0C6C1E7A3B4B61A7D1E7D8C1A2F3B4", "4f0c6c1e-7a3b-4b61-a7d1-e7d8c1a2f3b4"])
def test_uuid_is_read_in_either_form(text: str) -> None:
    assert parse_uuid(text) == APPLICATION


@pytest.mark.parametrize("text", ["", "Media", "4f0c", "{4f0c6c1e7a3b4b61a7d1e7d8c1a2f3b4}", "z" * 32])
def test_text_that_is_no_uuid(text: str) -> None:
    assert parse_uuid(text) is None
