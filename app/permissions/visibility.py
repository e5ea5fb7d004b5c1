"""What exists for whom: hidden properties do not, for those they are hidden from."""

from __future__ import annotations

from app.definition.model import ROLE_MODEL, Application, HiddenFrom, Property


def telling_roles(application: Application) -> frozenset[str]:
    """The roles on which it depends what exists: those that see a hidden property, or may give roles."""
    models = application.models.values()
    seeing = (
        role
        for model in models
        for property in model.properties.values()
        if isinstance(property.hidden, HiddenFrom)
        for role in property.hidden.roles
    )
    giving = (name for name, role in application.roles.items() if "manage" in role.privileges)
    given = any(relation.model == ROLE_MODEL for model in models for relation in model.relations.values())
    return frozenset([*seeing, *(giving if given else ())])


def visible(property: Property, roles: frozenset[str]) -> bool:
    """Whether a property exists for callers with these roles."""
    if isinstance(property.hidden, HiddenFrom):
        return bool(roles.intersection(property.hidden.roles))
    return not property.hidden
