"""The functions of an author: each in the `functions.py` of a definition's folder becomes a kind of step."""

from __future__ import annotations

import ast
import asyncio
import inspect
import traceback
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType, NoneType, UnionType
from typing import Annotated, Any, ClassVar, Union, cast, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, TypeAdapter, ValidationError, create_model

from app.checks import load_checked
from app.definition.explanations import explain
from app.definition.load import Loaded, Paths, functions_at, rebuild
from app.definition.model import Application
from app.definition.source import Source
from app.definition.steps import STEP_WORDS, Step, StepOptions
from app.errors import ActionQLError, DefinitionError, Problem, StepFailed
from app.expressions import Value
from app.outbound import Response
from app.steps import KINDS
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind

Kinds = Mapping[str, StepKind[Any]]
TYPES = (str, int, Decimal, bool, date, datetime, time, timedelta, list, dict)
ALLOWED = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.Assign, ast.AnnAssign)
NAMES = ", ".join(one.__name__ for one in TYPES)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a function is given as its first argument."""

    now: datetime
    key: str
    """The same when the step is tried again."""
    _scope: Scope

    def log(self, text: str) -> None:
        """Writes a line to the console, under the run."""
        self._scope.say("info", str(text))

    def debug(self, text: str) -> None:
        """Writes a line of less importance to the console."""
        self._scope.say("debug", str(text))

    async def request(self, method: str, url: str, **options: Any) -> Response:
        """Calls a public address; options are headers, content, params, timeout and follow_redirects."""
        return await self._scope.services.outbound.request(method, url, **{**options, "trusted": False})


class FunctionOptions(StepOptions):
    """The options of a function; its class knows the kind, so that it goes with the definition."""

    kind_of_step: ClassVar[StepKind[Any]]


def kind_of(step: Step) -> StepKind[Any]:
    """The kind of a step that has been loaded: built in, or a function beside its definition."""
    if isinstance(step.options, FunctionOptions):
        return step.options.kind_of_step
    return KINDS[step.kind]


def load_application(paths: Paths) -> Loaded:
    """The definition, checked, with its functions as steps; DefinitionError has the problems of both."""
    kinds, problems = kinds_with(functions_at(paths))
    try:
        loaded = load_checked(paths, steps=kinds)
    except DefinitionError as error:
        raise DefinitionError([*problems, *error.problems]) from None
    if problems:
        raise DefinitionError(problems)
    return loaded


def rebuild_application(source: Source) -> Loaded:
    """A definition that has been loaded before, perhaps in another process; its functions are read again."""
    kinds, problems = kinds_with(source.functions)
    if problems:
        raise DefinitionError(problems)
    return rebuild(source, steps=kinds)


def kinds_with(files: Iterable[str]) -> tuple[Kinds, list[Problem]]:
    """The built-in kinds and the functions of these files, with what is wrong with the files."""
    own, problems = dict[str, StepKind[Any]](), list[Problem]()
    for file in files:
        for line, name, found in _functions(file):
            try:
                if name in own or name in KINDS or name in STEP_WORDS:
                    raise ValueError(f"{name!r} is a step or a word of steps already; write another name")
                own[name] = _kind(name, cast(Callable[..., Any], found))
            except ValueError as error:
                problems.append(Problem(file, line, name, str(error)))
    return {**KINDS, **own} if own else KINDS, problems


def _functions(file: str) -> Iterator[tuple[int, str, Any]]:
    """Line, name and function of each; an error in place of the function where it can't be one."""
    try:
        text = Path(file).read_text(encoding="utf-8")
        tree = ast.parse(text, file)
    except (OSError, SyntaxError, ValueError) as error:
        yield (
            getattr(error, "lineno", None) or 1,
            "",
            _Wrong(f"this is no Python: {getattr(error, 'msg', 'unreadable')}"),
        )
        return
    wrong = [(node.lineno, "", _Wrong(message)) for node in tree.body if (message := _refused(node))]
    if wrong:
        yield from wrong
        return
    module = ModuleType("functions")
    try:
        exec(compile(tree, file, "exec", dont_inherit=True), module.__dict__)  # noqa: S102
    except Exception as error:
        lines = [
            frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file
        ]
        yield lines[-1] if lines and lines[-1] else 1, "", _Wrong(f"{type(error).__name__}: {error}")
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name, getattr(module, node.name)


@dataclass(frozen=True, slots=True)
class _Wrong:
    message: str


def _refused(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return None
    if not isinstance(node, ALLOWED):
        return "write only imports, constants and functions"
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("_"):
        return f"every function is a step, so {node.name!r} cannot be private; import what steps share"
    return None


def _kind(name: str, function: Callable[..., Any] | _Wrong) -> StepKind[Any]:
    """The kind of a function; ValueError for a signature that is no step's."""
    if isinstance(function, _Wrong):
        raise ValueError(function.message)
    types = _types(function)
    described = (inspect.getdoc(function) or f"The function {name}").partition("\n")[0].rstrip(".")
    fields: dict[str, Any] = {
        option: (Annotated[Value, AfterValidator(_checked(adapter))], ... if required else None)
        for option, (adapter, required) in types.items()
    }
    options = create_model(f"{name}_options", __base__=FunctionOptions, **fields)
    kind = StepKind(name, f"{described}.", options, _compiled(name, function, types), mode="reach")
    options.kind_of_step = kind
    return kind


Types = Mapping[str, tuple[TypeAdapter[Any], bool]]


def _types(function: Callable[..., Any]) -> Types:
    """What each option takes, and whether it must be given."""
    try:
        hints = get_type_hints(function)
    except Exception as error:
        raise ValueError(f"its types cannot be read: {error}") from None
    first, *others = [*inspect.signature(function).parameters.values(), None]
    if first is None or first.kind not in (first.POSITIONAL_ONLY, first.POSITIONAL_OR_KEYWORD):
        raise ValueError("its first parameter is the step: def name(step, ..)")
    found: dict[str, tuple[TypeAdapter[Any], bool]] = {}
    for one in others[:-1]:
        assert one is not None
        if one.kind not in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY):
            raise ValueError(f"{one.name!r} is no option; options have names, without * and /")
        if one.name in STEP_WORDS or one.name.startswith("_") or hasattr(StepOptions, one.name):
            raise ValueError(f"an option cannot be called {one.name!r}; write another name")
        if one.name not in hints or not _is_known(hints[one.name]):
            raise ValueError(f"{one.name!r} wants a type: {NAMES}, Any, or one of them or None")
        found[one.name] = (TypeAdapter(hints[one.name]), one.default is inspect.Parameter.empty)
    return found


def _is_known(hint: Any) -> bool:
    if get_origin(hint) in (Union, UnionType):
        return all(one is NoneType or _is_known(one) for one in get_args(hint))
    return hint is Any or hint in TYPES or get_origin(hint) in (list, dict)


def _checked(adapter: TypeAdapter[Any]) -> Callable[[Value], Value]:
    """Looks at a value that is written in the definition already when it is loaded."""

    def check(value: Value) -> Value:
        if value.is_constant:
            try:
                adapter.validate_python(value.raw)
            except ValidationError as error:
                raise ValueError(_words(error)) from None
        return value

    return check


def _words(error: ValidationError) -> str:
    return explain(error.errors(include_url=False)[0])


def _compiled(name: str, function: Callable[..., Any], types: Types) -> Callable[..., StepFunction]:
    def compile_function(options: FunctionOptions, step: Step, application: Application) -> StepFunction:
        given = {option: getattr(options, option) for option in types if option in options.model_fields_set}

        async def run(scope: Scope) -> Outcome:
            arguments = {}
            for option, value in given.items():
                try:
                    arguments[option] = types[option][0].validate_python(value.evaluate(scope.variables))
                except ValidationError as error:
                    raise StepFailed(f"The step {name} cannot take its {option!r}.", _words(error)) from None
            return Done(
                _result(name, await _call(name, function, Facts(scope.now, scope.key, scope), arguments))
            )

        return run

    return compile_function


async def _call(name: str, function: Callable[..., Any], facts: Facts, arguments: dict[str, Any]) -> Any:
    """What the function returns; one that is not async runs in a thread."""
    try:
        if inspect.iscoroutinefunction(function):
            return await cast(Awaitable[Any], function(facts, **arguments))
        return await asyncio.to_thread(function, facts, **arguments)
    except ActionQLError:
        raise
    except Exception as error:
        raise StepFailed(f"The function {name} failed.", f"{type(error).__name__}: {error}") from error


def _result(name: str, value: Any) -> Any:
    """The value as expressions know it: floats become exact, tuples lists."""
    if value is None or isinstance(value, str | int | Decimal | bytes | date | time | timedelta):
        return value
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {str(key): _result(name, item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_result(name, item) for item in value]
    raise StepFailed(f"The function {name} returned what no expression can use.", type(value).__name__)
