"""What is written by hand: resolvers and loaders for one schema, by two libraries for Node.js and one for Go."""

from __future__ import annotations

from scripts.benchmark.calls import FILTER, NEW, RECORDS, VALUE, graphql
from scripts.benchmark.peers.peer import GO, Peer, node

_ARGUMENTS = (
    "where: {city: {eq: $city}, price: {gte: $price}}, "
    f"sort: [{{field: price, order: ASC}}], limit: {RECORDS}"
)
_RIGHTS = "JWT; the role is compared by hand"
_QUESTIONS = {
    "list": graphql(
        f"query List($city: String, $price: Float) {{ products({_ARGUMENTS}) {{ id name city price stock }} }}",
        FILTER,
        ("products",),
    ),
    "nested": graphql(
        f"query Nested($city: String, $price: Float) {{ products({_ARGUMENTS}) "
        "{ id name price owner { id name } comments { id body } } }",
        FILTER,
        ("products",),
    ),
    "get": graphql(
        "query Get($id: Int!) { product(id: $id) { id name city price stock } }", {"id": VALUE}, ("product",)
    ),
    "create": graphql(
        "mutation Create($input: ProductInput!) { createProduct(input: $input) { id name } }",
        {"input": {**NEW, "ownerId": 1}},
        ("createProduct",),
    ),
}

MERCURIUS = Peer("mercurius", _RIGHTS, node("mercurius.mjs"), _QUESTIONS)
YOGA = Peer("yoga", _RIGHTS, node("yoga.mjs"), _QUESTIONS)
GRAPHQL_GO = Peer("graphql-go", _RIGHTS, [GO], _QUESTIONS)
