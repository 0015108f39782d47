"""Every file that is made here, by its path from the top of the repository."""

from typing import Any

import yaml

from monitor.observability.alertmanager import alertmanager_config
from monitor.observability.configuration import Configuration
from monitor.observability.dashboards import dashboard_files
from monitor.observability.prometheus import rule_files

_MADE = "# Made by `make observability` from monitor/observability and deploy/observability.toml: change those.\n"


def files(configuration: Configuration) -> dict[str, str]:
    return {
        **{f"deploy/prometheus/rules/{name}": as_yaml(made) for name, made in rule_files(configuration).items()},
        "deploy/alertmanager/alertmanager.yml": as_yaml(alertmanager_config(configuration)),
        **{f"grafana/dashboards/{name}": made for name, made in dashboard_files(configuration.addresses).items()},
    }


def as_yaml(made: Any) -> str:
    return _MADE + yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=120)
