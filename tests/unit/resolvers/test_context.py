from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from app.errors import NotFound
from app.resolvers.context import Generation
from tests.unit.permissions.test_permissions import application

APPLICATION = application(actions={"Upload file": {"allow": "public"}})
ACTION = APPLICATION.actions["Upload file"]
PROFILE = APPLICATION.authentication_profiles["Staff"]


def generation() -> Any:
    return SimpleNamespace(
        application=APPLICATION,
        actions_by_uuid={ACTION.uuid.hex: ACTION},
        profiles_by_uuid={PROFILE.uuid.hex: PROFILE},
    )


@pytest.mark.parametrize(
    "spelling", [str, lambda uuid: uuid.hex, lambda uuid: str(uuid).upper(), lambda uuid: uuid.hex.upper()]
)
def test_action_and_profile_are_found_by_any_spelling_of_their_uuid(spelling: Any) -> None:
    assert Generation.action(generation(), spelling(ACTION.uuid)) is ACTION
    assert Generation.profile(generation(), spelling(PROFILE.uuid)) is PROFILE


def test_action_and_profile_are_found_by_name() -> None:
    assert Generation.action(generation(), "Upload file") is ACTION
    assert Generation.profile(generation(), "Staff") is PROFILE


@pytest.mark.parametrize("id", ["", "upload file", "0" * 32, str(PROFILE.uuid), "\0", "x" * 10_000])
def test_action_that_is_not_there_is_not_found(id: str) -> None:
    with pytest.raises(NotFound) as caught:
        Generation.action(generation(), id)
    assert caught.value.message == "There is no action with this id."
    assert Generation.profile(generation(), "" if id == str(PROFILE.uuid) else id) is None
