"""Models as a picture."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from app.definition.model import Application
from app.functions import load_application
from app.main import EXAMPLES
from app.pages.drawings.entities import draw_models, edges_of

MODELS = """\
application: a
uuid: 0b8a5f0a-6a0b-4a51-9c57-1f0f5b7e2a10
models:
  Owner:
    properties: {name: {kind: text, required: true, unique: true}}
    relations: {pets: {has_many: Pet}, friends: {has_and_belongs_to_many: Owner}}
  Pet:
    relations:
      owner: {belongs_to: Owner}
      mother: {belongs_to: Pet}
      vet: {belongs_to: Vet}
      toys: {has_and_belongs_to_many: Toy}
  Vet: {relations: {licence: {has_one: Licence}}}
  Licence: {relations: {vet: {belongs_to: Vet}}}
  Toy: {relations: {pets: {has_and_belongs_to_many: Pet}}}
  Alone: {}
"""


def models(folder: Path, text: str = MODELS) -> Application:
    file = folder / "models.yaml"
    file.write_text(text)
    return load_application(file).application


def test_relation_is_one_line_whether_it_is_written_once_or_twice(tmp_path: Path) -> None:
    edges = {
        (edge.left, edge.right): (edge.left_many, edge.right_many) for edge in edges_of(models(tmp_path))
    }
    assert edges == {
        ("Owner", "Pet"): (False, True),
        ("Owner", "Owner"): (True, True),
        ("Pet", "Pet"): (False, True),
        ("Vet", "Pet"): (False, True),
        ("Pet", "Toy"): (True, True),
        ("Vet", "Licence"): (False, False),
    }


def test_model_shows_its_properties_and_relations(tmp_path: Path) -> None:
    picture = draw_models(models(tmp_path), {"Owner": "anybody reads"})
    boxes = {box.texts[0].text: box for box in picture.boxes}
    assert boxes.keys() == {"Owner", "Pet", "Vet", "Licence", "Toy", "Alone"}
    assert [text.text for text in boxes["Owner"].texts] == [
        *("Owner", "anybody reads", "name *", "text unique", "pets", "many Pet", "friends", "many Owner")
    ]
    assert boxes["Owner"].x < boxes["Pet"].x < boxes["Toy"].x


def test_line_begins_and_ends_at_the_rows_of_the_relation(tmp_path: Path) -> None:
    picture = draw_models(models(tmp_path), {})
    boxes = {box.texts[0].text: box for box in picture.boxes}
    owner, pet = boxes["Owner"], boxes["Pet"]
    (line,) = (
        line for line in picture.lines if line.points[0] == (owner.x + owner.width, owner.y + 30 + 18 + 9)
    )
    assert line.bent and line.points[-1] == (pet.x, pet.y + 30 + 9)


def test_pictures_of_the_examples_have_room_for_every_box(tmp_path: Path) -> None:
    applications = [load_application(file).application for file in sorted(EXAMPLES.glob("*.yaml"))]
    for application in [*applications, models(tmp_path)]:
        picture = draw_models(application, {})
        for one, other in combinations(picture.boxes, 2):
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y
        for box in picture.boxes:
            assert box.x >= 0 and box.x + box.width <= picture.width
            assert box.y >= 0 and box.y + box.height <= picture.height


def test_hundred_models_are_drawn_within_a_second(tmp_path: Path) -> None:
    names = [f"M{number}" for number in range(100)]
    text = "application: a\nuuid: 0b8a5f0a-6a0b-4a51-9c57-1f0f5b7e2a10\nmodels:\n"
    for number, name in enumerate(names):
        before = "".join(f"r{at}: {{belongs_to: {names[at]}}}, " for at in range(max(0, number - 2), number))
        text += f"  {name}: {{relations: {{{before}}}}}\n"
    assert len(draw_models(models(tmp_path, text), {}).boxes) == 100
