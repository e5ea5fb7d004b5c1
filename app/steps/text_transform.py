"""Changes a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.errors import StepFailed
from app.expressions import Expression
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind

Change = Literal["upper", "lower", "capitalize", "title", "trim", "squeeze", "ascii", "slug"]
_WORDS: dict[str, Any] = {"type": "string", "enum": [*Change.__args__]}  # type: ignore[attr-defined]
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def _ascii(text: str) -> str:
    """Letters without their marks; other characters that ASCII has not are left out."""
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ł", "l").replace("Ł", "L"))
    return decomposed.encode("ascii", errors="ignore").decode()


CHANGES: Mapping[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "capitalize": lambda text: text[:1].upper() + text[1:],
    "title": lambda text: _WORD.sub(lambda word: word[0][:1].upper() + word[0][1:].lower(), text),
    "trim": str.strip,
    "squeeze": lambda text: " ".join(text.split()),
    "ascii": _ascii,
    "slug": lambda text: "-".join(re.findall(r"[a-z0-9]+", _ascii(text).lower())),
}


class Options(StepOptions):
    text: Expression = Field(description="The text; null stays null.")
    to: Annotated[
        tuple[Change, ...],
        BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
        WithJsonSchema({"anyOf": [_WORDS, {"type": "array", "items": _WORDS}]}),
    ] = Field(min_length=1, description="One change, or several in their order.")


def compile_text_transform(options: Options, step: Step, application: Application) -> StepFunction:
    def run(scope: Scope) -> Outcome:
        text = options.text.evaluate(scope.variables)
        if text is None:
            return Done()
        if not isinstance(text, str):
            raise StepFailed("Only a text can be changed.", "write =text(value) for its text")
        for change in options.to:
            text = CHANGES[change](text)
        return Done(text)

    return run


KIND = StepKind(
    name="text_transform",
    description="A text after one or several changes: upper lower capitalize title trim squeeze ascii slug.",
    options=Options,
    compile=compile_text_transform,
    example="""\
text_transform: {text: =title, to: [trim, slug]}
as: address
""",
)
