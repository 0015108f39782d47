"""Every file that is made here, by its path from the top of the repository."""

from typing import Any

import yaml

from monitor.observability.alertmanager import alertmanager_config
from monitor.observability.configuration import Configuration
from monitor.observability.dashboards import dashboard_files
from monitor.observability.grafana_alerts import grafana_rules
from monitor.observability.grafana_notify import contact_points, mute_times, policies
from monitor.observability.grafana_sources import dashboard_provider, data_sources
from monitor.observability.prometheus import rule_files

_MADE = "# Made by `make observability` from monitor/observability and deploy/observability.toml: change those.\n"


def files(configuration: Configuration) -> dict[str, str]:
    return {
        **{f"deploy/prometheus/rules/{name}": as_yaml(made) for name, made in rule_files(configuration).items()},
        "deploy/alertmanager/alertmanager.yml": as_yaml(alertmanager_config(configuration)),
        **{f"grafana/provisioning/{name}.yaml": as_yaml(made) for name, made in _provisioning(configuration).items()},
        **{f"grafana/dashboards/{name}": made for name, made in dashboard_files(configuration.addresses).items()},
    }


def _provisioning(configuration: Configuration) -> dict[str, Any]:
    return {
        "datasources/recording-monitor": data_sources(),
        "dashboards/recording-monitor": dashboard_provider(),
        "alerting/rules": grafana_rules(configuration),
        "alerting/contact-points": contact_points(configuration),
        "alerting/mute-times": mute_times(),
        "alerting/policies": policies(configuration),
    }


def as_yaml(made: Any) -> str:
    return _MADE + yaml.dump(made, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


class _Plain(yaml.SafeDumper):
    """What stands twice is written twice: nobody reads anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
