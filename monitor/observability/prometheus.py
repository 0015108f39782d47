"""The rules as Prometheus reads them."""

from collections.abc import Iterable
from typing import Any

from monitor.observability.configuration import Configuration
from monitor.observability.links import links_of
from monitor.observability.recordings import recordings
from monitor.observability.rule import Alert, Audience, Recording
from monitor.observability.rules import alerts
from monitor.observability.wording import Dialect, worded

INTERVAL = "30s"


def rule_files(configuration: Configuration) -> dict[str, Any]:
    """By name, in the order in which they lean on each other."""
    made = alerts(configuration)
    return {
        "recordings.yml": _file("recordings", [_recorded(each) for each in recordings(configuration)]),
        **{f"{audience}.yml": _file(audience, _alerts(configuration, made, audience)) for audience in Audience},
    }


def _file(name: str, rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {"groups": [{"name": str(name), "interval": INTERVAL, "rules": rules}]}


def _recorded(recording: Recording) -> dict[str, Any]:
    labels = {"labels": dict(recording.labels)} if recording.labels else {}
    return {"record": recording.record, "expr": recording.expr, **labels}


def _alerts(configuration: Configuration, made: Iterable[Alert], audience: Audience) -> list[dict[str, Any]]:
    return [_alert(configuration, each) for each in made if each.audience is audience]


def _alert(configuration: Configuration, alert: Alert) -> dict[str, Any]:
    times = {"for": alert.lasting, "keep_firing_for": alert.keep_firing}
    return {
        "alert": alert.name,
        "expr": alert.expr,
        **{name: length for name, length in times.items() if length != "0s"},
        "labels": labels_of(alert),
        "annotations": {
            "summary": worded(alert.summary, Dialect.PROMETHEUS),
            "description": worded(alert.description, Dialect.PROMETHEUS),
            **links_of(configuration.addresses, alert),
        },
    }


def labels_of(alert: Alert) -> dict[str, str]:
    """Those of the rule; what the series carries comes beside them."""
    severity = {"severity": str(alert.severity)} if alert.severity else {}
    return {"audience": str(alert.audience), **severity}
