"""Reads XML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.errors import StepFailed
from app.expressions import Expression
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAXIMUM_CHARACTERS = 1_000_000
MAXIMUM_DEPTH = 30
NO_XML = "The text is no XML."


class Options(StepOptions):
    shorthand: ClassVar[str | None] = "text"

    text: Expression = Field(description="The XML text.")
    lists: tuple[str, ...] = Field((), description="Elements that are lists, also where there is only one.")


def compile_parse_xml(options: Options, step: Step, application: Application) -> StepFunction:
    lists = frozenset(options.lists)

    def run(scope: Scope) -> Outcome:
        root = _parsed(options.text.evaluate(scope.variables))
        return Done({_name(root.tag): _value(root, lists, MAXIMUM_DEPTH)})

    return run


def _parsed(text: Any) -> Element:
    # Loaded by the first run.
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if not isinstance(text, str | bytes):
        raise StepFailed(NO_XML)
    if len(text) > MAXIMUM_CHARACTERS:
        raise StepFailed(f"The XML text has more than {MAXIMUM_CHARACTERS:,} characters.")
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise StepFailed(NO_XML, f"{type(error).__name__}: {error}") from None
    return root


def _value(element: Element, lists: frozenset[str], depth: int) -> Any:
    """A text where there is nothing but text; else an object of attributes and elements."""
    if depth == 0:
        raise StepFailed(f"The elements of the XML text are more than {MAXIMUM_DEPTH} deep.")
    text = (element.text or "").strip()
    if not len(element) and not element.attrib:
        return text or None
    found: dict[str, Any] = {f"_{_name(key)}": value for key, value in element.attrib.items()}
    if text:
        found["_text"] = text
    repeated: set[str] = set()
    for child in element:
        name, value = _name(child.tag), _value(child, lists, depth - 1)
        if name in repeated:
            found[name].append(value)
        elif name in found or name in lists:
            found[name] = [found[name], value] if name in found else [value]
            repeated.add(name)
        else:
            found[name] = value
    return found


def _name(tag: str) -> str:
    """The name without its namespace."""
    return tag.rpartition("}")[2]


KIND = StepKind(
    name="parse_xml",
    description="An XML text as objects by the names of elements; attributes begin with `_`, repeated ones are lists.",
    options=Options,
    compile=compile_parse_xml,
    example="""\
parse_xml: {text: =answer.body, lists: [line]}
as: document
""",
)
