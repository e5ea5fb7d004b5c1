"""Loads a definition: YAML files -> nodes with lines -> validated values with names and uuids.

Pure but for reading the files; secrets and the environment are not looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, Protocol

from pydantic import ValidationError

from app.definition.document import key_twice, read_document
from app.definition.explanations import Kinds, Mistake, mistakes
from app.definition.model import Application
from app.definition.resolve import resolve
from app.definition.source import Node, Path, Place, Source, path_text, without
from app.definition.steps import Step, StepOptions
from app.errors import DefinitionError, Problem
from app.json_text import read_json, write_plain_json

MAXIMUM_BYTES = 2_000_000
"""Size of one file."""
SUFFIXES = (".yaml", ".yml")
FUNCTIONS = "functions.py"

_KEYS = frozenset({"application", *Application.model_fields}) - {"name"}

Paths = str | FilePath | Sequence[str | FilePath]


class StepKindLike(Protocol):
    """What a definition needs to know of a kind of step."""

    @property
    def name(self) -> str: ...
    @property
    def options(self) -> type[StepOptions]: ...
    @property
    def reaches(self) -> bool: ...
    @property
    def blocks(self) -> frozenset[str]: ...
    @property
    def problems(self) -> Callable[[Any, Step, Application], Iterator[str]]: ...


Steps = Mapping[str, StepKindLike]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A definition and where its parts stand."""

    application: Application
    source: Source


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of a definition: `broken` are the named parts left out because of a problem."""

    source: Source | None
    application: Application | None
    problems: tuple[Problem, ...]
    broken: frozenset[tuple[str, str]] = frozenset()


def load(paths: Paths, *, steps: Steps) -> Loaded:
    """The definition in a YAML file, a folder of them, or several of both, merged.

    Raises DefinitionError with every problem of its shape; `app.checks` looks at what refers to what.
    """
    reading = read(paths, steps=steps)
    if reading.problems or reading.source is None or reading.application is None:
        raise DefinitionError(reading.problems)
    return Loaded(reading.application, reading.source)


def rebuild(source: Source, *, steps: Steps) -> Loaded:
    """A definition that has been loaded before, perhaps in another process, as it was written then."""
    return Loaded(resolve(_validated(source.root, frozenset(), _Options(steps))), source)


def text_of(source: Source) -> str:
    """A definition as one text, from which `from_text` makes it again after its files have changed."""
    return write_plain_json(source.root.data(), str)


def from_text(text: str, *, steps: Steps) -> Application:
    """The definition that `text_of` wrote; pydantic's ValidationError where it no longer means anything."""
    return resolve(Application.model_validate(read_json(text), context={"steps": _Options(steps)}))


def read(paths: Paths, *, steps: Steps) -> Reading:
    """As much of a definition as is well formed, with the problems of the rest."""
    source, problems = read_source(paths)
    if source is None:
        return Reading(source, None, tuple(problems))
    kinds = _Options(steps)
    try:
        return Reading(source, resolve(_validated(source.root, frozenset(), kinds)), tuple(problems))
    except ValidationError as error:
        found = mistakes(error, Application, source.root, kinds)
    problems += [_problem(source, mistake) for mistake in found]
    broken = _broken([mistake.at for mistake in found], source.root)
    if broken is None:
        return Reading(source, None, tuple(problems))
    application = resolve(_validated(source.root, broken, kinds))
    return Reading(source, application, tuple(problems), broken)


def _broken(paths: Iterable[Path], root: Node) -> frozenset[tuple[str, str]] | None:
    """The named parts with problems, and the keys that mean nothing; None when a problem stands elsewhere."""
    broken = set()
    for path in paths:
        if len(path) == 1 and path[0] not in _KEYS:
            broken.add((str(path[0]), ""))
            continue
        section = root.child(path[0]) if len(path) > 1 else None
        if section is None or not isinstance(section.value, dict):
            return None
        broken.add((str(path[0]), str(path[1])))
    return frozenset(broken)


class _Options(Mapping[str, type[StepOptions]]):
    """The options of each kind of step, of which only those are loaded that are asked for."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def __getitem__(self, name: str) -> type[StepOptions]:
        return self._steps[name].options

    def __iter__(self) -> Iterator[str]:
        return iter(self._steps)

    def __len__(self) -> int:
        return len(self._steps)


def _validated(root: Node, broken: frozenset[tuple[str, str]], kinds: Kinds) -> Application:
    return Application.model_validate(without(root.data(), broken), context={"steps": kinds})


def _problem(source: Source, mistake: Mistake) -> Problem:
    place = source.place(mistake.at)
    return Problem(place.file, place.line, path_text(mistake.path), mistake.message)


def read_source(paths: Paths) -> tuple[Source | None, list[Problem]]:
    """The merged text of a definition; no source where a file could not be read to its end."""
    files, problems = _files([paths] if isinstance(paths, str | FilePath) else paths)
    roots, digest = [], hashlib.sha256()
    for file in files:
        content = _content(file, problems)
        if content is None:
            continue
        digest.update(len(content).to_bytes(8, "big") + content)
        roots.append(_root(str(file), content, problems))
    functions = functions_at(paths)
    for function_file in functions:
        digest.update(_content(FilePath(function_file), problems) or b"")
    read_roots = [root for root in roots if root is not None]
    if not files or len(read_roots) < len(files):
        return None, problems
    merged = _merged(read_roots, problems)
    return Source(merged, tuple(map(str, files)), digest.hexdigest(), functions), problems


def functions_at(paths: Paths) -> tuple[str, ...]:
    """The file of functions in each folder of these paths."""
    folders = [paths] if isinstance(paths, str | FilePath) else paths
    found = (FilePath(folder) / FUNCTIONS for folder in folders)
    return tuple(str(file) for file in found if file.is_file())


def _files(paths: Iterable[str | FilePath]) -> tuple[list[FilePath], list[Problem]]:
    files: list[FilePath] = []
    problems = []
    for path in map(FilePath, paths):
        found = [path]
        if path.is_dir():
            found = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES and file.is_file())
        if not found:
            problems.append(Problem(str(path), 1, "", "there is no .yaml file in this folder"))
        files.extend(file for file in found if file not in files)
    return files, problems


def _content(file: FilePath, problems: list[Problem]) -> bytes | None:
    try:
        with file.open("rb") as opened:
            content = opened.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        problems.append(Problem(str(file), 1, "", f"the file cannot be read: {error.strerror}"))
        return None
    if len(content) > MAXIMUM_BYTES:
        message = f"the file has more than {MAXIMUM_BYTES:,} bytes; split it into several in one folder"
        problems.append(Problem(str(file), 1, "", message))
        return None
    return content


def _root(file: str, content: bytes, problems: list[Problem]) -> Node | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problems.append(Problem(file, line, "", "the file is not UTF-8; save it as UTF-8"))
        return None
    root, found = read_document(file, text)
    problems.extend(found)
    if root is not None and not isinstance(root.value, dict):
        problems.append(
            Problem(file, root.place.line, "", "write a mapping that begins with application: <name>")
        )
        return None
    return root


def _merged(roots: Sequence[Node], problems: list[Problem]) -> Node:
    """One mapping of several: sections such as `models` are joined, a key in two of them is a problem."""
    merged: dict[str, Node] = {}
    for root in roots:
        assert isinstance(root.value, dict)
        for key, node in root.value.items():
            first = merged.get(key)
            merged[key] = node if first is None else _joined(key, first, node, problems)
    return Node(roots[0].place if roots else Place("", 1), merged)


def _joined(section: str, first: Node, second: Node, problems: list[Problem]) -> Node:
    if not isinstance(first.value, dict) or not isinstance(second.value, dict):
        problems.append(key_twice((section,), second.place, first.place))
        return first
    for name in first.value.keys() & second.value.keys():
        places = second.value[name].place, first.value[name].place
        problems.append(key_twice((section, name), *places))
    return Node(first.place, {**second.value, **first.value})
