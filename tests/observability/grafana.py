"""Grafana's files as they are committed, and what Grafana would put into a query before it asks."""

import json
import re
from functools import cache
from typing import Any

import yaml

from tests.observability.world import ROOT

FOLDER = ROOT / "grafana"
SOURCES = {"prometheus", "postgres"}  # variables and uids alike
_BUILT_IN = {"__rate_interval": "1m", "__interval": "30s", "__range": "6h"}
_VARIABLE = re.compile(r"\$\{?(\w+)(?::\w+)?\}?")


@cache
def provisioned(name: str) -> Any:
    """`alerting/rules`, `datasources/recording-monitor`, …"""
    return yaml.safe_load((FOLDER / f"provisioning/{name}.yaml").read_text("utf-8"))


@cache
def dashboards() -> dict[str, Any]:
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((FOLDER / "dashboards").iterdir())}


def panels(dashboard: Any) -> list[Any]:
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def all_panels() -> list[tuple[str, Any]]:
    return [(uid, panel) for uid, dashboard in dashboards().items() for panel in panels(dashboard)]


def targets(kind: str) -> list[tuple[str, Any]]:
    """The queries of this key (`expr` or `rawSql`), each with where it stands."""
    return [
        (f"{uid}, {panel['title']}", target)
        for uid, panel in all_panels()
        for target in panel["targets"]
        if kind in target
    ]


def alert_rules() -> list[Any]:
    return [rule for group in provisioned("alerting/rules")["groups"] for rule in group["rules"]]


def filled_in(query: str, window: str = "1m") -> str:
    """Of all forces and severities."""
    return _VARIABLE.sub(lambda found: {**_BUILT_IN, "__rate_interval": window}.get(found[1], ".*"), query)


def variables_in(text: str) -> set[str]:
    return {name for name in _VARIABLE.findall(text) if not name.startswith("__")}
