"""A file on its way from a form into a record and back."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.end_to_end.caller import Caller
from tests.end_to_end.conftest import UPLOAD_BYTES, Shared
from tests.end_to_end.pictures import png

REQUEST = """mutation { generateFileUploadRequest(
  contentType: $type, fileName: $name, modelName: $model, propertyName: $property) { url fields reference } }"""
CREATE = "mutation { createBook(input: {title: $name, scan: $reference}) { id scan { name url } } }"


def form(ada: Caller, name: str = "scan.png", model: str = "Book", property: str = "scan") -> dict[str, Any]:
    """An upload form for a file."""
    variables = {"type": "image/png", "name": name, "model": model, "property": property}
    return dict(ada.ask(REQUEST, variables)["generateFileUploadRequest"])


def sent(ada: Caller, form: dict[str, Any], content: bytes, name: str = "any.bin") -> httpx.Response:
    """The answer to the form with a file, by somebody without a token."""
    answer = ada.client.post(form["url"], data=form["fields"], files={"file": (name, content, "image/png")})
    return ada.checked(answer)


def test_uploaded_file_is_stored_attached_and_comes_back(ada: Caller) -> None:
    picture, asked = png(shade=40), form(ada, name="my scan é.png")
    answer = sent(ada, asked, picture)
    assert answer.status_code == 201
    assert answer.json() == {
        "reference": asked["reference"],
        "name": "my scan é.png",
        "contentType": "image/png",
        "size": len(picture),
    }
    scan = ada.ask(CREATE, {"name": "Scanned", "reference": asked["reference"]})["createBook"]["scan"]
    assert scan["name"] == "my scan é.png"
    downloaded = ada.client.get(scan["url"])
    assert (downloaded.content, downloaded.headers["content-type"]) == (picture, "image/png")
    assert "filename*=UTF-8''my%20scan%20%C3%A9.png" in downloaded.headers["content-disposition"]


def test_model_and_property_are_found_by_the_names_that_callers_know(ada: Caller) -> None:
    for model, property in (("Book", "scan"), ("book", "scan"), ("Portrait", "picture")):
        assert form(ada, model=model, property=property)["reference"]


@pytest.mark.parametrize(
    ("model", "property"), [("Book", "title"), ("Books", "scan"), ("Member", "password"), ("", "")]
)
def test_form_for_what_is_no_file_property(ada: Caller, model: str, property: str) -> None:
    variables = {"type": "image/png", "name": "a", "model": model, "property": property}
    assert ada.code(REQUEST, variables) == "BAD_USER_INPUT"


def test_form_is_good_once(ada: Caller) -> None:
    asked = form(ada)
    assert sent(ada, asked, png()).status_code == 201
    again = sent(ada, asked, b"something else")
    assert (again.status_code, again.json()["error"]["code"]) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize("field", ["reference", "expires", "signature"])
@pytest.mark.parametrize(
    "change", [lambda text: None, lambda text: text + "0", lambda text: "", lambda text: "é\0"]
)
def test_form_that_was_touched_stores_nothing(ada: Caller, field: str, change: Any) -> None:
    asked = form(ada)
    value = change(asked["fields"].pop(field))
    if value is not None:
        asked["fields"][field] = value
    answer = sent(ada, asked, png())
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN")


def test_file_is_not_read_before_its_form_is_known_to_be_good(ada: Caller) -> None:
    asked = form(ada)
    asked["fields"]["signature"] = "x"
    # So many bytes of a good form would be answered 413.
    answer = sent(ada, asked, bytes(20 * UPLOAD_BYTES))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN")


def test_file_that_comes_before_the_fields_is_refused(ada: Caller) -> None:
    asked = form(ada)
    fields = [("file", ("a.png", png())), *((name, (None, value)) for name, value in asked["fields"].items())]
    answer = ada.client.post(asked["url"], files=fields)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BAD_USER_INPUT")
    assert "before its file" in answer.json()["error"]["message"]
    assert sent(ada, asked, png()).status_code == 201


def test_file_that_is_too_large_is_not_kept(ada: Caller) -> None:
    asked = form(ada)
    answer = sent(ada, asked, bytes(UPLOAD_BYTES + 1))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "TOO_LARGE")
    assert ada.code(CREATE, {"name": "None", "reference": asked["reference"]}) == "BAD_USER_INPUT"


def test_body_far_over_the_limit_is_not_read_to_its_end(ada: Caller) -> None:
    asked = form(ada)
    answer = sent(ada, asked, bytes(20 * UPLOAD_BYTES))
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"Content-Type": "application/json"}, b"{}", 400),
        ({"Content-Type": "multipart/form-data"}, b"", 400),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x\r\nbroken", 400),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"", 400),
        ({}, b"", 400),
    ],
)
def test_body_that_is_no_form(ada: Caller, headers: dict[str, str], content: bytes, status: int) -> None:
    answer = ada.checked(ada.client.post(form(ada)["url"], headers=headers, content=content))
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, "BAD_USER_INPUT")


def test_reference_that_was_never_uploaded_is_refused(ada: Caller) -> None:
    for reference in (form(ada)["reference"], "0" * 32 + "/a.png", "../../etc/passwd", "nothing", "/"):
        error = ada.error(CREATE, {"name": "None", "reference": reference})
        assert (error["extensions"]["code"], list(error["extensions"]["fields"])) == (
            "BAD_USER_INPUT",
            ["scan"],
        )


def test_file_is_not_there_for_another_application(ada: Caller, system: Caller) -> None:
    asked = form(ada)
    sent(ada, asked, png(shade=41))
    url = ada.ask(CREATE, {"name": "Own", "reference": asked["reference"]})["createBook"]["scan"]["url"]
    assert ada.client.get(url).status_code == 200
    elsewhere = url.replace("11aa22bb33cc44dd55ee66ff77008899", system.url.rpartition("/")[2])
    assert ada.client.get(elsewhere).status_code == 404


def test_image_property_takes_images_alone(ada: Caller) -> None:
    query = """mutation {
      createPortrait(input: {caption: $caption, author: 1, picture: $reference}) { picture { name } } }"""
    text = form(ada, name="text.png", model="Portrait", property="picture")
    sent(ada, text, b"no picture")
    error = ada.error(query, {"caption": "Text", "reference": text["reference"]})
    assert list(error["extensions"]["fields"]) == ["picture"]
    picture = form(ada, name="real.png", model="Portrait", property="picture")
    sent(ada, picture, png(shade=42))
    made = ada.ask(query, {"caption": "Real", "reference": picture["reference"]})
    assert made == {"createPortrait": {"picture": {"name": "real.png"}}}


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../../etc/passwd", "passwd"), ("a\r\nSet-Cookie: x", None), ("C:\\autoexec.bat", None), ("", None)],
)
def test_name_of_a_file_is_only_a_name(ada: Caller, name: str, kept: str | None) -> None:
    asked = form(ada, name=name)
    assert sent(ada, asked, b"<script>alert(1)</script>").status_code == 201
    scan = ada.ask(CREATE, {"name": "Named", "reference": asked["reference"]})["createBook"]["scan"]
    assert kept is None or scan["name"] == kept
    assert not {"/", "\\", "\r", "\n"} & set(scan["name"])
    answer = ada.client.get(scan["url"])
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers


def test_file_that_the_store_has_lost_or_lost_a_part_of_is_not_found(ada: Caller, shared: Shared) -> None:
    asked = form(ada)
    sent(ada, asked, png())
    scan = ada.ask(CREATE, {"name": "Lost", "reference": asked["reference"]})["createBook"]["scan"]
    (file,) = [name for name in shared.kept.names() if name.endswith(asked["reference"].split("/")[0])]
    shared.kept.write(file, png()[:-1])
    damaged = ada.client.get(scan["url"])
    shared.kept.remove(file)
    for answer in (damaged, ada.client.get(scan["url"])):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
