"""Addresses of the web pages. Whatever links to them (alerts, rules, dashboards) takes its links from here."""

from collections.abc import Sequence
from urllib.parse import quote, urlencode


def incident_link(web: str, force: str, incident_ref: str) -> str:
    """The page of one incident. `web` is the address of the web pages, without a slash at its end."""
    return f"{web}/incidents/{quote(force, safe='')}/{quote(incident_ref, safe='')}"


def queue_link(web: str, **query: str | Sequence[str]) -> str:
    """The queue, narrowed by what it can be filtered by (force, severity, filter, unit, holder); of several, any."""
    return f"{web}/?{urlencode(query, doseq=True)}" if query else f"{web}/"
