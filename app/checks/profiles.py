"""Authentication profiles name properties and relations that can serve them."""

from __future__ import annotations

from datetime import timedelta

from app.checks.base import Finding, Findings, Subject, unknown
from app.definition.model import ROLE_MODEL, AuthenticationProfile, Model
from app.definition.source import Path

USERNAME_KINDS = ("text", "email", "phone_number")


def check(subject: Subject) -> Findings:
    """One finding for each name that is missing or of the wrong kind."""
    for name, profile in subject.application.authentication_profiles.items():
        path: Path = ("authentication_profiles", name)
        yield from _lifetimes(profile, path)
        model = subject.model(profile.model)
        if profile.kind == "custom":
            if profile.action is None:
                yield Finding(path, "a custom profile needs the action that decides: action: <name>")
        elif model is not None:
            yield from _credentials(profile, model, path)
        if model is not None:
            yield from _roles(profile, model, path)
            yield from _locale(profile, model, path)


def _lifetimes(profile: AuthenticationProfile, path: Path) -> Findings:
    for key in ("access_expires_in", "refresh_expires_in"):
        if getattr(profile, key) < timedelta(seconds=1):
            yield Finding((*path, key), "tokens live for at least a second")


def _credentials(profile: AuthenticationProfile, model: Model, path: Path) -> Findings:
    for key in ("username", "password", "roles"):
        if getattr(profile, key) is None:
            yield Finding(path, f"missing key {key!r}; a username_password profile needs it")
    yield from _username(profile, model, path)
    if profile.password is None:
        return
    found = model.all_properties.get(profile.password)
    if found is None:
        yield Finding((*path, "password"), _unknown_property(profile.password, model))
    elif found.kind != "password":
        yield Finding((*path, "password"), f"{profile.password} is of kind {found.kind}; it must be password")


def _username(profile: AuthenticationProfile, model: Model, path: Path) -> Findings:
    if profile.username is None:
        return
    found = model.all_properties.get(profile.username)
    if found is None:
        yield Finding((*path, "username"), _unknown_property(profile.username, model))
    elif found.kind not in USERNAME_KINDS:
        kinds = ", ".join(USERNAME_KINDS)
        yield Finding(
            (*path, "username"), f"{profile.username} is of kind {found.kind}; write one of {kinds}"
        )
    elif not found.unique and (profile.username,) not in model.unique:
        yield Finding(
            (*path, "username"), f"{profile.username} must be unique: true, so that it names one user"
        )


def _roles(profile: AuthenticationProfile, model: Model, path: Path) -> Findings:
    if profile.roles is None:
        return
    relation = model.relations.get(profile.roles)
    if relation is None:
        message = unknown("relation", profile.roles, [*model.relations], f" of {model.name}")
        yield Finding((*path, "roles"), message)
    elif relation.model != ROLE_MODEL:
        message = f"{profile.roles} leads to {relation.model}; it must lead to {ROLE_MODEL}"
        yield Finding((*path, "roles"), message)


def _locale(profile: AuthenticationProfile, model: Model, path: Path) -> Findings:
    if profile.locale is not None and profile.locale not in model.all_properties:
        yield Finding((*path, "locale"), _unknown_property(profile.locale, model))


def _unknown_property(name: str, model: Model) -> str:
    return unknown("property", name, [*model.all_properties], f" of {model.name}")
