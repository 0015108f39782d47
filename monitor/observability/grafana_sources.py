"""Where Grafana takes its numbers and dashboards from."""

from typing import Any

from monitor.observability.dashboards.sql import POSTGRES
from monitor.observability.grafana_alerts import FOLDER

DASHBOARDS = "/etc/grafana/dashboards"  # where compose.yaml mounts grafana/dashboards


def data_sources() -> dict[str, Any]:
    """Addresses and the password come from the environment of Grafana; deploy/compose.yaml sets them."""
    prometheus = _source("prometheus", "Prometheus", "prometheus", "$PROMETHEUS_URL", isDefault=True)
    alertmanager = _source("alertmanager", "Alertmanager", "alertmanager", "$ALERTMANAGER_URL")
    database = _source("postgres", "Database", POSTGRES, "$DATABASE_HOST", user="$DATABASE_READER")
    return {
        "apiVersion": 1,
        "datasources": [
            {**prometheus, "jsonData": {"httpMethod": "POST", "timeInterval": "15s", "prometheusType": "Prometheus"}},
            {**alertmanager, "jsonData": {"implementation": "prometheus", "handleGrafanaManagedAlerts": False}},
            {
                **database,
                "jsonData": {"database": "$DATABASE_NAME", "sslmode": "$DATABASE_SSLMODE", "postgresVersion": 1500},
                "secureJsonData": {"password": "$DATABASE_READER_PASSWORD"},
            },
        ],
    }


def _source(uid: str, name: str, kind: str, url: str, **more: Any) -> dict[str, Any]:
    return {
        "orgId": 1,
        "uid": uid,
        "name": name,
        "type": kind,
        "access": "proxy",
        "url": url,
        "editable": False,
        "isDefault": False,
        **more,
    }


def dashboard_provider() -> dict[str, Any]:
    return {
        "apiVersion": 1,
        "providers": [
            {
                "orgId": 1,
                "name": "recording-monitor",
                "folder": FOLDER,
                "type": "file",
                "disableDeletion": True,
                "allowUiUpdates": False,
                "updateIntervalSeconds": 30,
                "options": {"path": DASHBOARDS},
            }
        ],
    }
