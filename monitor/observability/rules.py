"""All alerts that rules raise. Those of single incidents come from the worker: see `monitor.stream.alertmanager`."""

from monitor.observability.bureau_alerts import bureau_alerts
from monitor.observability.configuration import Configuration
from monitor.observability.operations_alerts import operations_alerts
from monitor.observability.rule import Alert


def alerts(configuration: Configuration) -> list[Alert]:
    return [*bureau_alerts(configuration), *operations_alerts(configuration)]
