"""The same alerts as Grafana-managed ones, as its file provisioning reads them.

That shape is not that of Grafana's API, and its reader ignores what it does not know: tests hold these files to a
strict schema. A rule becomes three nodes, as Grafana's own converter makes them: the query, whether it gave a number at
all, and whether that is so. No threshold is written twice: the comparison stands in the query.

While Prometheus cannot be asked, what stood for the bureau stands: nothing says that it is over. Operations are told.
"""

import re
from typing import Any

from monitor.observability.configuration import Configuration, seconds
from monitor.observability.dashboards import panel_number
from monitor.observability.links import links_of
from monitor.observability.prometheus import labels_of
from monitor.observability.rule import Alert, Audience
from monitor.observability.rules import alerts
from monitor.observability.wording import Dialect, worded

FOLDER = "Recording monitor"
INTERVAL = "60s"
SOURCE = "prometheus"  # uid of the data source
QUERY, MATH, THRESHOLD = "query", "prometheus_math", "threshold"
_EXPRESSION = {"type": "__expr__", "uid": "__expr__"}
_LOOKS_BACK = 600  # seconds; an instant query takes the last moment of it
_LONGEST_UID = 40
_WHEN_IT_CANNOT_BE_ASKED = {Audience.BUREAU: "KeepLast", Audience.OPERATIONS: "Error"}


def grafana_rules(configuration: Configuration) -> dict[str, Any]:
    made = alerts(configuration)
    return {"apiVersion": 1, "groups": [_group(configuration, made, audience) for audience in Audience]}


def rule_uid(name: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
    uid = f"rm-{words}"
    if len(uid) > _LONGEST_UID:
        raise ValueError(f"{uid} is too long for Grafana")
    return uid


def _group(configuration: Configuration, made: list[Alert], audience: Audience) -> dict[str, Any]:
    rules = [_rule(configuration, each) for each in made if each.audience is audience]
    return {"orgId": 1, "name": str(audience), "folder": FOLDER, "interval": INTERVAL, "rules": rules}


def _rule(configuration: Configuration, alert: Alert) -> dict[str, Any]:
    return {
        "uid": rule_uid(alert.name),
        "title": alert.name,
        "condition": THRESHOLD,
        "data": [_query(alert.expr), _is_number(), _is_so()],
        "for": _multiple(alert.lasting),
        "keepFiringFor": _multiple(alert.keep_firing),
        "noDataState": "OK",  # a comparison that does not hold gives no data
        "execErrState": _WHEN_IT_CANNOT_BE_ASKED[alert.audience],
        "isPaused": False,
        "dashboardUid": str(alert.panel.board),
        "panelId": panel_number(alert.panel),
        "labels": labels_of(alert),
        "annotations": {
            "summary": worded(alert.summary, Dialect.GRAFANA),
            "description": worded(alert.description, Dialect.GRAFANA),
            **links_of(configuration.addresses, alert),
        },
    }


def _multiple(length: str) -> str:
    """Grafana wants a multiple of the interval, or nothing."""
    every = seconds(INTERVAL)
    given = 0 if length == "0s" else seconds(length)
    return f"{-(-given // every) * every}s"


def _query(expr: str) -> dict[str, Any]:
    return {
        "refId": QUERY,
        "relativeTimeRange": {"from": _LOOKS_BACK, "to": 0},
        "datasourceUid": SOURCE,
        "model": {
            "datasource": {"type": "prometheus", "uid": SOURCE},
            "expr": expr,
            "instant": True,
            "range": False,
            "refId": QUERY,
        },
    }


def _is_number() -> dict[str, Any]:
    """A rule of Prometheus fires on whatever its query gives, also on nought."""
    expression = f"is_number(${QUERY}) || is_nan(${QUERY}) || is_inf(${QUERY})"
    return _node(MATH, {"type": "math", "expression": expression})


def _is_so() -> dict[str, Any]:
    condition = {"evaluator": {"params": [0], "type": "gt"}}
    return _node(THRESHOLD, {"type": "threshold", "expression": MATH, "conditions": [condition]})


def _node(ref_id: str, model: dict[str, Any]) -> dict[str, Any]:
    return {
        "refId": ref_id,
        "relativeTimeRange": {"from": 0, "to": 0},
        "datasourceUid": "__expr__",
        "model": {"datasource": _EXPRESSION, "refId": ref_id, **model},
    }
