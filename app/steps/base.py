"""What a step kind is, what a step may use while it runs, and the outcomes it returns.

A kind compiles its options once, when the definition is loaded, into a function of the `Scope`. There are four
modes: `compute` functions return an outcome, `work` functions are generators of database statements that return
one, `reach` functions are coroutines that leave the process, `wait` functions return `Ask` or `Sleep`: the run gives
up its process until it is answered or its time has come. Only the engine changes a run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Literal, Protocol, TypeVar

from app.assets.library import Library
from app.definition.model import Application, Input
from app.definition.steps import Step, StepOptions
from app.outbound import Outbound
from app.outbound.mail import Mail
from app.permissions import Grant, Verb
from app.storage.records import Records, Write
from app.storage.work import Work


@dataclass(frozen=True, slots=True)
class Done:
    """The step is done; `value` goes to its `as`."""

    value: Any = None
    again: bool = False
    """Whether another try may end better, where the step has `retry`."""


@dataclass(frozen=True, slots=True)
class Assign:
    """The step is done and sets several variables."""

    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Enter:
    """Go on in one of the step's blocks, `then`, `else` or `cases[0]`; an absent block is empty."""

    block: str


@dataclass(frozen=True, slots=True)
class Each:
    """Run the step's `do` block once for each item."""

    items: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """Run another action with this input; its result becomes the step's."""

    action: str
    input: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finish:
    """End the run, or the called action, early with a result."""

    result: Any = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Wait for a person's answer; checked by the kinds of `fields`, it becomes the step's result."""

    title: str
    text: str
    fields: Mapping[str, Input]
    within: timedelta | None = None
    """When nobody has answered by then, the run ends."""


@dataclass(frozen=True, slots=True)
class Sleep:
    """Go on at a later time."""

    until: datetime


Outcome = Done | Assign | Enter | Each | Call | Finish | Ask | Sleep


@dataclass(frozen=True, slots=True)
class Message:
    """One line for the console: from `debug`, `log`, or the engine."""

    level: Literal["debug", "info", "warning", "error"]
    text: str


class TokenIssuer(Protocol):
    """Makes a token pair for a user of a profile; the step `authenticate` asks it."""

    def issue(self, profile: str, record: int, run: Mapping[str, Any]) -> Work[Mapping[str, Any]]:
        """The pair as `login` answers it: `jwtToken refreshToken accessExpiresIn ..`; `run` is the run's `id door`."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """What steps may use of the server; one for each application generation."""

    application: Application
    records: Records
    outbound: Outbound
    assets: Library
    tokens: TokenIssuer
    config: Mapping[str, Any]
    mail: Mail

    def conceal(self, text: str) -> str:
        """The text without the application's secrets, for whatever people read."""
        for name, one in self.application.configurations.items():
            secret = str(self.config.get(name) or "") if one.secret else ""
            if secret:
                text = text.replace(secret, "[secret]")
        return text


@dataclass(slots=True)
class Scope:
    """What one step sees of its run."""

    variables: Mapping[str, Any]
    services: Services
    now: datetime
    write: Write
    key: str
    """`run:position`: the same when the step is tried again, so that the called server can tell."""
    authorize: Callable[[Verb, str], Grant]
    messages: list[Message] = field(default_factory=list)

    def say(self, level: Literal["debug", "info", "warning", "error"], text: str) -> None:
        """Adds a line to the run's messages."""
        self.messages.append(Message(level, self.services.conceal(text)))


StepFunction = Callable[[Scope], Outcome | Work[Outcome] | Awaitable[Outcome]]
Options = TypeVar("Options", bound=StepOptions)


def no_problems(options: StepOptions, step: Step, application: Application) -> Iterator[str]:
    """For kinds whose options say all there is to check."""
    yield from ()


def not_tried(options: StepOptions, step: Step, application: Application) -> Iterator[str]:
    """For kinds that only wait: nothing in them can be tried again."""
    for word in ("retry", "on_error"):
        if getattr(step, word) is not None:
            yield f"{step.kind} waits and is not tried again; leave {word} out"


def no_record(options: StepOptions) -> str | None:
    """For kinds whose result is no record of a model that the definition tells."""
    return None


Mode = Literal["compute", "work", "reach", "wait"]


@dataclass(frozen=True, slots=True)
class StepKind(Generic[Options]):
    """One kind of step; `steps/<name>.py` declares it as `KIND`."""

    name: str
    description: str
    options: type[Options]
    compile: Callable[[Options, Step, Application], StepFunction]
    mode: Mode = "compute"
    blocks: frozenset[str] = frozenset()
    """The block words it takes beside its options: then else cases do each index."""
    problems: Callable[[Options, Step, Application], Iterator[str]] = no_problems
    """What is wrong with a step of this kind in its definition, beyond what its options' types tell."""
    record_of: Callable[[Options], str | None] = no_record
    """The model of which its result is a record; None where it is something else, or only the run can tell."""
    records_of: Callable[[Options], str | None] = no_record
    """The model of which its result is a list of records."""
    example: str = ""
    """A YAML step that shows it, for README's table; the tests load it."""

    @property
    def reaches(self) -> bool:
        """Whether it leaves the process, which makes it a boundary of transactions."""
        return self.mode in ("reach", "wait")
