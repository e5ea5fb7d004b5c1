"""PostGraphile: the schema from PostgreSQL's tables, one statement for each query, and rights by PostgreSQL's roles."""

from __future__ import annotations

from scripts.benchmark.calls import FILTER, NEW, RECORDS, VALUE, graphql
from scripts.benchmark.peers.peer import Environment, Peer, by_url, node, without_frame

_ARGUMENTS = (
    "filter: {city: {equalTo: $city}, price: {greaterThanOrEqualTo: $price}}, "
    f"orderBy: [PRICE_ASC], first: {RECORDS}"
)
_VARIABLES = "$city: String!, $price: BigFloat!"


def _environment(url: str, secret: str) -> Environment:
    return {**by_url(url.replace("//postgres@", "//visitor@"), secret), "GRAPHILE_ENV": "production"}


POSTGRAPHILE = Peer(
    name="postgraphile",
    rights="JWT; each query in a transaction of its role, whose grants PostgreSQL checks",
    command=node("postgraphile.mjs"),
    environment=_environment,
    alike=without_frame,
    questions={
        "list": graphql(
            f"query List({_VARIABLES}) {{ allProducts({_ARGUMENTS}) "
            "{ nodes { id: rowId name city price stock } } }",
            FILTER,
            ("allProducts",),
        ),
        "nested": graphql(
            f"query Nested({_VARIABLES}) {{ allProducts({_ARGUMENTS}) "
            "{ nodes { id: rowId name price owner: personByOwnerId { id: rowId name } "
            "comments: commentsByProductId { nodes { id: rowId body } } } } }",
            FILTER,
            ("allProducts",),
        ),
        "get": graphql(
            "query Get($id: BigInt!) { productByRowId(rowId: $id) { id: rowId name city price stock } }",
            {"id": VALUE},
            ("productByRowId",),
        ),
        "create": graphql(
            "mutation Create($input: ProductInput!) "
            "{ createProduct(input: {product: $input}) { product { id: rowId name } } }",
            {"input": {**NEW, "ownerId": 1}},
            ("createProduct", "product"),
        ),
    },
)
