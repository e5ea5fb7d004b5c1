"""Names of tables and columns made into names that a definition takes, each once."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Callable, Iterable

from app.checks.names import BUILT_IN_TYPES, EXPRESSION_WORDS, LONGEST_TABLE, made_of_model
from app.definition.model import ROLE_MODEL, SERVER_PROPERTIES
from app.definition.names import aggregate_field, camel, pascal, snake
from app.intake.english import singular

_LONGEST = 50
"""Characters of a name, with room for what is put before and behind it."""


class Names:
    """Gives names out; nothing that is derived from one is derived from another."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def give(self, wanted: str, made_of: Callable[[str], Iterable[str]]) -> str:
        """The wanted name, or with a number behind it where it, or what is `made_of` it, is taken."""
        name, number = wanted, 2
        while self._taken.intersection(made_of(name)):
            name, number = f"{wanted}{'' if wanted[-1:].isalpha() else '_'}{number}", number + 1
        self._taken.update(made_of(name))
        return name


def model_names() -> Names:
    """The names of an application's models, which `made_of_model` says all about."""
    return Names(made_of_model(ROLE_MODEL))


def member_names() -> Names:
    """The names of a model's properties and relations."""
    return Names(made for name in SERVER_PROPERTIES for made in made_of_property(name))


def model_name(application: str, table: str) -> str:
    """`order_details` -> `OrderDetail`."""
    words = _words(table)
    *before, last = words or ["table"]
    name = pascal("_".join([*before, singular(last)]))[: LONGEST_TABLE - len(snake(application)) - 8]
    if name[:1].isdigit():
        name = f"Table{name}"
    # What the name would be as a table, or as a type, may be a word of others.
    if pascal(name) in BUILT_IN_TYPES or name == ROLE_MODEL or _reserved(snake(name)):
        return f"{name}Record"
    return name


def member_name(column: str) -> str:
    """`SupportRepId` -> `support_rep_id`."""
    name = "_".join(_words(column))[:_LONGEST].strip("_") or "column"
    if name[:1].isdigit():
        name = f"n{name}"
    if name in SERVER_PROPERTIES:
        return f"former_{name}"
    return f"{name}_value" if _reserved(name) or _reserved(camel(name)) else name


def relation_name(columns: tuple[str, ...], table: str) -> str:
    """`customer_id` -> `customer`; of several columns the name of the table that they lead to."""
    if len(columns) > 1:
        return member_name(singular(table))
    name = "_".join(_words(columns[0]))
    for end in ("_id", "_fk", "_key", "_uuid", "_code"):
        if name.endswith(end) and len(name) > len(end):
            return member_name(name.removesuffix(end))
    return member_name(singular(table)) if name in ("id", "key", "uuid") else member_name(name)


def application_name(text: str) -> str:
    """What an application may be called that is made of a file or database of this name."""
    name = "_".join(_words(text))[:24].strip("_") or "imported"
    return f"imported_{name}" if name[0].isdigit() or _reserved(name) else name


def _words(name: str) -> list[str]:
    ascii = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return snake(ascii).split("_") if snake(ascii) else []


def _reserved(name: str) -> bool:
    return keyword.iskeyword(name) or name in EXPRESSION_WORDS


def made_of_property(name: str) -> Iterable[str]:
    """The column and the field of a property."""
    return (f"column {snake(name)}", f"field {camel(name)}")


def made_of_relation(name: str) -> Iterable[str]:
    """The column and the fields that a relation may have."""
    field = camel(name)
    return (f"column {snake(name)}_id", f"field {field}", f"field {aggregate_field(field)}")
