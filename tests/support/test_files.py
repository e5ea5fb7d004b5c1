"""The file server answers as told and remembers who asked."""

from __future__ import annotations

import httpx

from tests.support.files import FileServer


def test_served_bytes_arrive_and_are_counted(file_server: FileServer) -> None:
    url = file_server.serve("/a.png", b"picture", headers={"Content-Type": "image/png"})
    answers = [httpx.get(f"{url}?size=2", headers={"X-Seen": "yes"}), httpx.post(url, content=b"sent")]
    assert [(answer.content, answer.headers["content-type"]) for answer in answers] == [
        (b"picture", "image/png")
    ] * 2
    assert file_server.count("/a.png") == 2
    first, second = file_server.requests
    assert (first.method, first.query, first.headers["x-seen"]) == ("GET", "size=2", "yes")
    assert (second.method, second.body) == ("POST", b"sent")


def test_unknown_path_is_not_found(file_server: FileServer) -> None:
    assert httpx.get(f"{file_server.url}/none").status_code == 404


def test_redirect_leads_on(file_server: FileServer) -> None:
    target = file_server.serve("/target", b"there")
    answer = httpx.get(file_server.redirect("/old", target, status=307), follow_redirects=True)
    assert (answer.content, str(answer.url)) == (b"there", target)


def test_endless_body_goes_on_until_nobody_reads(file_server: FileServer) -> None:
    url, read = file_server.endless("/endless"), 0
    with httpx.stream("GET", url) as answer:
        for chunk in answer.iter_bytes():
            read += len(chunk)
            if read > 5_000_000:
                break
    assert file_server.count("/endless") == 1
