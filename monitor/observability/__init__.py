"""What watches the monitor: Prometheus rules, Alertmanager's configuration, Grafana's dashboards and alerts.

All of it is made here, from one set of rules and one file of thresholds (deploy/observability.toml), and committed as
it is made: `make observability` writes deploy/ and grafana/ anew, and a test fails where they differ.

Read `configuration`, `rule`, `bureau_alerts` and `operations_alerts` for what is watched; `prometheus`, `alertmanager`
and `grafana_alerts` for how it is written down; `dashboards` for what is shown.
"""
