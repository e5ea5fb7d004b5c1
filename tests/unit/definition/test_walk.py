from __future__ import annotations

from pathlib import Path

import pytest

from app.definition.source import path_text
from app.definition.walk import texts, walk
from tests.unit.definition.toys import loaded

BODY = """
    roles: {admin: {}}
    models:
      Media:
        properties:
          title: {kind: text, hidden: {except: admin}}
        relations:
          owner: {belongs_to: Media}
        read: {admin: {title: {eq: =me.name}}}
    webservices:
      Web:
        host: "{{ config.host }}"
        endpoints:
          Go: {body: {a: ["{{ x }}"]}}
    actions:
      Do it:
        model: Media
        allow: [admin, public]
        input: {media: {model: Media}}
        steps:
          - condition: =media
            then:
              - find: {model: Media, where: {_or: [{title: =media.title}]}, sort: [{field: title}]}
                if: =true
                as: found
              - assign: {a: =found}
          - call: {action: Do it, with: {media: =a}}
        result: =a
    api_generator: {Media: {path: /media}}
    records: {Media: [{title: x}]}
"""


@pytest.mark.parametrize(
    ("to", "paths"),
    [
        (
            "model",
            {
                "models.Media.relations.owner.belongs_to",
                "actions.Do it.model",
                "actions.Do it.input.media.model",
                "actions.Do it.steps[0].then[0].find.model",
                "api_generator.Media",
                "records.Media",
            },
        ),
        (
            "role",
            {
                "models.Media.read.admin",
                "models.Media.properties.title.hidden.except[0]",
                "actions.Do it.allow[0]",
                "actions.Do it.allow[1]",
            },
        ),
        ("action", {"actions.Do it.steps[1].call.action"}),
        ("input", {"actions.Do it.steps[1].call.with.media"}),
        ("member", {"actions.Do it.steps[0].then[0].find.sort[0].field"}),
        ("result", {"actions.Do it.steps[0].then[1].assign.variables.a"}),
    ],
)
def test_references_are_found_with_their_paths(tmp_path: Path, to: str, paths: set[str]) -> None:
    application = loaded(tmp_path, BODY).application
    assert {path_text(found.path) for found in walk(application) if found.to == to} == paths


def test_texts_are_found_wherever_they_stand(tmp_path: Path) -> None:
    application = loaded(tmp_path, BODY).application
    assert {path_text(path): sorted(text.names) for path, text in texts(application) if text.names} == {
        "models.Media.read.admin.title.eq": ["me"],
        "webservices.Web.host": ["config"],
        "webservices.Web.endpoints.Go.body": ["x"],
        "actions.Do it.steps[0].condition.test": ["media"],
        "actions.Do it.steps[0].then[0].find.where._or[0].title": ["media"],
        "actions.Do it.steps[0].then[1].assign.variables.a": ["found"],
        "actions.Do it.steps[1].call.with.media": ["a"],
        "actions.Do it.result": ["a"],
    }


def test_owner_of_a_reference_is_told_by_what_is_beside_it(tmp_path: Path) -> None:
    application = loaded(tmp_path, BODY).application
    found = next(found for found in walk(application) if found.to == "member")
    assert found.beside("model") == "Media"


def test_step_hides_what_stands_around_it(tmp_path: Path) -> None:
    application = loaded(tmp_path, BODY).application
    found = next(found for found in walk(application) if found.to == "input")
    assert found.beside("model") is None
