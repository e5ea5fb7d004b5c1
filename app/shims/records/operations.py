"""What can be done through this door: the one table that its routes are made of, and a description can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Body = Literal["record", "records", "options", "input", "file"]

LIST_PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "filter_id": "A saved filter, by uuid or name.",
        "filters": "Conditions in JSON: `[{operator, conditions: [{path, predicate, criteria}]}]`.",
        "view_id": "A saved view, by uuid or name: which properties are shown; the answer is `{records}`.",
        "ids": "Only the records with these ids, with commas between.",
        "limit": "How many records at most; 100 where it is not given.",
        "offset": "How many records to leave out at the beginning.",
        "order": "A property, by uuid or name, and `:asc` or `:desc`; several with commas between.",
        "total_rows": "With `true` the answer is `{records, total_rows}`.",
    }
)
"""Parameters of a list, in the query or in a body; each with what it does."""

_REFUSALS: Mapping[int, str] = {
    400: "The request is not as it should be.",
    401: "The credentials are missing or wrong, or their user may not do this.",
    404: "There is no such thing.",
    502: "The application failed at it.",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path below `/api`; `name` is that of the method of `Records` which answers it."""

    name: str
    method: str
    path: str
    summary: str
    answers: Mapping[int, str]
    """By status; `refusals` come on top."""
    body: Body | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def refusals(self) -> Mapping[int, str]:
        """What else it may answer, by status."""
        return _REFUSALS


_RECORDS = "/models/{model}/records"
_RECORD = f"{_RECORDS}/{{id}}"

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "list_models",
        "GET",
        "/models",
        "The models that the user gets at.",
        {200: "A list of `{id, name, properties: [{id, name, kind, options}]}`."},
    ),
    Operation(
        "list_records",
        "GET",
        _RECORDS,
        "Records of a model.",
        {200: "A list of records, or an object with `records`."},
        parameters=LIST_PARAMETERS,
    ),
    Operation(
        "create_or_list",
        "POST",
        _RECORDS,
        "Makes a record; without `record` in the body, lists records with the body's parameters.",
        {200: "The list.", 201: "The new record."},
        body="record",
    ),
    Operation(
        "create_record", "POST", f"{_RECORDS}/new", "Makes a record.", {201: "The new record."}, body="record"
    ),
    Operation(
        "replace_collection",
        "PUT",
        _RECORDS,
        "Makes these the model's only records, all or nothing.",
        {200: "The records."},
        body="records",
    ),
    Operation(
        "delete_collection",
        "DELETE",
        _RECORDS,
        "Removes the model's records, all or none.",
        {204: "They are gone."},
    ),
    Operation("read_record", "GET", _RECORD, "One record.", {200: "The record."}),
    Operation("update_record", "PUT", _RECORD, "Changes a record.", {200: "The record."}, body="record"),
    Operation("delete_record", "DELETE", _RECORD, "Removes a record.", {204: "It is gone."}),
    Operation(
        "execute_action",
        "POST",
        "/models/{model}/actions/{action}/execute",
        "Runs an action with the body's values as its input.",
        {200: "The action's result."},
        body="input",
    ),
    Operation(
        "store_asset",
        "POST",
        "/assets",
        "Stores a file, sent as `record` or `file` of a multipart form.",
        {201: "`{url}`, which a file property takes as its value."},
        body="file",
    ),
)
