"""Alertmanager's configuration: who is told of what, in how many messages, and what hides what.

The two audiences never share a message. A force's bureau gets one message for all of a kind that is wrong in the
force, worst first (see the template). Each kind has its own: a message tells again of all that fires in its group, and
Prometheus tells again for a quarter of an hour of what is over. What follows from a cause is hidden by it.
"""

from collections.abc import Mapping
from typing import Any

from monitor.contract.alerting import IncidentAlert
from monitor.contract.verdict import Severity
from monitor.observability.configuration import Configuration, Notify
from monitor.observability.rule import Audience

TEMPLATES = "templates/*.tmpl"
SILENT = "MonitorSilent"
# What cannot be known, or does not matter, while the first of a line fires. Of forces, only the same one.
OF_ALL: Mapping[str, tuple[str, ...]] = {
    "MetricsAbsent": (
        "WorkerDown",
        "WorkerStalled",
        "LagGrowing",
        "KnownTimeHeldBack",
        "ReviewOverdue",
        "RelayFailing",
    ),
    "DatabaseAway": (
        *("WorkerStalled", "LagGrowing", "KnownTimeHeldBack", "ReviewOverdue", "RelayFailing", "MigrationMissing"),
        "UnexpectedErrors",
    ),
    "BrokerAway": ("WorkerStalled", "LagGrowing", "KnownTimeHeldBack", "RelayFailing", "IncidentFeedSilent"),
    "WorkerStalled": ("LagGrowing", "KnownTimeHeldBack"),
    "DeadLetterStop": ("LagGrowing", "KnownTimeHeldBack"),
}
OF_FORCE: Mapping[str, tuple[str, ...]] = {
    "CrimeFeedSilent": (
        IncidentAlert.DUE_SOON,
        "DueSoonUnattended",
        "RecordedInTimeBelowThreshold",
        "KnownTimeHeldBack",
    ),
}

OF_PARTITION: Mapping[str, tuple[str, ...]] = {"DeadLetterStop": ("WorkerStalled",)}


def alertmanager_config(configuration: Configuration) -> dict[str, Any]:
    notify = configuration.notify
    return {
        "global": {
            "smtp_smarthost": notify.smarthost,
            "smtp_from": notify.from_address,
            "resolve_timeout": "5m",
        },
        "templates": [TEMPLATES],
        "route": _route(notify),
        "inhibit_rules": _inhibitions(),
        "receivers": _receivers(notify),
    }


def bureau_receiver(force: str) -> str:
    return f"bureau-{force}"


def _route(notify: Notify) -> dict[str, Any]:
    timing = notify.timing
    return {
        "receiver": str(Audience.OPERATIONS),  # what nobody thought of goes to those who can see to it
        "group_by": ["alertname"],
        "group_wait": timing.group_wait,
        "group_interval": timing.group_interval,
        "repeat_interval": timing.repeat_interval,
        "routes": [
            {
                "matchers": ['alertname="Watchdog"'],
                "receiver": "watchdog",
                "group_wait": "0s",
                "group_interval": "1m",
                "repeat_interval": "1m",
            },
            {
                "matchers": [f'audience="{Audience.BUREAU}"'],
                "receiver": str(Audience.BUREAU),
                "group_by": ["audience", "force", "alertname"],
                "routes": [*_by_force(notify), *_to_every_bureau(notify)],
            },
            {
                "matchers": [f'audience="{Audience.OPERATIONS}"', f'severity="{Severity.CRITICAL}"'],
                "receiver": str(Audience.OPERATIONS),
                "group_wait": "0s",
            },
        ],
    }


def _by_force(notify: Notify) -> list[dict[str, Any]]:
    return [{"matchers": [f'force="{force}"'], "receiver": bureau_receiver(force)} for force in sorted(notify.forces)]


def _to_every_bureau(notify: Notify) -> list[dict[str, Any]]:
    """That the monitor says nothing is said of no force, so each of them must hear it."""
    receivers = [*map(bureau_receiver, sorted(notify.forces)), str(Audience.BUREAU)]
    return [{"matchers": [f'alertname="{SILENT}"'], "receiver": each, "continue": True} for each in receivers]


def _inhibitions() -> list[dict[str, Any]]:
    return [
        *(_hides(*each) for each in OF_ALL.items()),
        *(_hides(*each, "force") for each in OF_FORCE.items()),
        *(_hides(*each, "topic", "partition") for each in OF_PARTITION.items()),
    ]


def _hides(source: str, targets: tuple[str, ...], *equal: str) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "source_matchers": [f'alertname="{source}"'],
        "target_matchers": [f'alertname=~"{"|".join(targets)}"'],
    }
    return {**rule, "equal": list(equal)} if equal else rule


def _receivers(notify: Notify) -> list[dict[str, Any]]:
    bureaux = {bureau_receiver(force): address for force, address in sorted(notify.forces.items())}
    people = {str(Audience.OPERATIONS): notify.operations, str(Audience.BUREAU): notify.bureau, **bureaux}
    watchdog = {"name": "watchdog", "webhook_configs": [{"url": notify.watchdog, "send_resolved": False}]}
    return [*(_receiver(name, address, notify.webhook) for name, address in people.items()), watchdog]


def _receiver(name: str, address: str, webhook: str) -> dict[str, Any]:
    mail = {
        "to": address,
        "send_resolved": True,
        "headers": {"Subject": '{{ template "recording.subject" . }}'},
        "html": '{{ template "recording.html" . }}',
        "text": '{{ template "recording.text" . }}',
    }
    return {
        "name": name,
        "email_configs": [mail],
        "webhook_configs": [{"url": webhook, "send_resolved": True}],
    }
