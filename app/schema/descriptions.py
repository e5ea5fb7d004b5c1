"""Descriptions that tell a schema's reader what an application offers beside its models."""

from __future__ import annotations

from app.definition.model import Action, Application, Input


def of_action_field(application: Application) -> str:
    """What the mutation `action` does, with every action that callers may ask for."""
    lines = [_line(action) for action in application.actions.values() if action.allow]
    return "\n".join(["Runs an action by its id and answers `{results}`.", *(["", *lines] if lines else [])])


def of_profile_argument(application: Application) -> str:
    """The profiles that callers can log in with."""
    profiles = application.authentication_profiles.values()
    known = ", ".join(f"`{profile.name}` ({profile.uuid.hex})" for profile in profiles)
    return f"The uuid or name of a profile: {known or 'there is none'}."


def _line(action: Action) -> str:
    input = ", ".join(_entry(name, one) for name, one in action.input.items())
    about = f" {action.description.strip()}" if action.description.strip() else ""
    return f"- `{action.name}` ({action.uuid.hex}), input `{{{input}}}`.{about}"


def _entry(name: str, input: Input) -> str:
    return f"{name}: {input.model or input.kind}{'!' if input.required else ''}"
