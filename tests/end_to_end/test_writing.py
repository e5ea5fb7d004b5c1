"""Mutations of records: who may, what becomes of relations, and what is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.end_to_end.caller import Caller
from tests.end_to_end.conftest import MEMBERS, PASSWORD

BOOK = """{ id title price pages published room details author { id name }
  genres(sort: {field: id}) { id name } loans { id } }"""
CREATE = f"mutation ($input: BookInput!) {{ createBook(input: $input) {BOOK} }}"
UPDATE = f"mutation ($id: ID!, $input: BookInput!) {{ updateBook(id: $id, input: $input) {BOOK} }}"
DELETE = f"mutation ($id: ID!) {{ deleteBook(id: $id) {BOOK} }}"
UPSERT = "mutation { upsertBook(input: $input, uniqueBy: $by) { id title isbn pages } }"


def made(caller: Caller, **input: Any) -> dict[str, Any]:
    """A new book."""
    return dict(caller.ask(CREATE, {"input": {"title": "A book", **input}})["createBook"])


def changed(caller: Caller, id: int, **input: Any) -> dict[str, Any]:
    return dict(caller.ask(UPDATE, {"id": id, "input": input})["updateBook"])


def genres(book: dict[str, Any]) -> list[int]:
    return [genre["id"] for genre in book["genres"]]


def books(caller: Caller, where: str) -> int:
    return int(caller.ask(f"{{ allBook(where: {where}) {{ totalCount }} }}")["allBook"]["totalCount"])


def test_created_record_has_its_values_defaults_and_relations(ada: Caller) -> None:
    book = made(
        ada,
        title="Cosmicomics",
        price="10.00",
        pages=150,
        room="C",
        details={"a": [1, {"b": None}]},
        author=2,
        genres=[{"id": 1}, {"id": 3}],
    )
    assert isinstance(book.pop("id"), int)
    assert book == {
        "title": "Cosmicomics",
        "price": 10.0,
        "pages": 150,
        "published": False,
        "room": "C",
        "details": {"a": [1, {"b": None}]},
        "author": {"id": 2, "name": "Italo"},
        "genres": [{"id": 1, "name": "Novel"}, {"id": 3, "name": "Fable"}],
        "loans": [],
    }


@pytest.mark.parametrize(
    ("author", "expected"),
    [(1, 1), ("1", 1), ({"id": 1}, 1), ({"id": "1"}, 1), (None, None), ({"_add": [{"id": 1}]}, 1)],
)
def test_one_related_record_is_named_in_many_ways(ada: Caller, author: Any, expected: int | None) -> None:
    book = made(ada, author=author)
    assert (book["author"] or {}).get("id") == expected


@pytest.mark.parametrize(
    "value", [[1, 2], {"id": [1, 2]}, {"_add": [{"id": 1}, {"id": 2}]}, {"_replace": [1, "2"]}]
)
def test_many_related_records_are_named_in_many_ways(ada: Caller, value: Any) -> None:
    assert genres(made(ada, genres=value)) == [1, 2]


def test_related_records_are_added_removed_and_replaced(ada: Caller) -> None:
    id = made(ada, genres=[1])["id"]
    assert genres(changed(ada, id, genres={"_add": [{"id": 2}, {"id": 3}]})) == [1, 2, 3]
    assert genres(changed(ada, id, genres={"_remove": [{"id": 1}], "_add": [{"id": 2}]})) == [2, 3]
    assert genres(changed(ada, id, title="Untouched")) == [2, 3]
    assert genres(changed(ada, id, genres={"_replace": [{"id": 1}]})) == [1]
    assert genres(changed(ada, id, genres={"_replace": []})) == []


def test_books_move_from_one_author_to_another(ada: Caller) -> None:
    book = made(ada, author=1)["id"]
    query = "mutation { updateAuthor(id: $id, input: $input) { id } }"
    ada.ask(query, {"id": 2, "input": {"books": {"_add": [{"id": book}]}}})
    assert changed(ada, book)["author"]["id"] == 2
    ada.ask(query, {"id": 2, "input": {"books": {"_remove": [{"id": book}]}}})
    assert changed(ada, book)["author"] is None


def test_relation_to_one_record_that_owns_the_reference(ada: Caller) -> None:
    author = ada.ask('mutation { createAuthor(input: {name: "Pictured"}) { id portrait { id } } }')[
        "createAuthor"
    ]
    assert author["portrait"] is None
    query = "mutation { createPortrait(input: $input) { id author { name } } }"
    portrait = ada.ask(query, {"input": {"caption": "Young", "author": author["id"]}})["createPortrait"]
    assert portrait["author"] == {"name": "Pictured"}
    found = ada.ask("{ oneAuthor(where: {id: {eq: $id}}) { portrait { caption } } }", {"id": author["id"]})
    assert found["oneAuthor"] == {"portrait": {"caption": "Young"}}
    ada.ask("mutation { deleteAuthor(id: $id) { id } }", {"id": author["id"]})
    assert ada.ask("{ onePortrait(where: {id: {eq: $id}}) { id } }", {"id": portrait["id"]}) == {
        "onePortrait": None
    }


@pytest.mark.parametrize(
    ("input", "fields"),
    [
        ({}, {"title": ["is_required"]}),
        ({"title": ""}, {"title": ["is_required"]}),
        ({"title": None}, {"title": ["is_required"]}),
        ({"title": "x", "price": "-0.01"}, {"price": ["is_too_small"]}),
        ({"title": "x", "pages": 0, "isbn": "x"}, {"pages": ["is_too_small"], "isbn": ["does_not_match"]}),
        ({"title": "x", "author": 999_999}, {"author": ["is_invalid"]}),
        ({"title": "x", "author": {"_remove": [{"id": 1}]}}, {"author": ["is_invalid"]}),
        ({"title": "x", "genres": [999_999]}, {"genres": ["is_invalid"]}),
        ({"title": "x", "genres": {"add": [1]}}, {"genres": ["is_invalid"]}),
        ({"title": "x", "genres": "all"}, {"genres": ["is_invalid"]}),
    ],
)
def test_values_that_do_not_fit_are_named(
    ada: Caller, input: dict[str, Any], fields: dict[str, list[str]]
) -> None:
    error = ada.error(CREATE, {"input": input})
    assert (error["extensions"]["code"], error["extensions"]["fields"]) == ("BAD_USER_INPUT", fields)


@pytest.mark.parametrize("name", ["id", "createdAt", "updatedAt", "surplus", "internalCode", "internal_code"])
def test_what_the_server_sets_or_nobody_sees_is_no_input(ada: Caller, name: str) -> None:
    error = ada.error(CREATE, {"input": {"title": "x", name: "1"}})
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "canary" not in error["message"]


@pytest.mark.parametrize("price", ["0.10", "0.07", "1234567.89", "12345678901234567.89", "90071992547409.93"])
def test_price_keeps_every_digit(ada: Caller, price: str) -> None:
    """Also those that binary floating-point numbers lack."""
    answer = ada.send(f'mutation {{ createBook(input: {{title: "x", price: {price}}}) {{ price }} }}')
    made = json.loads(answer.text, parse_float=Decimal)["data"]["createBook"]
    assert made == {"price": Decimal(price)}
    # In variables, too, where clients write numbers as JSON.
    book = f'{{"title": "y", "price": {price}}}'
    body = (
        f'{{"query": "mutation {{ createBook(input: $book) {{ price }} }}", "variables": {{"book": {book}}}}}'
    )
    sent = json.loads(ada.post(body.encode()).text, parse_float=Decimal)["data"]["createBook"]
    assert sent == made
    found = ada.send(f"{{ allBook(where: {{price: {{eq: {price}}}}}, take: 1) {{ results {{ price }} }} }}")
    results = json.loads(found.text, parse_float=Decimal)["data"]["allBook"]["results"]
    assert results == [{"price": Decimal(price)}]


def test_update_changes_what_is_given_alone(ada: Caller) -> None:
    book = made(ada, pages=10, price="1.00", room="D")
    assert changed(ada, book["id"], pages=11, room=None) == {**book, "pages": 11, "room": None}


def test_update_moves_the_time_of_the_change(ada: Caller) -> None:
    times = "{ oneBook(where: {id: {eq: $id}}) { createdAt updatedAt } }"
    id = made(ada)["id"]
    before = ada.ask(times, {"id": id})["oneBook"]
    changed(ada, id, pages=2)
    after = ada.ask(times, {"id": id})["oneBook"]
    assert before["createdAt"] == after["createdAt"] == before["updatedAt"] < after["updatedAt"]


def test_delete_answers_the_record_as_it_was(ada: Caller) -> None:
    book = made(ada, genres=[2])
    assert ada.ask(DELETE, {"id": book["id"]})["deleteBook"] == book
    assert ada.code(DELETE, {"id": book["id"]}) == "NOT_FOUND"
    assert ada.code(UPDATE, {"id": book["id"], "input": {"pages": 1}}) == "NOT_FOUND"


def test_record_that_others_need_is_not_deleted(ada: Caller) -> None:
    error = ada.error(DELETE, {"id": 1})
    assert (error["extensions"]["code"], error["extensions"]["statusCode"]) == ("CONFLICT", 409)
    assert books(ada, "{id: {eq: 1}}") == 1


@pytest.mark.parametrize("id", ["first", "1.5", "-1", "", "9" * 30])
def test_id_that_is_none_is_bad_input(ada: Caller, id: str) -> None:
    assert ada.code(DELETE, {"id": id}) in ("BAD_USER_INPUT", "NOT_FOUND")


def test_upsert_makes_then_changes(ada: Caller) -> None:
    first = ada.ask(UPSERT, {"input": {"title": "First", "isbn": "111-11"}, "by": ["isbn"]})["upsertBook"]
    second = ada.ask(UPSERT, {"input": {"title": "Second", "isbn": "111-11"}, "by": ["isbn"]})["upsertBook"]
    assert second == {**first, "title": "Second"}
    assert books(ada, '{isbn: {eq: "111-11"}}') == 1


@pytest.mark.parametrize("by", [[], ["surplus"], ["internalCode"]])
def test_upsert_by_what_is_no_property(ada: Caller, by: list[str]) -> None:
    assert ada.code(UPSERT, {"input": {"title": "x"}, "by": by}) == "BAD_USER_INPUT"


def test_unique_value_that_is_taken_is_a_conflict(ada: Caller) -> None:
    made(ada, isbn="222-22")
    error = ada.error(CREATE, {"input": {"title": "x", "isbn": "222-22"}})
    assert error["extensions"]["code"] == "CONFLICT"


def test_many_are_made_all_or_none(ada: Caller) -> None:
    query = "mutation { createManyBook(input: $input) { title } }"
    titles = [{"title": f"Many {number}"} for number in range(3)]
    assert ada.ask(query, {"input": titles}) == {"createManyBook": titles}
    broken = [{"title": "Many 3", "isbn": "333-33"}, {"title": "Many 4", "isbn": "333-33"}]
    assert ada.code(query, {"input": broken}) == "CONFLICT"
    assert books(ada, '{title: {startsWith: "Many"}}') == 3
    assert ada.ask(query, {"input": []}) == {"createManyBook": []}
    assert ada.code(query, {"input": [{"title": "Many"}] * 201}) == "TOO_LARGE"


def test_many_are_changed_and_removed_by_a_filter(ada: Caller) -> None:
    for pages in (1, 2, 3):
        made(ada, title="Herd", pages=pages)
    update = "mutation { updateManyBook(where: $where, input: $input) { pages room } }"
    where = {"title": {"eq": "Herd"}, "pages": {"gt": 1}}
    found = ada.ask(update, {"where": where, "input": {"room": "E"}})["updateManyBook"]
    assert sorted(book["pages"] for book in found) == [2, 3]
    remove = "mutation { deleteManyBook(where: $where) { pages room } }"
    assert len(ada.ask(remove, {"where": {"room": {"eq": "E"}}})["deleteManyBook"]) == 2
    assert books(ada, '{title: {eq: "Herd"}}') == 1


def test_many_are_made_or_changed(ada: Caller) -> None:
    query = "mutation { upsertManyBook(input: $input, uniqueBy: $by) { isbn title } }"
    for title in ("Old", "New"):
        items = [{"isbn": f"44{number}-44", "title": title} for number in range(2)]
        assert ada.ask(query, {"input": items, "by": ["isbn"]}) == {"upsertManyBook": items}
    assert books(ada, '{isbn: {startsWith: "44"}}') == 2


def test_mutations_of_one_document_stand_each_by_itself(ada: Caller) -> None:
    query = """mutation {
      good: createGenre(input: {name: "Made anyway"}) { id }
      bad: createGenre(input: {name: "Novel"}) { id }
    }"""
    answer = ada.send(query).json()
    assert (answer["data"]["good"]["id"] > 0, answer["data"]["bad"]) == (True, None)
    assert [error["path"] for error in answer["errors"]] == [["bad"]]


# --- who may


WRITES = {
    "createBook": ('input: {title: "No"}', "{ id }"),
    "updateBook": ('id: 1, input: {title: "No"}', "{ id }"),
    "deleteBook": ("id: 1", "{ id }"),
    "upsertBook": ('input: {title: "No"}, uniqueBy: ["title"]', "{ id }"),
    "createManyBook": ('input: [{title: "No"}]', "{ id }"),
    "updateManyBook": ('where: {}, input: {title: "No"}', "{ id }"),
    "deleteManyBook": ("where: {}", "{ id }"),
    "upsertManyBook": ('input: [{title: "No"}], uniqueBy: ["title"]', "{ id }"),
    "generateFileUploadRequest": (
        'contentType: "text/plain", fileName: "a", modelName: "Book", propertyName: "scan"',
        "{ url }",
    ),
}


@pytest.mark.parametrize("name", WRITES)
def test_write_wants_a_grant(library: Caller, bob: Caller, eve: Caller, ada: Caller, name: str) -> None:
    arguments, selection = WRITES[name]
    query = f"mutation {{ {name}({arguments}) {selection} }}"
    before = books(ada, "{}")
    assert [caller.code(query) for caller in (library, bob, eve)] == [
        "UNAUTHENTICATED",
        "FORBIDDEN",
        "FORBIDDEN",
    ]
    assert (books(ada, "{}"), books(ada, '{title: {eq: "No"}}')) == (before, 0)


def test_staff_of_the_shoe_shop_has_no_writes_at_all(shoes: Caller) -> None:
    query = 'mutation { createShoe(input: {shoeType: "No", price: 1}) { id } }'
    (error,) = shoes.send(query).json()["errors"]
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_readers_see_the_rows_their_filter_lets_through(library: Caller, bob: Caller, ada: Caller) -> None:
    loans = "{ allLoan { totalCount results { id member { email } book { title } } } }"
    mine = {"id": 1, "member": {"email": "bob@example.org"}, "book": {"title": "The Dispossessed"}}
    assert bob.ask(loans) == {"allLoan": {"totalCount": 1, "results": [mine]}}
    assert ada.ask(loans)["allLoan"]["totalCount"] >= 2
    assert library.code(loans) == "UNAUTHENTICATED"
    assert bob.ask("{ allMember { results { email } } }") == {
        "allMember": {"results": [{"email": "bob@example.org"}]}
    }


def test_row_filter_holds_behind_relations_too(library: Caller, bob: Caller) -> None:
    nested = "{ allBook(sort: {field: id}, take: 2) { results { title loans { id } } } }"
    assert [book["loans"] for book in bob.ask(nested)["allBook"]["results"]] == [[{"id": 1}], []]
    through = "{ allBook(where: {loans: {id: {exists: true}}}) { totalCount } }"
    assert bob.ask(through) == {"allBook": {"totalCount": 1}}
    assert library.code(nested) == "UNAUTHENTICATED"
    assert library.code(through) == "UNAUTHENTICATED"
    hidden = '{ allAuthor(where: {books: {title: {eq: "Unpublished"}}}) { totalCount } }'
    assert library.ask(hidden) == {"allAuthor": {"totalCount": 0}}
    shown = '{ oneAuthor(where: {name: {eq: "Italo"}}) { books(where: {id: {lteq: 3}}) { title } } }'
    assert library.ask(shown) == {"oneAuthor": {"books": [{"title": "Invisible Cities"}]}}


def test_readers_write_the_rows_their_filter_lets_through(bob: Caller, ada: Caller) -> None:
    create = "mutation { createLoan(input: $input) { id member { id } remark } }"
    own = {"member": 2, "book": 2, "dueOn": "2027-01-01", "remark": "mine"}
    loan = bob.ask(create, {"input": own})["createLoan"]
    assert (loan["member"], loan["remark"]) == ({"id": 2}, "mine")
    assert bob.code(create, {"input": {**own, "member": 3}}) in ("FORBIDDEN", "BAD_USER_INPUT")

    update = "mutation { updateLoan(id: $id, input: $input) { id remark } }"
    assert (
        bob.ask(update, {"id": loan["id"], "input": {"remark": "still mine"}})["updateLoan"]["remark"]
        == "still mine"
    )
    assert bob.code(update, {"id": loan["id"], "input": {"member": 3}}) in ("FORBIDDEN", "BAD_USER_INPUT")
    assert bob.code(update, {"id": 2, "input": {"remark": "stolen"}}) == "NOT_FOUND"
    assert bob.code("mutation { deleteLoan(id: 2) { id } }") == "NOT_FOUND"
    many = bob.ask('mutation { updateManyLoan(where: {}, input: {remark: "all"}) { id } }')["updateManyLoan"]
    assert {found["id"] for found in many} == {1, loan["id"]}
    bob.ask("mutation { deleteLoan(id: $id) { id } }", {"id": loan["id"]})
    assert ada.ask("{ oneLoan(where: {id: {eq: 2}}) { remark } }") == {"oneLoan": {"remark": None}}


def test_who_may_write_but_not_read_sees_the_id_alone(library: Caller, ada: Caller) -> None:
    made_blind = library.ask('mutation { createSuggestion(input: {text: "More chairs"}) { id } }')
    id = made_blind["createSuggestion"]["id"]
    assert library.code("{ allSuggestion { totalCount } }") == "UNAUTHENTICATED"
    answer = library.send('mutation { createSuggestion(input: {text: "More tables"}) { id text } }').json()
    assert "More tables" not in str(answer.get("data"))
    assert ada.ask("{ oneSuggestion(where: {id: {eq: $id}}) { text } }", {"id": id}) == {
        "oneSuggestion": {"text": "More chairs"}
    }


# --- what is hidden


@pytest.mark.parametrize(
    "query",
    [
        "{{ allBook {{ results {{ {name} }} }} }}",
        "{{ allBook(where: {{{name}: {{exists: true}}}}) {{ totalCount }} }}",
        "{{ allAuthor(where: {{books: {{{name}: {{exists: true}}}}}}) {{ totalCount }} }}",
        "{{ allBook(sort: {{field: {name}}}) {{ totalCount }} }}",
        'mutation {{ createBook(input: {{title: "x", {name}: 1}}) {{ id }} }}',
    ],
)
def test_hidden_property_answers_like_one_that_is_not_there(library: Caller, bob: Caller, query: str) -> None:
    for caller in (library, bob):
        hidden, unknown = (
            caller.post({"query": query.format(name=name)}, **{"X-Request-Id": "same-for-both"}).text
            for name in ("purchasePrice", "porchasePrize")
        )
        assert hidden.replace("purchasePrice", "porchasePrize") == unknown
        assert "GRAPHQL_VALIDATION_FAILED" in hidden


def test_hidden_property_is_there_for_who_may_see_it(ada: Caller) -> None:
    query = """{ allBook(where: {purchasePrice: {gt: 5}}, sort: {field: purchasePrice}) {
      results { title purchasePrice } } }"""
    assert ada.ask(query) == {"allBook": {"results": [{"title": "The Dispossessed", "purchasePrice": 5.05}]}}
    assert ada.ask("{ meMember { card } }") == {"meMember": {"card": "c-1"}}


def test_schema_shows_hidden_names_to_nobody_else(library: Caller, bob: Caller, ada: Caller) -> None:
    query = '{ __type(name: "Book") { fields { name } } }'
    names = [
        {field["name"] for field in caller.ask(query)["__type"]["fields"]} for caller in (library, bob, ada)
    ]
    assert ["purchasePrice" in known for known in names] == [False, False, True]
    assert not any("internalCode" in known for known in names)


def test_password_is_never_read(ada: Caller) -> None:
    for query in (
        "{ allMember { results { password } } }",
        "{ allMember(where: {password: {exists: true}}) { totalCount } }",
    ):
        (error,) = ada.send(query).json()["errors"]
        assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_me_is_who_calls(ada: Caller, bob: Caller, eve: Caller) -> None:
    query = "{ meMember { email loans { book { title } } } }"
    assert bob.ask(query)["meMember"] == {
        "email": "bob@example.org",
        "loans": [{"book": {"title": "The Dispossessed"}}],
    }
    assert ada.ask(query)["meMember"] == {"email": "ada@example.org", "loans": []}
    assert eve.ask("{ meMember { email } }")["meMember"] == {"email": "eve@example.org"}
    assert eve.code("{ allMember { totalCount } }") == "FORBIDDEN"


def test_only_who_manages_users_gives_roles(library: Caller, ada: Caller, bob: Caller) -> None:
    query = "mutation { updateMember(id: $id, input: $input) { id } }"
    assert bob.send(query, {"id": 2, "input": {"roles": {"_add": [{"id": 1}]}}}).json()["errors"]
    dan = library.login(MEMBERS, "dan@example.org", PASSWORD)
    assert ada.ask(query, {"id": 4, "input": {"roles": {"_replace": [{"id": 2}]}}})
    assert dan.code("{ allSuggestion { totalCount } }") == "FORBIDDEN"
