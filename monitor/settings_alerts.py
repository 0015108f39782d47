"""Settings of the alerts that are posted to Alertmanager: part of `Settings`, and read in the same way."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator


def _base(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme in {"http", "https"} and parts.hostname and not parts.query and not parts.fragment:
        return value.rstrip("/")
    raise ValueError("must be an http:// or https:// address without a query, such as http://127.0.0.1:9093")


class AlertSettings(BaseModel):
    alertmanager_url: Annotated[str, BeforeValidator(_base)] | None = None  # none: nothing is posted
    runbooks_url: Annotated[str, BeforeValidator(_base)] | None = None  # where docs/runbooks can be read
