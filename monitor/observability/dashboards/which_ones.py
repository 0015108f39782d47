"""The tables of the bureau's dashboard: which incidents the numbers are made of."""

from monitor.observability import narrowed
from monitor.observability.dashboards.spec import Kind, PanelSpec, Query, RowSpec
from monitor.store import dashboard_queries as sql
from monitor.store.concerns import Concern

WHICH_ONES = RowSpec(
    "Which ones",
    (
        PanelSpec(
            "worst_first",
            "Needing a person, worst first",
            "The 200 most serious incidents whose alert fires, the longest overdue first. Each row opens its incident.",
            "none",
            Kind.TABLE,
            (Query(sql.WORST_FIRST),),
            width=24,
            height=12,
            queue={"filter": Concern.FIRING},
            lists_incidents=True,
        ),
        PanelSpec(
            "by_unit",
            "Nothing or too little recorded, by unit",
            "Who owns the logs with no crime record after their deadline, or too few, and when the oldest was due.",
            "none",
            Kind.TABLE,
            (Query(sql.UNRECORDED_BY_UNIT),),
            queue=narrowed.UNRECORDED,
            also_too_few=True,
        ),
        PanelSpec(
            "by_channel",
            "Nothing or too little recorded, by channel",
            "How the reports came that have no crime record after their deadline, or too few.",
            "none",
            Kind.TABLE,
            (Query(sql.UNRECORDED_BY_CHANNEL),),
            queue=narrowed.UNRECORDED,
            also_too_few=True,
        ),
        PanelSpec(
            "recoding",
            "Re-coded: opened as, and says now",
            "Logs re-coded from a crime type to something quieter with no reason that holds, by the force's own codes.",
            "none",
            Kind.TABLE,
            (Query(sql.RECODED),),
            queue={"filter": Concern.RECODED},
        ),
    ),
)
