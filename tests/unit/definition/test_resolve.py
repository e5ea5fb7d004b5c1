from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from app.definition.model import ROLE_MODEL, Input
from app.definition.names import derived_uuid
from app.definition.resolve import built_in_role, resolve
from tests.unit.definition.toys import loaded

APPLICATION = UUID("00000000-0000-4000-8000-000000000001")
BODY = """
    roles:
      admin: {}
    models:
      Media:
        uuid: 00000000-0000-4000-8000-000000000002
        properties:
          title: {kind: text}
          file: {kind: text, uuid: 00000000-0000-4000-8000-000000000003}
        relations:
          owner: {belongs_to: Media}
        views:
          names: {properties: [title]}
    actions:
      Ask:
        input:
          city: {kind: text, name: Your city}
        steps:
          - condition: =true
            then:
              - ask:
                  title: t
                  within: 1h
                  fields:
                    note: {kind: text}
"""


def test_part_gets_the_name_of_its_key(tmp_path: Path) -> None:
    application = loaded(tmp_path, BODY).application
    media = application.models["Media"]
    assert media.name == "Media"
    assert media.properties["title"].name == "title"
    assert media.relations["owner"].name == "owner"
    assert media.views["names"].name == "names"
    assert application.roles["admin"].name == "admin"


def test_input_has_its_key_as_name_and_its_label_beside(tmp_path: Path) -> None:
    city = loaded(tmp_path, BODY).application.actions["Ask"].input["city"]
    assert (city.name, city.label) == ("city", "Your city")


def test_input_within_the_options_of_a_step_gets_its_name_and_is_told_apart_by_the_steps_place(
    tmp_path: Path,
) -> None:
    step = loaded(tmp_path, BODY).application.actions["Ask"].steps[0].then[0]
    note: Input = step.options.fields["note"]
    assert note.name == "note"
    assert note.uuid == derived_uuid(APPLICATION, "input", "Ask.0.then.0.options.note")


def test_given_uuid_is_kept(tmp_path: Path) -> None:
    media = loaded(tmp_path, BODY).application.models["Media"]
    assert media.uuid == UUID("00000000-0000-4000-8000-000000000002")
    assert media.properties["file"].uuid == UUID("00000000-0000-4000-8000-000000000003")


@pytest.mark.parametrize(
    ("kind", "name"),
    [("property", "Media.title"), ("relation", "Media.owner"), ("view", "Media.names")],
)
def test_absent_uuid_is_derived_from_application_kind_and_full_name(
    tmp_path: Path, kind: str, name: str
) -> None:
    media = loaded(tmp_path, BODY).application.models["Media"]
    parts = {**media.properties, **media.relations, **media.views}
    assert parts[name.partition(".")[2]].uuid == derived_uuid(APPLICATION, kind, name)


def test_role_is_built_in(tmp_path: Path) -> None:
    role = loaded(tmp_path, BODY).application.models[ROLE_MODEL]
    assert role == built_in_role(APPLICATION)
    assert role.properties["name"].required
    assert role.properties["name"].unique
    assert (role.read, role.write) == ({}, {})
    assert role.properties["name"].uuid == derived_uuid(APPLICATION, "property", "Role.name")


def test_properties_of_the_server_have_names_and_uuids(tmp_path: Path) -> None:
    found = loaded(tmp_path, BODY).application.models["Media"].all_properties
    assert list(found) == ["id", "title", "file", "created_at", "updated_at"]
    assert [part.name for part in found.values()] == list(found)
    assert len({part.uuid for part in found.values()}) == 5


def test_resolving_again_changes_nothing(tmp_path: Path) -> None:
    application = loaded(tmp_path, BODY).application
    assert resolve(application) == application


def test_uuid_may_stand_on_whatever_has_a_name(tmp_path: Path) -> None:
    body = """
        configurations:
          greeting: {uuid: 00000000-0000-4000-8000-000000000004, value: hello}
        models:
          Shoe: {properties: {title: {kind: text}}}
        webservices:
          Shop: {host: example.org, endpoints: {List: {uuid: 00000000-0000-4000-8000-000000000005}}}
        api_generator:
          Shoe: {uuid: 00000000-0000-4000-8000-000000000006, path: /v1/shoes}
    """
    found = loaded(tmp_path, body).application
    parts = found.configurations["greeting"], found.webservices["Shop"].endpoints["List"]
    assert [(part.name, part.uuid.int % 16) for part in parts] == [("greeting", 4), ("List", 5)]
    assert found.api_generator["Shoe"].uuid.int % 16 == 6
