"""Every name that a step or a result reads has been set before."""

from __future__ import annotations

from collections.abc import Iterator

from app.checks.base import Finding, Findings, Subject, unknown
from app.checks.names import SCOPE_NAMES, variable_name
from app.definition.inputs import REQUEST_NAMES
from app.definition.model import Action
from app.definition.reads import Text
from app.definition.source import Path
from app.definition.steps import Step
from app.definition.walk import texts, walk

ERROR = "error"
"""What the steps of `on_error` see beside the rest."""


def check(subject: Subject) -> Findings:
    """One finding for each unknown name; what some earlier or enclosing branch sets counts as known."""
    for name, action in subject.application.actions.items():
        path: Path = ("actions", name)
        known = {*SCOPE_NAMES, *action.input}
        if action.triggers.incoming_api is not None:
            known.update(REQUEST_NAMES)
        yield from _block(action.steps, (*path, "steps"), known)
        yield from _answers(action, path, known)


def _answers(action: Action, path: Path, known: set[str]) -> Findings:
    if action.result is not None:
        yield from _names(action.result, (*path, "result"), known)
    for key, value in action.outputs.items():
        yield from _names(value, (*path, "outputs", key), known)


def _block(steps: tuple[Step, ...], path: Path, known: set[str]) -> Findings:
    """Findings of steps that follow each other; `known` has what they set in the end."""
    for index, step in enumerate(steps):
        here: Path = (*path, index)
        known.update(_set_by(step))
        yield from _result_names(step, here)
        yield from _own_texts(step, here, known)
        for words, block in _blocks(step):
            yield from _block(block, (*here, *words), known)
        yield from _loop(step, here, known)
        yield from _rescue(step, here, known)
        if step.as_ is not None:
            known.add(step.as_)


def _loop(step: Step, path: Path, known: set[str]) -> Findings:
    """The body of a loop; what it sets is known from its second round on."""
    turn = {name for name in (step.each, step.index) if name is not None}
    inside = {*known, *turn, *_all_set_by(step.do)}
    yield from _block(step.do, (*path, "do"), inside)
    known.update(inside - (turn - known))


def _rescue(step: Step, path: Path, known: set[str]) -> Findings:
    """The steps of `on_error`, which see what went wrong as `error`."""
    inside = {*known, ERROR}
    yield from _block(_rescuing(step), (*path, "on_error"), inside)
    known.update(inside - ({ERROR} - known))


def _rescuing(step: Step) -> tuple[Step, ...]:
    return step.on_error if isinstance(step.on_error, tuple) else ()


def _own_texts(step: Step, path: Path, known: set[str]) -> Findings:
    if step.if_ is not None:
        yield from _names(step.if_, (*path, "if"), known)
    for index, case in enumerate(step.cases):
        yield from _names(case.if_, (*path, "cases", index, "if"), known)
    if step.options is not None:
        for here, text in texts(step.options, (*path, step.kind)):
            yield from _names(text, here, known)


def _names(text: Text, path: Path, known: set[str]) -> Findings:
    for name in sorted(text.names - known):
        yield Finding(path, unknown("name", name, known))


def _blocks(step: Step) -> Iterator[tuple[Path, tuple[Step, ...]]]:
    yield ("then",), step.then
    for index, case in enumerate(step.cases):
        yield ("cases", index, "then"), case.then
    yield ("else",), step.else_


def _set_by(step: Step) -> Iterator[str]:
    """The variables that the step's options set."""
    if step.options is not None:
        yield from (found.value for found in walk(step.options) if found.to == "result")


def _all_set_by(steps: tuple[Step, ...]) -> Iterator[str]:
    for step in steps:
        yield from _set_by(step)
        if step.as_ is not None:
            yield step.as_
        for _, block in _blocks(step):
            yield from _all_set_by(block)
        yield from _all_set_by(step.do)
        yield from _all_set_by(_rescuing(step))


def _result_names(step: Step, path: Path) -> Findings:
    for word, name in (("as", step.as_), ("each", step.each), ("index", step.index)):
        if name is not None:
            yield from variable_name((*path, word), name)
    if step.options is not None:
        for found in walk(step.options, (*path, step.kind)):
            if found.to == "result":
                yield from variable_name(found.path, found.value)
