"""Lists, single records and what is known of models."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.rest.conftest import Caller

pytestmark = pytest.mark.asyncio(loop_scope="module")
COMPANY = "44aa22bb33cc44dd85ee66ff77008811"
NAME = "22aa22bb33cc44dd85ee66ff77008811"
PEOPLE = "/models/Person/records"


async def test_record_has_properties_and_the_id_of_what_it_belongs_to(clerk: Caller) -> None:
    record = await clerk.ask(f"{PEOPLE}/1")
    assert record.pop("created_at") == record.pop("updated_at")
    assert record == {
        "id": 1,
        "first_name": "Ann",
        "last_name": "Ax",
        "age": 30,
        "balance": 1.5,
        "born_on": "1996-02-01",
        "tags": ["a", "b"],
        "photo": None,
        "company": {"id": 1},
    }
    company = await clerk.ask("/models/company/records/1")
    assert set(company) == {"id", "name", "created_at", "updated_at"}


@pytest.mark.parametrize(
    "model",
    [
        "Company",
        "company",
        "companies",
        "11aa22bb33cc44dd85ee66ff77008811",
        "11AA22BB-33CC-44DD-85EE-66FF77008811",
    ],
)
async def test_model_is_found_under_each_of_its_names(clerk: Caller, model: str) -> None:
    for end in ("", "/"):
        assert len(await clerk.ask(f"/models/{model}/records{end}")) == 2


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ([{"operator": "and", "conditions": [{"path": ["age"], "predicate": "gt", "criteria": 12}]}], [1, 3]),
        ([{"path": "first_name", "predicate": "contains", "criteria": "O"}], [2, 4]),
        ({"path": "lastName", "predicate": "eq", "criteria": "Ax"}, [1]),
        ([{"path": ["last_name"], "predicate": "does_not_exist"}], [2, 3, 4]),
        ([{"path": ["age"], "predicate": "in", "criteria": [12, "45", None]}], [2, 3]),
        ([{"path": [COMPANY, NAME], "predicate": "eq", "criteria": "Acme"}], [1, 3]),
        ([{"path": [COMPANY, "id"], "predicate": "eq", "criteria": 2}], [2]),
        ([{"path": ["company"], "predicate": "eq", "criteria": "2"}], [2]),
        ([{"path": ["company"], "predicate": "exists"}], [1, 2, 3]),
        ([{"path": ["company"], "predicate": "does_not_exist"}], [4]),
        ([{"path": ["born_on"], "predicate": "lteq", "criteria": "2000-01-01"}], [1]),
        (
            [
                {
                    "operator": "or",
                    "conditions": [
                        {"path": "age", "predicate": "lt", "criteria": 18},
                        {
                            "operator": "and",
                            "conditions": [
                                {"path": "age", "predicate": "gteq", "criteria": 40},
                                {"path": COMPANY, "predicate": "exists", "criteria": True},
                            ],
                        },
                    ],
                }
            ],
            [2, 3],
        ),
        ([{"path": "age", "predicate": "eq", "criteria": None}], []),
        ([], [1, 2, 3, 4]),
    ],
)
async def test_filters_select(clerk: Caller, filters: Any, ids: list[int]) -> None:
    assert await clerk.ids(filters=json.dumps(filters)) == ids
    posted = await clerk.send("POST", PEOPLE, json={"filters": filters})
    assert [record["id"] for record in posted.json()] == ids


async def test_options_in_a_form_list_as_the_vendors_client_sends_them(clerk: Caller) -> None:
    form = {"filters[path]": COMPANY, "filters[predicate]": "eq", "filters[criteria]": "1", "limit": "1"}
    for method in ("POST", "GET"):
        answer = await clerk.send(method, PEOPLE, data=form)
        assert [record["id"] for record in answer.json()] == [1]


@pytest.mark.parametrize(
    ("parameters", "ids"),
    [
        ({"limit": 2}, [1, 2]),
        ({"limit": 2, "offset": 3}, [4]),
        ({"limit": 0}, []),
        ({"order": "age:desc"}, [4, 3, 1, 2]),
        ({"order": "first_name:DESC", "limit": 1}, [4]),
        ({"order": "33aa22bb-33cc-44dd-85ee-66ff77008811:desc"}, [4, 3, 2, 1]),
        ({"order": "age"}, [2, 1, 3, 4]),
        ({"ids": "3,1,77"}, [1, 3]),
        ({"ids[]": [2, 4]}, [2, 4]),
        ({"filter_id": "adults"}, [1, 3]),
        ({"filter_id": "66aa22bb33cc44dd85ee66ff77008811", "ids": "2,3"}, [3]),
        ({"nonsense": "x", "view_id": "", "filters": ""}, [1, 2, 3, 4]),
    ],
)
async def test_parameters_select_order_and_page(
    clerk: Caller, parameters: dict[str, Any], ids: list[int]
) -> None:
    assert await clerk.ids(**parameters) == ids


async def test_list_has_100_records_unless_more_are_asked_for(clerk: Caller) -> None:
    records = [{"first_name": str(number)} for number in range(120)]
    assert (await clerk.send("PUT", PEOPLE, json=records)).status_code == 200
    assert len(await clerk.ids()) == 100
    assert len(await clerk.ids(limit=500)) == 120


async def test_view_shows_its_properties_with_filter_and_with_ids(clerk: Caller) -> None:
    shown = await clerk.ask(PEOPLE, view_id="55aa22bb33cc44dd85ee66ff77008811", filter_id="adults")
    ann, cid = {"id": 1, "first_name": "Ann", "company": {"id": 1}}, {"id": 3, "first_name": "Cid"}
    assert shown == {"records": [ann, {**cid, "company": {"id": 1}}]}
    assert await clerk.ask(PEOPLE, view_id="names", ids="1") == {"records": [ann]}


async def test_total_rows_counts_all_pages(clerk: Caller) -> None:
    counted = await clerk.ask(PEOPLE, total_rows="true", limit=1)
    assert (len(counted["records"]), counted["total_rows"]) == (1, 4)
    both = await clerk.ask(PEOPLE, total_rows="true", view_id="names", filter_id="adults")
    assert (list(both), both["total_rows"]) == (["records", "total_rows"], 2)


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"filters": "{"}, "filters"),
        ({"filters": "5"}, "filters"),
        ({"filters": '[{"path": "nothing", "predicate": "eq"}]'}, "filters"),
        ({"filters": '[{"path": "age", "predicate": "matches", "criteria": "1"}]'}, "filters"),
        ({"filters": '[{"path": ["age", "x"], "predicate": "eq"}]'}, "filters"),
        ({"filters": '[{"path": [], "predicate": "eq"}]'}, "filters"),
        ({"filters": '[{"path": ["company", "secretNote"], "predicate": "exists"}]'}, "filters"),
        ({"filters": '[{"operator": "xor", "conditions": []}]'}, "filters"),
        ({"filters": "[" * 30 + "]" * 30}, "filters"),
        ({"filters": '[{"path": "age", "predicate": "eq", "criteria": "old"}]'}, "age"),
        ({"order": "nothing"}, "order"),
        ({"order": "age:up"}, "order"),
        ({"order": "tags"}, "order"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "5001"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"offset": "1.5"}, "offset"),
        ({"ids": "1,x"}, "ids"),
    ],
)
async def test_wrong_parameter_is_told(clerk: Caller, parameters: dict[str, str], field: str) -> None:
    answer = await clerk.send("GET", PEOPLE, params=parameters)
    assert (answer.status_code, answer.json()["errors"]) == (400, {field: ["is_invalid"]})


@pytest.mark.parametrize(
    "path",
    [
        "/models/Nothing/records",
        f"{PEOPLE}/99",
        f"{PEOPLE}/abc",
        f"{PEOPLE}/-1",
        f"{PEOPLE}?view_id=nothing",
        f"{PEOPLE}?filter_id=nothing",
    ],
)
async def test_what_is_not_there_is_404(clerk: Caller, path: str) -> None:
    answer = await clerk.send("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_row_filter_holds_for_lists_filters_counts_and_references(reader: Caller) -> None:
    assert await reader.ids() == [1, 3]
    assert (await reader.ask(PEOPLE, total_rows="true"))["total_rows"] == 2
    assert (await reader.send("GET", f"{PEOPLE}/2")).status_code == 404
    filters = json.dumps([{"path": ["people", "first_name"], "predicate": "eq", "criteria": "Bob"}])
    assert await reader.ask("/models/Company/records", filters=filters) == []


async def test_models_tell_ids_of_properties_and_relations(clerk: Caller, reader: Caller) -> None:
    known = {model["name"]: model for model in await clerk.ask("/models")}
    assert set(known) == {"Company", "Person", "Draft"}
    properties = {one["name"]: one for one in known["Person"]["properties"]}
    inverse = next(one["id"] for one in known["Company"]["properties"] if one["name"] == "people")
    assert properties["company"] == {
        "id": COMPANY,
        "name": "company",
        "kind": "belongs_to",
        "options": {"model": known["Company"]["id"], "inverse_association": inverse},
        "inverse_association": inverse,
    }
    assert properties["first_name"]["options"] == {"required": True}
    assert properties["age"]["options"] == {"minimum": 0}
    assert known["Draft"]["properties"][1]["options"] == {"default": False}
    assert "secret_note" not in json.dumps(known["Company"])
    assert {model["name"] for model in await reader.ask("/models")} == {"Company", "Person"}


async def test_ids_of_nothing_select_nothing(clerk: Caller) -> None:
    assert await clerk.ids(ids="") == []
    assert await clerk.ids(ids="", filters="") == []
    assert (await clerk.send("POST", PEOPLE, json={"ids": []})).json() == []
    assert await clerk.ids(filters="", view_id="", order="") == [1, 2, 3, 4]
