"""How long our server takes from its start to its first answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import httpx

from scripts.benchmark import servers
from scripts.benchmark.errors import BenchmarkError
from scripts.benchmark.servers import running

MODELS = 30
QUERY = "{ allModel1 { totalCount } }"
_MODEL = """\
  Model{number}:
    properties:
      title: {{kind: text, required: true}}
      code: {{kind: text, unique: true}}
      amount: {{kind: number}}
      price: {{kind: price}}
      active: {{kind: boolean, default: false}}
      due_on: {{kind: date}}
      remark: {{kind: multi_line_text}}
    relations:
      before: {{belongs_to: Model{before}}}
    read: {{public: all}}
"""


@dataclass(frozen=True, slots=True)
class Starts:
    """Seconds to the first answer: when the tables have to be made, and when they are there."""

    first: float
    again: float


def measure_starts(folder: Path) -> Starts:
    """Starts a server with 30 models twice on one data folder."""
    definition = folder / "models.yaml"
    definition.write_text(models(MODELS))
    return Starts(*(_start(definition, folder) for _ in range(2)))


def models(count: int) -> str:
    """A definition of so many models, each of which refers to the one before."""
    head = dedent("""\
        application: many
        uuid: 3a0d5e1c9b8f4a7d8c6b5e4f3a2d1c0b
        models:
    """)
    return head + "".join(
        _MODEL.format(number=number, before=max(1, number - 1)) for number in range(1, count + 1)
    )


def _start(definition: Path, folder: Path) -> float:
    probe = f"/graphql?query={QUERY}"
    with running("start", servers.actionql(definition, folder / "start"), folder, {}, probe) as server:
        answer = httpx.get(server.url + probe, timeout=30)
        if answer.json() != {"data": {"allModel1": {"totalCount": 0}}}:
            raise BenchmarkError(f"The server with {MODELS} models answered {answer.text[:500]}")
        return server.started_in
