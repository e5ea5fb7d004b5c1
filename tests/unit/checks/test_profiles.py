from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.profiles import check
from tests.unit.checks.findings import findings

BASE = """
    models:
      Member:
        properties:
          email: {kind: email, unique: true}
          nick: {kind: text}
          age: {kind: number}
          password: {kind: password}
        relations:
          roles: {has_and_belongs_to_many: Role}
          friends: {has_and_belongs_to_many: Member}
    authentication_profiles:
      P:
        """
AT = "15 authentication_profiles.P"


@pytest.mark.parametrize(
    ("profile", "lines"),
    [
        ("username: email, password: password, roles: roles, locale: nick", []),
        (
            "locale: x",
            [
                f"{AT}: missing key 'password'; a username_password profile needs it",
                f"{AT}: missing key 'roles'; a username_password profile needs it",
                f"{AT}: missing key 'username'; a username_password profile needs it",
                f"{AT}.locale: unknown property 'x' of Member.",
            ],
        ),
        (
            "username: emial, password: pasword, roles: role",
            [
                f"{AT}.password: unknown property 'pasword' of Member. Did you mean 'password'?",
                f"{AT}.roles: unknown relation 'role' of Member. Did you mean 'roles'?",
                f"{AT}.username: unknown property 'emial' of Member. Did you mean 'email'?",
            ],
        ),
        (
            "username: age, password: email, roles: friends",
            [
                f"{AT}.password: email is of kind email; it must be password",
                f"{AT}.roles: friends leads to Member; it must lead to Role",
                f"{AT}.username: age is of kind number; write one of text, email, phone_number",
            ],
        ),
        (
            "username: nick, password: password, roles: roles",
            [f"{AT}.username: nick must be unique: true, so that it names one user"],
        ),
        (
            "username: email, password: password, roles: roles, access_expires_in: 1ms",
            [f"{AT}.access_expires_in: tokens live for at least a second"],
        ),
    ],
)
def test_profile_of_user_names_and_passwords(tmp_path: Path, profile: str, lines: list[str]) -> None:
    body = f"{BASE}{{kind: username_password, model: Member, {profile}}}".replace("P:\n        {", "P: {")
    expected = [line.replace("15 ", "14 ", 1) for line in lines]
    assert findings(check, tmp_path, body) == expected


@pytest.mark.parametrize(
    ("profile", "lines"),
    [
        ("action: Decide, roles: roles", []),
        (
            "roles: roles",
            ["14 authentication_profiles.P: a custom profile needs the action that decides: action: <name>"],
        ),
    ],
)
def test_custom_profile(tmp_path: Path, profile: str, lines: list[str]) -> None:
    body = f"{BASE}{{kind: custom, model: Member, {profile}}}".replace("P:\n        {", "P: {")
    assert findings(check, tmp_path, body) == lines
