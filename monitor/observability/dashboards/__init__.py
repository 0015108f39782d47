"""Grafana's dashboards: what they show (`compliance`, `pipeline`, `resources`), and how that becomes JSON (`build`)."""

from functools import cache

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from monitor.observability.configuration import Addresses
from monitor.observability.dashboards.build import build
from monitor.observability.dashboards.compliance import COMPLIANCE
from monitor.observability.dashboards.pipeline import PIPELINE
from monitor.observability.dashboards.resources import RESOURCES
from monitor.observability.dashboards.spec import PanelSpec
from monitor.observability.rule import Panel

BOARDS = (COMPLIANCE, PIPELINE, RESOURCES)


def dashboard_files(addresses: Addresses) -> dict[str, str]:
    encoder = JSONEncoder(sort_keys=True, indent=2)
    return {f"{spec.board}.json": encoder.encode(build(spec, addresses)) + "\n" for spec in BOARDS}


def panel_number(panel: Panel) -> int:
    """What Grafana knows a panel by. Raises KeyError for one that does not stand on that dashboard."""
    return _numbers()[panel]


@cache
def _numbers() -> dict[Panel, int]:
    return {
        Panel(spec.board, each.key): number
        for spec in BOARDS
        for number, each in spec.numbered()
        if isinstance(each, PanelSpec)
    }
