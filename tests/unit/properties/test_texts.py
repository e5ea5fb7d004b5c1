from __future__ import annotations

from typing import Any

import pytest

from tests.support.cost import cost
from tests.unit.properties.kinds import parsed, problems, refused

TEXTS = ["text", "multi_line_text", "rich_text"]
REFERENCE = "0123456789abcdef0123456789abcdef/a b.pdf"


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("value", ["", "Ada", "line\nline", "naïve 🦊", " spaces "])
def test_text_is_kept_as_it_is(kind: str, value: str) -> None:
    assert parsed(kind, value) == value


@pytest.mark.parametrize("kind", [*TEXTS, "password", "email", "url", "list", "file"])
@pytest.mark.parametrize("value", [1, True, 1.5, [], {}, b"bytes"])
def test_text_of_another_type_is_invalid(kind: str, value: Any) -> None:
    assert refused(kind, value) == "is_invalid"


@pytest.mark.parametrize("kind", [*TEXTS, "password", "json", "email", "phone_number", "file"])
@pytest.mark.parametrize("value", ["abcdefgh\0", "abcdefgh\ud800", "\udfffabcdefgh"])
def test_text_that_a_database_cannot_hold_is_invalid(kind: str, value: str) -> None:
    assert refused(kind, value) == "is_invalid"


def test_text_as_long_as_allowed() -> None:
    assert parsed("text", "🦊" * 3, length=3) == "🦊" * 3


def test_text_longer_than_allowed() -> None:
    assert refused("text", "abcd", length=3) == "is_too_long"


@pytest.mark.parametrize(
    ("pattern", "value"),
    [("[A-Z]{2}[0-9]+", "AB12"), ("^a|b$", "a"), ("(ab)*", ""), (r"\d{4} ?[A-Z]{2}", "1234 AB")],
)
def test_pattern_that_the_whole_text_matches(pattern: str, value: str) -> None:
    assert parsed("text", value, pattern=pattern) == value


@pytest.mark.parametrize("value", ["AB", "xAB12", "AB12x", "AB12\n"])
def test_pattern_that_only_part_of_the_text_matches(value: str) -> None:
    assert refused("text", value, pattern="[A-Z]{2}[0-9]+") == "does_not_match"


def test_pattern_that_makes_others_hang_is_quick() -> None:
    with cost() as spent:
        assert refused("text", "a" * 5_000 + "!", pattern="(a*)*") == "does_not_match"
    assert spent.seconds < 1


@pytest.mark.parametrize("pattern", ["(", "a{2", "(?=a)", r"(a)\1", "a" * 1000])
def test_pattern_that_cannot_be_used_is_a_problem(pattern: str) -> None:
    assert [problem for problem in problems("text", pattern=pattern) if "cannot be used" in problem]


@pytest.mark.parametrize(
    "value", ["ada@example.com", "a.b+c@sub.example.co", "jörg@bücher.example", "x@1.nl"]
)
def test_email(value: str) -> None:
    assert parsed("email", value) == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@example",
        "a b@example.com",
        "a@b@example.com",
        ".a@example.com",
        "a..b@example.com",
        "a@-b.com",
        "a@b..com",
        "a@b.com\n",
        "Ada <ada@example.com>",
        "a" * 65 + "@example.com",
    ],
)
def test_email_that_is_none(value: str) -> None:
    assert refused("email", value) == "is_invalid"


def test_email_that_is_too_long() -> None:
    assert refused("email", "a@" + "b." * 130 + "com") == "is_too_long"


@pytest.mark.parametrize(
    "value",
    [
        "http://a.example",
        "https://a.example:8443/x?y=%20#z",
        "http://127.0.0.1:80/f",
        "http://[::1]/",
        "HTTP://A",
    ],
)
def test_url(value: str) -> None:
    assert parsed("url", value) == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        "a.example",
        "//a.example",
        "ftp://a.example",
        "javascript:alert(1)",
        "http://",
        "http:///x",
        "http:a",
        "http://a b/",
        "http://a\n/",
        "http://a\\b/",
        "http://a:99999/",
        "http://a:0/",
        "http://[::1",
        "data:,x",
    ],
)
def test_url_that_is_none(value: str) -> None:
    assert refused("url", value) == "is_invalid"


def test_url_that_is_too_long() -> None:
    assert refused("url", "http://a.example/" + "x" * 2048) == "is_too_long"


@pytest.mark.parametrize("value", ["112", "+31 20 123 4567", "(020) 123-4567", "020.1234567", "06/12345678"])
def test_phone_number(value: str) -> None:
    assert parsed("phone_number", value) == value


@pytest.mark.parametrize("value", ["", "12", "+", "call me", "1" * 16, "++31201234567", "123456x", "١٢٣٤٥"])
def test_phone_number_that_is_none(value: str) -> None:
    assert refused("phone_number", value) == "is_invalid"


@pytest.mark.parametrize("value", ["NL91ABNA0417164300", "nl91 abna 0417 1643 00", "GB82WEST12345698765432"])
def test_iban_is_kept_without_spaces_in_capitals(value: str) -> None:
    assert parsed("iban", value) == value.replace(" ", "").upper()


@pytest.mark.parametrize(
    "value", ["", "NL91ABNA0417164301", "NL91", "91NLABNA0417164300", "ÑL91ABNA0417164300"]
)
def test_iban_that_is_none(value: str) -> None:
    assert refused("iban", value) == "is_invalid"


@pytest.mark.parametrize("value", ["1234 AB", "1234AB", "SW1A 1AA", "90210-1234", "D02 AF30", "101"])
def test_zipcode(value: str) -> None:
    assert parsed("zipcode", value) == value


@pytest.mark.parametrize("value", ["", "1", "ABCD", "12_34", " 1234", "1234  AB", "1234\n"])
def test_zipcode_that_is_none(value: str) -> None:
    assert refused("zipcode", value) == "is_invalid"


def test_zipcode_that_is_too_long() -> None:
    assert refused("zipcode", "1234567890123") == "is_too_long"


@pytest.mark.parametrize("value", ["12345678", "ü" * 8, "x" * 1024])
def test_password_is_kept_for_hashing(value: str) -> None:
    assert parsed("password", value) == value


@pytest.mark.parametrize(
    ("value", "options", "code"),
    [
        ("1234567", {}, "is_too_short"),
        ("", {}, "is_too_short"),
        ("x" * 1025, {}, "is_too_long"),
        ("12345678", {"minimum": 12}, "is_too_short"),
    ],
)
def test_password_of_a_wrong_length(value: str, options: dict[str, Any], code: str) -> None:
    assert refused("password", value, **options) == code


def test_password_may_be_shorter_where_the_definition_says_so() -> None:
    assert parsed("password", "1234", minimum=4) == "1234"


@pytest.mark.parametrize("kind", ["file", "image"])
def test_file_is_a_reference(kind: str) -> None:
    assert parsed(kind, REFERENCE) == REFERENCE


@pytest.mark.parametrize("kind", ["file", "image", "multi_file"])
@pytest.mark.parametrize(
    "value",
    [
        "",
        "a.pdf",
        "0123/a.pdf",
        REFERENCE.upper(),
        REFERENCE + "/b",
        "/" + REFERENCE,
        REFERENCE[:33],
        REFERENCE[:33] + "..",
        REFERENCE[:33] + "a\nb",
        REFERENCE[:33] + "a\\b",
        REFERENCE[:33] + "x" * 256,
    ],
)
def test_file_that_is_no_reference_is_invalid(kind: str, value: str) -> None:
    assert refused(kind, value) == "is_invalid"


def test_multi_file_is_a_list_of_references() -> None:
    other = "f" * 32 + "/b.png"
    assert parsed("multi_file", [REFERENCE, other, REFERENCE]) == [REFERENCE, other]


def test_multi_file_from_a_form() -> None:
    assert parsed("multi_file", REFERENCE) == [REFERENCE]
    assert parsed("multi_file", f'["{REFERENCE}"]') == [REFERENCE]
