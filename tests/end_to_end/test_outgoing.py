"""What the server fetches for its callers, and what it must not."""

from __future__ import annotations

import pytest

from tests.end_to_end.caller import Caller
from tests.end_to_end.conftest import UPLOAD_BYTES, Shared
from tests.end_to_end.pictures import png
from tests.support.files import FileServer

UPLOAD = "7a4e0b0e5d5c4c0fb3a4f0a1b2c3d4e5"


def stored(shared: Shared) -> set[str]:
    """The files that are kept, finished or not."""
    return set(shared.kept.names())


def media(system: Caller) -> int:
    return int(system.ask("{ allMedia(take: 0) { totalCount } }")["allMedia"]["totalCount"])


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/a.png",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/a.png",
        "http://[::ffff:127.0.0.1]/a.png",
        "http://0x7f000001/a.png",
        "http://2130706433/a.png",
        "http://localhost/a.png",
        "http://127.0.0.1:1/a.png",
    ],
)
def test_inner_address_is_not_fetched(shared: Shared, system: Caller, url: str) -> None:
    before, had = stored(shared), media(system)
    error = system.error(
        "mutation { action(id: $id, input: $input) }", {"id": UPLOAD, "input": {"file": url}}
    )
    assert error["extensions"]["code"] == "STEP_FAILED"
    assert (stored(shared), media(system)) == (before, had)


def test_redirect_to_an_inner_address_is_not_followed(
    shared: Shared, system: Caller, files: FileServer, inner: FileServer
) -> None:
    before = stored(shared)
    target = inner.serve("/secret.png", png())
    assert system.refused(UPLOAD, {"file": target}) == "STEP_FAILED"
    assert system.refused(UPLOAD, {"file": files.redirect("/leads-inside.png", target)}) == "STEP_FAILED"
    assert (inner.requests, stored(shared)) == ([], before)


def test_redirect_to_an_allowed_address_is_followed(system: Caller, files: FileServer) -> None:
    target = files.serve("/moved.png", png(shade=30))
    assert isinstance(system.action(UPLOAD, {"file": files.redirect("/moves.png", target)}), int)


def test_redirects_in_a_circle_end(system: Caller, files: FileServer) -> None:
    url = files.redirect("/circle.png", f"{files.url}/circle.png")
    assert system.refused(UPLOAD, {"file": url}) == "STEP_FAILED"
    assert files.count("/circle.png") < 20


def test_endless_file_is_cut_off_and_not_kept(shared: Shared, system: Caller, files: FileServer) -> None:
    before, had = stored(shared), media(system)
    assert system.refused(UPLOAD, {"file": files.endless("/endless.png")}) == "TOO_LARGE"
    assert (stored(shared), media(system)) == (before, had)


def test_file_that_lies_about_its_length_is_counted(
    shared: Shared, system: Caller, files: FileServer
) -> None:
    before = stored(shared)
    large = files.serve(
        "/large.png", bytes(UPLOAD_BYTES + 1), headers={"Content-Length": str(UPLOAD_BYTES + 1)}
    )
    short = files.serve("/short.png", png(), headers={"Content-Length": "5000"})
    assert system.refused(UPLOAD, {"file": large}) == "TOO_LARGE"
    assert system.refused(UPLOAD, {"file": short}) == "STEP_FAILED"
    assert stored(shared) == before


@pytest.mark.parametrize("status", [404, 500, 204, 401])
def test_answer_that_is_no_file(system: Caller, files: FileServer, status: int) -> None:
    url = files.serve(f"/status-{status}.png", b"", status=status)
    assert system.refused(UPLOAD, {"file": url}) == "STEP_FAILED"


def test_server_that_is_not_there(system: Caller, files: FileServer) -> None:
    assert system.refused(UPLOAD, {"file": f"{files.url}/none"}) == "STEP_FAILED"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/a",
        "gopher://127.0.0.1/",
        "javascript:alert(1)",
        "no url",
        "",
        "http://",
        5,
    ],
)
def test_text_that_is_no_web_address(system: Caller, url: object) -> None:
    error = system.error(
        "mutation { action(id: $id, input: $input) }", {"id": UPLOAD, "input": {"file": url}}
    )
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert list(error["extensions"]["fields"]) == ["file"]


def test_credentials_of_the_caller_are_not_passed_on(system: Caller, files: FileServer) -> None:
    system.action(UPLOAD, {"file": files.serve("/seen.png", png(shade=31))})
    *_, seen = [request for request in files.requests if request.path == "/seen.png"]
    assert {"authorization", "cookie"} & set(seen.headers) == set()


def test_http_request_step_gives_status_and_body(tools: Caller, files: FileServer) -> None:
    url = files.serve("/teapot", b"short and stout", status=418)
    assert tools.action("Fetch", {"url": url}) == {"status": 418, "body": "short and stout"}
