"""`actionql kinds`: what a definition may be made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.base import JsonOption, fail
from app.cli.tables import print_table
from app.definition.options import (
    WORDS,
    Option,
    block_words,
    options_of_any_property,
    property_options,
    step_options,
    words_of_any_step,
)
from app.json_text import write_json
from app.properties import KINDS as PROPERTIES
from app.steps import KINDS as STEPS
from app.suggestions import did_you_mean

ANY = "(any)"


def kinds(
    names: Annotated[list[str] | None, typer.Argument(metavar="[KIND]..", help="Only these.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Lists the kinds of properties and steps with their options."""
    known = {*PROPERTIES, *STEPS}
    for name in names or ():
        if name not in known:
            fail(f"There is no kind {name!r}.{did_you_mean(name, known)}")
    wanted = known if not names else {*names}
    properties = {name: kind for name, kind in PROPERTIES.items() if name in wanted}
    steps = {name: kind for name, kind in STEPS.items() if name in wanted}
    if as_json:
        print(write_json({"properties": _properties_json(properties), "steps": _steps_json(steps)}))
        return
    if properties:
        print_table(_properties(properties))
    if steps:
        print_table(_steps(steps))
        print("* must be written; the bare value of one in [..] may stand for all options.")
    for word, meaning in WORDS.items():
        print(f"{word}: {meaning}")


def _properties(kinds: Mapping[str, Any]) -> Table:
    table = _table("Property")
    _add(table, ANY, "What every kind takes beside its own options.", options_of_any_property())
    for name, kind in kinds.items():
        _add(table, name, kind.description, property_options(kind))
    return table


def _steps(kinds: Mapping[str, Any]) -> Table:
    table = _table("Step")
    _add(table, ANY, "What every kind takes beside its own options.", words_of_any_step())
    for name, kind in kinds.items():
        _add(table, name, kind.description, [*step_options(kind), *block_words(kind)])
    return table


def _table(of: str) -> Table:
    table = Table(of, "Option", "Type", "Default", "What it is")
    for column in table.columns[:2]:
        column.no_wrap = True
    return table


def _add(table: Table, name: str, description: str, options: Sequence[Option]) -> None:
    table.add_row(Text(name, "bold"), "", "", "", Text(description, "bold"))
    for option in options:
        cells = (_name(option), option.type, option.default, option.description)
        table.add_row("", *map(Text, cells))
    table.add_section()


def _name(option: Option) -> str:
    name = f"[{option.name}]" if option.alone else option.name
    return f"{name} *" if option.required and option.name else name


def _properties_json(kinds: Mapping[str, Any]) -> dict[str, Any]:
    common = {ANY: {"options": _plain(options_of_any_property())}}
    return common | {
        name: {"description": kind.description, "options": _plain(property_options(kind))}
        for name, kind in kinds.items()
    }


def _steps_json(kinds: Mapping[str, Any]) -> dict[str, Any]:
    common = {ANY: {"options": _plain(words_of_any_step())}}
    return common | {
        name: {
            "description": kind.description,
            "options": _plain([*step_options(kind), *block_words(kind)]),
            "example": kind.example,
        }
        for name, kind in kinds.items()
    }


def _plain(options: Iterable[Option]) -> list[dict[str, Any]]:
    return [asdict(option) for option in options]
