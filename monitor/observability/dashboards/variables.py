"""What the reader of a dashboard chooses: data sources, force and severity."""

from typing import Any

from grafana_foundation_sdk.builders.dashboard import CustomVariable, DatasourceVariable, QueryVariable
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.dashboard import VariableOption, VariableRefresh, VariableSort

from monitor.contract.verdict import Severity
from monitor.observability.dashboards.sql import POSTGRES
from monitor.observability.recordings import ALL

PROMETHEUS_SOURCE = DataSourceRef(type_val="prometheus", uid="${prometheus}")
POSTGRES_SOURCE = DataSourceRef(type_val=POSTGRES, uid="${postgres}")
_ALL = VariableOption(text="All", value="$__all")


def variables(chosen: tuple[str, ...], with_database: bool) -> list[Any]:
    makers = {"force": _force, "severity": _severity}
    database = [_source("postgres", "Database", POSTGRES)] if with_database else []
    return [_source("prometheus", "Prometheus", "prometheus"), *database, *(makers[name]() for name in chosen)]


def _source(name: str, label: str, kind: str) -> DatasourceVariable:
    """Its provisioned one has the variable's name as uid."""
    current = VariableOption(text=label, value=name)
    return DatasourceVariable(name).label(label).description("Where the numbers come from.").type(kind).current(current)


def _force() -> QueryVariable:
    return (
        QueryVariable("force")
        .label("Force")
        .description("One force, several, or all.")
        .datasource(PROMETHEUS_SOURCE)
        .query(f"label_values({ALL}, force)")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(_ALL)
    )


def _severity() -> CustomVariable:
    return (
        CustomVariable("severity")
        .label("Severity")
        .description("By the rules: critical is rape, homicide, or a child hurt; high is domestic abuse or injury.")
        .values(",".join(reversed(Severity)))
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(_ALL)
    )
