from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from app.definition.load import MAXIMUM_BYTES, Paths, load, read
from app.errors import DefinitionError
from tests.unit.definition.toys import HEAD, STEPS, loaded, written


def refused(paths: Paths, folder: Path) -> list[str]:
    """The problems of a definition, without the folder in front of file names."""
    with pytest.raises(DefinitionError) as caught:
        load(paths, steps=STEPS)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


def test_definition_in_one_file_is_loaded(tmp_path: Path) -> None:
    found = loaded(tmp_path, "models:\n  Media:\n    properties:\n      title: {kind: text}\n")
    assert found.application.name == "toys"
    assert found.application.models["Media"].properties["title"].kind == "text"
    assert found.source.place(("models", "Media")).line == 4


def test_file_is_named_as_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "modles: {}")
    monkeypatch.chdir(tmp_path)
    assert refused("toys.yaml", tmp_path) == ["toys.yaml:3 unknown key 'modles'. Did you mean 'models'?"]


def test_folder_is_merged_by_sections(tmp_path: Path) -> None:
    written(tmp_path, "models:\n  A: {}\n", "a.yaml")
    (tmp_path / "b.yml").write_text("models:\n  B: {}\nroles:\n  admin: {}\n")
    (tmp_path / "notes.txt").write_text("not: [yaml")
    found = load(tmp_path, steps=STEPS)
    assert set(found.application.models) == {"A", "B", "Role"}
    assert found.source.place(("models", "B")).file == str(tmp_path / "b.yml")


def test_key_in_two_files_is_a_problem_that_names_both(tmp_path: Path) -> None:
    written(tmp_path, "models:\n  A: {}\n", "a.yaml")
    (tmp_path / "b.yaml").write_text("title: B\nmodels:\n  A: {}\n")
    (tmp_path / "c.yaml").write_text("title: C\n")
    assert refused(tmp_path, tmp_path) == [
        "b.yaml:3 models: the key 'A' stands here and at a.yaml:4; keep one of them",
        "c.yaml:1 the key 'title' stands here and at b.yaml:1; keep one of them",
    ]


def test_several_paths_are_one_definition(tmp_path: Path) -> None:
    first = written(tmp_path, "models: {A: {}}\n", "a.yaml")
    second = tmp_path / "b.yaml"
    second.write_text("models: {B: {}}\n")
    assert set(load([first, second], steps=STEPS).application.models) == {"A", "B", "Role"}


def test_folder_without_definitions_is_a_problem(tmp_path: Path) -> None:
    assert refused(tmp_path, tmp_path.parent) == [f"{tmp_path.name}:1 there is no .yaml file in this folder"]


def test_problems_of_every_file_are_reported(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"title: x\nuuid: \xff\n")
    (tmp_path / "b.yaml").write_text("a: [1\n")
    (tmp_path / "c.yaml").write_text("- 1\n")
    (tmp_path / "d.yaml").write_text("# " + "x" * MAXIMUM_BYTES)
    assert [problem.split(":", 2)[:2] for problem in refused(tmp_path, tmp_path)] == [
        ["a.yaml", "2 the file is not UTF-8; save it as UTF-8"],
        ["b.yaml", "2 this is not YAML"],
        ["c.yaml", "1 write a mapping that begins with application"],
        ["d.yaml", "1 the file has more than 2,000,000 bytes; split it into several in one folder"],
    ]


def test_missing_file_is_a_problem(tmp_path: Path) -> None:
    assert refused(tmp_path / "x.yaml", tmp_path) == [
        "x.yaml:1 the file cannot be read: No such file or directory"
    ]


def test_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + HEAD.encode())
    assert load(file, steps=STEPS).application.name == "toys"


def test_empty_file_misses_the_application(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("")
    assert refused(tmp_path / "a.yaml", tmp_path) == [
        "a.yaml:1 missing key 'application'",
        "a.yaml:1 missing key 'uuid'",
    ]


def test_revision_changes_with_the_text(tmp_path: Path) -> None:
    first = loaded(tmp_path, "title: A\n").source.revision
    assert loaded(tmp_path, "title: A\n").source.revision == first
    assert loaded(tmp_path, "title: B\n").source.revision != first


def test_application_cannot_be_changed(tmp_path: Path) -> None:
    application = loaded(tmp_path, "").application
    with pytest.raises(ValueError, match="frozen"):
        application.title = "x"  # type: ignore[misc]


def test_definition_is_read_in_part_when_some_parts_are_wrong(tmp_path: Path) -> None:
    file = written(tmp_path, "models:\n  A: {propertys: {}}\n  B: {}\nroles: {admin: {}}\n")
    reading = read(file, steps=STEPS)
    assert reading.application is not None
    assert set(reading.application.models) == {"B", "Role"}
    assert reading.broken == {("models", "A")}
    assert [problem.message for problem in reading.problems] == [
        "unknown key 'propertys'. Did you mean 'properties'?"
    ]


@pytest.mark.parametrize("body", ["title: 5\n", "hosts: [1]\n", "models: []\n"])
def test_definition_is_not_read_when_its_head_is_wrong(tmp_path: Path, body: str) -> None:
    reading = read(written(tmp_path, body), steps=STEPS)
    assert reading.application is None
    assert len(reading.problems) == 1


def test_uuid_may_be_written_without_hyphens(tmp_path: Path) -> None:
    found = loaded(tmp_path, "roles:\n  a: {uuid: c5ad90ff1564ab78304f1bfc9b89ae20}\n")
    assert found.application.roles["a"].uuid == UUID("c5ad90ff-1564-ab78-304f-1bfc9b89ae20")
