"""Whom Grafana tells: contact points and notification policies, after the same people and groups as Alertmanager's."""

from typing import Any

from monitor.observability.alertmanager import SILENT, bureau_receiver
from monitor.observability.configuration import Configuration, Notify
from monitor.observability.rule import Audience

NOT_SENT = "alertmanager-sends"


def contact_points(configuration: Configuration) -> dict[str, Any]:
    notify = configuration.notify
    bureaux = {bureau_receiver(force): address for force, address in sorted(notify.forces.items())}
    people = {str(Audience.OPERATIONS): notify.operations, str(Audience.BUREAU): notify.bureau, **bureaux}
    points = [_point(name, _mail(name, address), _webhook(name, notify.webhook)) for name, address in people.items()]
    watchdog = _webhook("watchdog", notify.watchdog) | {"disableResolveMessage": True}
    return {"apiVersion": 1, "contactPoints": [*points, _point("watchdog", watchdog)]}


def _point(name: str, *receivers: dict[str, Any]) -> dict[str, Any]:
    return {"orgId": 1, "name": name, "receivers": list(receivers)}


def _mail(name: str, address: str) -> dict[str, Any]:
    return _receiver(f"{name}-mail", "email", {"addresses": address, "singleEmail": True})


def _webhook(name: str, url: str) -> dict[str, Any]:
    return _receiver(f"{name}-webhook", "webhook", {"url": url, "httpMethod": "POST"})


def _receiver(uid: str, kind: str, settings: dict[str, Any]) -> dict[str, Any]:
    return {"uid": uid, "type": kind, "settings": settings, "disableResolveMessage": False}


def policies(configuration: Configuration) -> dict[str, Any]:
    notify = configuration.notify
    timing = notify.timing.model_dump()
    routes = [_watchdog(), _bureaux(notify), _route(Audience.OPERATIONS, audience=Audience.OPERATIONS)]
    if not notify.grafana_sends:
        routes = [_not_sent(each) for each in routes]
    root = {"orgId": 1, "receiver": str(Audience.OPERATIONS), "group_by": ["grafana_folder", "alertname"], **timing}
    return {"apiVersion": 1, "policies": [{**root, "routes": routes}]}


def mute_times() -> dict[str, Any]:
    """All day, for a Grafana that shows alerts which Alertmanager sends."""
    always = {"times": [{"start_time": "00:00", "end_time": "24:00"}]}
    return {"apiVersion": 1, "muteTimes": [{"orgId": 1, "name": NOT_SENT, "time_intervals": [always]}]}


def _bureaux(notify: Notify) -> dict[str, Any]:
    names = [*map(bureau_receiver, sorted(notify.forces)), str(Audience.BUREAU)]
    by_force = [_route(bureau_receiver(force), force=force) for force in sorted(notify.forces)]
    to_all = [{**_route(name, alertname=SILENT), "continue": True} for name in names]
    whole = _route(Audience.BUREAU, audience=Audience.BUREAU)
    return {**whole, "group_by": ["audience", "force", "alertname"], "routes": [*by_force, *to_all]}


def _watchdog() -> dict[str, Any]:
    often = {"group_wait": "0s", "group_interval": "1m", "repeat_interval": "1m"}
    return {**_route("watchdog", alertname="Watchdog"), **often}


def _route(receiver: str, **labels: str) -> dict[str, Any]:
    matchers = [[name, "=", str(value)] for name, value in labels.items()]
    return {"receiver": str(receiver), "object_matchers": matchers}


def _not_sent(route: dict[str, Any]) -> dict[str, Any]:
    """Neither what it matches nor what its children do."""
    children = {"routes": [_not_sent(each) for each in route["routes"]]} if "routes" in route else {}
    return {**route, "mute_time_intervals": [NOT_SENT], **children}
