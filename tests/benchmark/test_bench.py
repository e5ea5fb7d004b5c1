"""The benchmark as a whole: the three servers, and the command that measures them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from app.checks import load_checked
from app.steps import KINDS
from scripts.benchmark.calls import SERVERS, WORKS
from scripts.benchmark.rows import Size
from scripts.benchmark.servers import APPLICATION, ROOT
from scripts.benchmark.start import MODELS, models
from scripts.benchmark.subjects import running_subjects, working_folder
from scripts.benchmark.verify import verify


def test_definition_has_no_problems() -> None:
    assert load_checked(APPLICATION, steps=KINDS).application.name == "benchmark"


def test_definition_of_many_models_has_no_problems(tmp_path: Path) -> None:
    file = tmp_path / "many.yaml"
    file.write_text(models(MODELS))
    assert len(load_checked(file, steps=KINDS).application.models) >= MODELS


@pytest.mark.timeout(300)
@pytest.mark.parametrize("postgres", [False, True], ids=["sqlite", "postgresql"])
def test_servers_answer_every_work_alike(postgres: bool) -> None:
    with (
        working_folder() as folder,
        running_subjects(SERVERS, Size(), folder, postgres=postgres) as subjects,
    ):
        verify(subjects, WORKS, Size())


@pytest.mark.timeout(300)
def test_bench_of_one_second_writes_its_figures(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    options = ["--seconds", "1", "--work", "get", "--server", "actionql", "--server", "floor"]
    ended = subprocess.run(
        [sys.executable, "-m", "scripts.benchmark", *options, "--json", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    told = orjson.loads(file.read_bytes())
    assert set(told) == {"works"}
    assert set(told["works"]) == {"get"}
    assert set(told["works"]["get"]) == {"actionql", "floor"}
    for figures in told["works"]["get"].values():
        assert set(figures) == {"cpu_ms", "rps", "p50_ms", "p99_ms"}
        assert all(value > 0 for value in figures.values())
    assert "CPU / floor" in ended.stdout
    assert "start to first answer" in ended.stdout


def test_bench_of_an_unknown_work_is_an_error() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "scripts.benchmark", "--work", "lists"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "lists: there is only list, nested" in ended.stderr
