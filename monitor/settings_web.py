"""The settings of the web pages: part of `Settings`, and read in the same way."""

import ipaddress
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, Field


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _address(value: str) -> str:
    """Where cookies and the sign-in's way back would travel in the clear, there is no address."""
    parts = urlsplit(value)
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if secure and parts.hostname and parts.path in {"", "/"} and not parts.query:
        return f"{parts.scheme}://{parts.netloc}"
    raise ValueError("must be https://HOST without a path (http:// only on this machine)")


def _issuer(value: str) -> str:
    parts = urlsplit(value)
    if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))):
        return value.rstrip("/")
    raise ValueError("must be the https:// address of an OpenID Connect provider")


def _pairs(value: str) -> str:
    if all(sign and name.strip() and role.strip() for name, sign, role in _parts(value)):
        return value
    raise ValueError("must be NAME=ROLE pairs with commas between, such as fcr-team=registrar,control-room=bureau")


def _parts(value: str) -> list[tuple[str, str, str]]:
    return [entry.partition("=") for entry in value.split(",") if entry.strip()]


class WebSettings(BaseModel):
    web_host: str = Field(default="127.0.0.1", min_length=1)
    web_port: int = Field(default=8080, ge=0, le=65535)
    web_address: Annotated[str, BeforeValidator(_address)] | None = None  # how users reach it, behind any proxy
    development_sign_in: bool = False  # anybody on this machine is who they say they are
    oidc_issuer: Annotated[str, BeforeValidator(_issuer)] | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = Field(default=None, repr=False)
    oidc_api_audience: str | None = Field(default=None, min_length=1)  # of access tokens for the API; none: no API
    oidc_scope: str = "openid profile"
    oidc_name_claim: str = "name"
    oidc_roles_claim: str = "roles"  # dots lead into nested claims: realm_access.roles
    oidc_forces_claim: str = "forces"
    oidc_role_names: Annotated[str, BeforeValidator(_pairs)] = ""  # the provider's name of a role = ours, ...

    @property
    def roles_by_name(self) -> dict[str, str]:
        """Our role for each name of the provider's that is not ours already."""
        return {name.strip(): role.strip() for name, _, role in _parts(self.oidc_role_names)}
