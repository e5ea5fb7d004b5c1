from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.errors import DefinitionError, StepFailed
from app.outbound import OutboundRefused
from tests.support.files import FileServer
from tests.unit.steps.conftest import Open, Perform
from tests.unit.steps.world import SECRET, World, actions, definition

PRICE = """
- http_request: {webservice: Prices, endpoint: Price of, with: {article: =article, key: =config.api_key}}
  as: answer
"""


async def asking(open_world: Open, files: FileServer, steps: str = PRICE, **options: Any) -> World:
    host = files.url.removeprefix("http://")
    return await open_world(actions(steps, "=answer", ["article"]), host=host, **options)


def url_step(url: str, **options: Any) -> str:
    return f"- http_request: {json.dumps({'url': url, **options})}\n  as: answer"


async def test_webservice_call_is_made_of_its_templates(open_world: Open, file_server: FileServer) -> None:
    file_server.serve("/prices/A1", b"{}")
    # The host stands in the definition, so no exemption from the address guard is needed.
    world = await asking(open_world, file_server, allow=())
    await world.run(article="A1")
    (request,) = file_server.requests
    assert (request.method, request.path, request.query) == ("POST", "/prices/A1", "currency=EUR")
    assert json.loads(request.body) == {"article": "A1", "amount": 2}
    assert request.headers["content-type"] == "application/json"
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert request.headers["x-side"] == "endpoint"


async def test_value_cannot_break_out_of_its_quotes(open_world: Open, file_server: FileServer) -> None:
    world = await asking(open_world, file_server)
    await world.run(article='x", "amount": 99')
    assert json.loads(file_server.requests[0].body) == {"article": 'x", "amount": 99', "amount": 2}


@pytest.mark.parametrize(
    ("article", "path"),
    [
        ("a/b?admin=1&x=2#y 100%", "/prices/a%2Fb%3Fadmin%3D1%26x%3D2%23y%20100%25"),
        ("a/%2e%2e/b", "/prices/a%2F%252e%252e%2Fb"),
    ],
)
async def test_value_in_a_path_is_one_part_of_it(
    open_world: Open, file_server: FileServer, article: str, path: str
) -> None:
    world = await asking(open_world, file_server)
    await world.run(article=article)
    (request,) = file_server.requests
    assert (request.path, request.query) == (path, "currency=EUR")


@pytest.mark.parametrize("article", ["..", "../admin", "..\\admin"])
async def test_value_cannot_lead_out_of_the_paths_folder(
    open_world: Open, file_server: FileServer, article: str
) -> None:
    world = await asking(open_world, file_server)
    with pytest.raises(StepFailed, match="leads out of its folder"):
        await world.run(article=article)
    assert file_server.requests == []


@pytest.mark.parametrize("host", ["", "a b", "user@inner", "inner/path", "inner?x"])
async def test_host_that_is_none_is_refused(open_world: Open, host: str) -> None:
    world = await open_world(actions(PRICE, "=answer", ["article"]), host=host)
    with pytest.raises(StepFailed, match="host"):
        await world.run(article="A1")


async def test_path_begins_with_a_slash(open_world: Open, file_server: FileServer) -> None:
    steps = "- http_request: {webservice: Prices, endpoint: List}\n  as: answer"
    await (await asking(open_world, file_server, steps)).run(article=None)
    assert file_server.requests[0].path == "/list"


async def test_host_that_comes_with_data_is_not_trusted(tmp_path: Path, open_world: Open) -> None:
    webservice = """
webservices:
  Shop:
    protocol: http
    host: "{{ shop }}"
    variables: [shop]
    endpoints: {Front: {path: /}}
"""
    (tmp_path / "more.yaml").write_text(webservice)
    steps = "- http_request: {webservice: Shop, endpoint: Front, with: {shop: =shop}}"
    world = await open_world(actions(steps, inputs=["shop"]), tmp_path / "more.yaml", allow=())
    with pytest.raises(OutboundRefused):
        await world.run(shop="127.0.0.1:1")


@pytest.mark.parametrize(
    ("body", "result"),
    [
        (b'{"price": 12.5}', [200, 12.5, 12.5, None]),
        (b'{"data": {"price": 7}, "status": "fine"}', [200, 7, None, None]),
        (b'{"data": null, "errors": [1]}', [200, None, None, [1]]),
        (b"[1, 2]", [200, None, None, None]),
        (b"not json", [200, None, None, None]),
        (b"", [200, None, None, None]),
    ],
)
async def test_result_has_the_answer_and_the_keys_of_its_data(
    open_world: Open, file_server: FileServer, body: bytes, result: list[Any]
) -> None:
    file_server.serve("/prices/A1", body, headers={"X-Kind": "Test"})
    world = await asking(open_world, file_server)
    answer = await world.run(article="A1")
    assert (answer["body"], answer["headers"]["x-kind"]) == (body.decode(), "Test")
    data = answer["data"] if isinstance(answer["data"], dict) else {}
    assert [answer["status"], data.get("price"), answer.get("price"), answer.get("errors")] == result


async def test_result_of_a_graphql_answer_gives_its_data(open_world: Open, file_server: FileServer) -> None:
    file_server.serve("/prices/A1", b'{"data": {"login": {"token": "t"}}}')
    steps = (
        PRICE
        + """
- assign: {login: '=fetch(fetch(answer, "data"), "login")'}
- assign: {answer: "=[login.token, answer.data.login.token]"}
"""
    )
    assert await (await asking(open_world, file_server, steps)).run(article="A1") == ["t", "t"]


async def test_result_of_text_in_another_charset(open_world: Open, file_server: FileServer) -> None:
    file_server.serve("/prices/A1", b"caf\xe9", headers={"Content-Type": "text/plain; charset=ISO-8859-1"})
    assert (await (await asking(open_world, file_server)).run(article="A1"))["body"] == "café"


@pytest.mark.parametrize("status", [400, 404, 503])
async def test_status_is_a_result_and_no_error(
    open_world: Open, file_server: FileServer, status: int
) -> None:
    file_server.serve("/prices/A1", b'{"message": "no"}', status=status)
    answer = await (await asking(open_world, file_server)).run(article="A1")
    assert (answer["status"], answer["message"]) == (status, "no")


async def test_url_is_a_template_with_the_names_of_the_run(perform: Perform, file_server: FileServer) -> None:
    file_server.serve("/a/x", b"1")
    step = url_step(
        "{{ base }}/a/{{ name }}", query={"q": "{{ name }} & more"}, headers={"X-N": "{{ name }}"}
    )
    assert (await perform(step, "=answer", base=file_server.url, name="x"))["data"] == 1
    (request,) = file_server.requests
    assert request.headers["x-n"] == "x"
    assert request.query in ("q=x%20%26%20more", "q=x+%26+more")


async def test_url_to_an_inner_address_is_refused(open_world: Open, file_server: FileServer) -> None:
    world = await open_world(actions(url_step("{{ url }}"), inputs=["url"]), allow=())
    with pytest.raises(OutboundRefused):
        await world.run(url=file_server.url)
    assert file_server.requests == []


@pytest.mark.parametrize(
    ("content_type", "body", "sent"),
    [
        ("application/json", {"a": "{{ n }}", "b": [1, True, None]}, b'{"a":"5","b":[1,true,null]}'),
        ("application/vnd.api+json", {"a": 1}, b'{"a":1}'),
        ("application/x-www-form-urlencoded", {"a": "{{ n }}&b", "c": [1, "x y"]}, b"a=5%26b&c=1&c=x+y"),
        ("text/plain; charset=utf-8", "n is {{ n }}", b"n is 5"),
    ],
)
async def test_body_is_written_as_its_content_type(
    perform: Perform, file_server: FileServer, content_type: str, body: Any, sent: bytes
) -> None:
    await perform(url_step(file_server.url, method="POST", content_type=content_type, body=body), n=5)
    (request,) = file_server.requests
    assert (request.body, request.headers["content-type"]) == (sent, content_type)


async def test_body_goes_by_the_content_type_among_the_headers(
    perform: Perform, file_server: FileServer
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    await perform(url_step(file_server.url, method="POST", headers=headers, body={"a": "b"}))
    assert file_server.requests[0].body == b"a=b"


@pytest.mark.parametrize(
    ("content_type", "body"), [("text/plain", {"a": 1}), ("application/x-www-form-urlencoded", ["a"])]
)
async def test_body_that_does_not_fit_its_content_type_fails(
    perform: Perform, file_server: FileServer, content_type: str, body: Any
) -> None:
    with pytest.raises(StepFailed, match=f"A body of {content_type}"):
        await perform(url_step(file_server.url, method="POST", content_type=content_type, body=body))
    assert file_server.requests == []


@pytest.mark.parametrize(
    ("method", "keyed"), [("GET", False), ("HEAD", False), ("POST", True), ("DELETE", True)]
)
async def test_request_that_changes_something_carries_its_key(
    open_world: Open, file_server: FileServer, method: str, keyed: bool
) -> None:
    step = url_step(file_server.url, method=method)
    world = await open_world(actions(f"{step}\n{step}"))
    await world.run()
    keys = [request.headers.get("idempotency-key") for request in file_server.requests]
    (run,) = (id for (id,) in world.rows("SELECT id FROM actionql_run"))
    assert keys == ([f"{run}:1", f"{run}:2"] if keyed else [None, None])


async def test_key_that_is_written_stays(perform: Perform, file_server: FileServer) -> None:
    await perform(url_step(file_server.url, method="POST", headers={"Idempotency-Key": "mine"}))
    assert file_server.requests[0].headers["idempotency-key"] == "mine"


async def test_failure_tells_no_secret(open_world: Open) -> None:
    world = await open_world(actions(PRICE, inputs=["article"]), host="127.0.0.1:1")
    with pytest.raises(StepFailed) as raised:
        await world.run(article=SECRET)
    (row,), (entry,) = world.runs_recorded(), world.journal()
    assert SECRET not in f"{raised.value}{raised.value.reason}{row}{entry}"
    assert "127.0.0.1:1" in entry["error"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("{}", "either `webservice` and `endpoint`, or `url`"),
        ("{url: 'http://x', webservice: Prices, endpoint: List}", "either `webservice`"),
        ("{webservice: Prices}", "which `endpoint`"),
        ("{webservice: Prices, endpoint: Lst}", "Did you mean 'List'"),
        ("{webservice: Prices, endpoint: List, with: {kee: 1}}", "Did you mean 'key'"),
        ("{webservice: Prices, endpoint: List, method: POST}", "`method` belongs to `url`"),
        ("{url: 'http://x', with: {a: 1}}", "belong to a `webservice`"),
        ("{url: =file}", "Liquid template"),
        ("{url: 'http://x', method: FETCH}", "write one of GET"),
    ],
)
def test_request_that_cannot_work_is_a_definition_error(tmp_path: Path, options: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        definition(tmp_path, actions(f"- http_request: {options}"))
