"""Addresses of the web pages. Whatever links to them (alerts, rules, dashboards) takes its links from here."""

from urllib.parse import quote, urlencode


def incident_link(web: str, force: str, incident_ref: str) -> str:
    """The page of one incident. `web` is the address of the web pages, without a slash at its end."""
    return f"{web}/incidents/{quote(force, safe='')}/{quote(incident_ref, safe='')}"


def queue_link(web: str, **query: str) -> str:
    """The queue, narrowed by what it can be filtered by: force, severity, filter, unit, channel."""
    return f"{web}/?{urlencode(query)}" if query else f"{web}/"
