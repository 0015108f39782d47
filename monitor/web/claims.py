"""From a provider's claims to a user: who, in which roles, of which forces."""

from collections.abc import Mapping
from typing import Any

from monitor.contract.identity import canonical_force
from monitor.settings import Settings
from monitor.web.access import ALL_FORCES, Role, User, user_from
from monitor.web.oidc import SignInFailed


def user_of(claims: Mapping[str, Any], settings: Settings) -> User:
    """Raises SignInFailed for an account without a role or force: it could see nothing."""
    roles, forces = _roles(claims, settings), _forces(claims, settings)
    if not roles:
        raise SignInFailed("Your account has no role here. Ask whoever looks after accounts for one.")
    if not forces:
        raise SignInFailed("Your account names no force. Ask whoever looks after accounts to add yours.")
    subject = str(claims["sub"])
    name = str(claims.get(settings.oidc_name_claim) or claims.get("preferred_username") or subject)
    return user_from({"subject": subject, "name": name, "roles": roles, "forces": forces})


def _roles(claims: Mapping[str, Any], settings: Settings) -> list[str]:
    """Those that nobody knows here are of other applications."""
    ours = {role.value: role.value for role in Role} | settings.roles_by_name
    named = _values(_claim(claims, settings.oidc_roles_claim))
    return sorted({ours[name] for name in named if ours.get(name) in list(Role)})


def _forces(claims: Mapping[str, Any], settings: Settings) -> list[str]:
    return [_force(name) for name in _values(_claim(claims, settings.oidc_forces_claim))]


def _force(name: str) -> str:
    try:
        return name if name == ALL_FORCES else canonical_force(name)
    except ValueError:
        raise SignInFailed("Your account names a force that there cannot be.") from None


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    """By its whole name, or else step by step along the dots."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _values(claim: Any) -> list[str]:
    """A list, or one text with commas between."""
    if isinstance(claim, str):
        claim = claim.split(",")
    return [value.strip() for value in claim if isinstance(value, str) and value.strip()] if claim else []
