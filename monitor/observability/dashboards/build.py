"""From the specification to Grafana's own model, by its SDK."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from grafana_foundation_sdk.builders import bargauge, heatmap, stat, table, timeseries
from grafana_foundation_sdk.builders.common import (
    ReduceDataOptions,
    StackingConfig,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.dashboard import Dashboard, DashboardLink, Row, ThresholdsConfig
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.common import (
    BigValueTextMode,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    TooltipDisplayMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from monitor.links import incident_link, queue_link
from monitor.observability import narrowed
from monitor.observability.configuration import Addresses
from monitor.observability.dashboards.spec import BoardSpec, Kind, PanelSpec, Query, RowSpec, Steps
from monitor.observability.dashboards.sql import SqlQuery
from monitor.observability.dashboards.variables import POSTGRES_SOURCE, PROMETHEUS_SOURCE, variables
from monitor.observability.rule import Board, Narrowed

_COLUMNS = 24
_MARK = re.compile("%3C(\\w+)%3E")
_GREEN, _AMBER, _RED = "green", "orange", "red"
_UNKNOWN = "unknown"


def build(spec: BoardSpec, addresses: Addresses) -> model.Dashboard:
    with_database = any(panel.kind is Kind.TABLE for row in spec.rows for panel in row.panels)
    made = (
        Dashboard(spec.title)
        .uid(spec.board)
        .description(spec.description)
        .tags(list(spec.tags))
        .time(spec.since, "now")
        .timezone("Europe/London")
        .refresh("30s")
        .readonly()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .variables(variables(spec.variables, with_database))
        .links(_board_links(spec.board, addresses))
    )
    for number, each, place in _placed(spec):
        if isinstance(each, RowSpec):
            made.with_row(Row(each.title).id(number).grid_pos(place))
        else:
            made.with_panel(_panel(each, addresses).id(number).grid_pos(place))
    return made.build()


def _placed(spec: BoardSpec) -> Iterator[tuple[int, RowSpec | PanelSpec, model.GridPos]]:
    """From left to right, and in a new line where there is no room left."""
    x = y = tallest = 0
    for number, each in spec.numbered():
        width, height = (_COLUMNS, 1) if isinstance(each, RowSpec) else (each.width, each.height)
        if x + width > _COLUMNS or isinstance(each, RowSpec):
            x, y, tallest = 0, y + tallest, 0
        yield number, each, model.GridPos(h=height, w=width, x=x, y=y)
        x, tallest = x + width, max(tallest, height)


def _panel(spec: PanelSpec, addresses: Addresses) -> Any:
    panel = _MAKERS[spec.kind]().title(spec.title).description(spec.description).unit(spec.unit)
    source = POSTGRES_SOURCE if spec.kind is Kind.TABLE else PROMETHEUS_SOURCE
    panel.datasource(source)
    if spec.queue is not None:
        panel.links(_queues(spec, addresses))
        if spec.by:
            panel.data_links(_queues(spec, addresses, *spec.by))
    if spec.lists_incidents:
        panel.data_links([_incident(addresses)])
    if spec.steps:
        panel.thresholds(_thresholds(spec.steps))
    for ref_id, query in zip("ABCDEF", spec.queries, strict=False):
        panel.with_target(_target(spec.kind, ref_id, query))
    return panel


def _queues(spec: PanelSpec, addresses: Addresses, *by: str) -> list[DashboardLink]:
    """`by`: labels of the series that is clicked on, which narrow the queue further."""
    if not spec.also_too_few:
        return [_queue("Open the queue", spec.queue or {}, addresses, *by)]
    both = {"Open the queue: no crime record": narrowed.UNRECORDED, "Open the queue: too few crimes": narrowed.TOO_FEW}
    return [_queue(title, each, addresses, *by) for title, each in both.items()]


def _queue(title: str, view: Narrowed, addresses: Addresses, *by: str) -> DashboardLink:
    link = queue_link(addresses.web, **view, **{label: f"<{label}>" for label in by})
    url = _MARK.sub(r"${__field.labels.\1:percentencode}", link)
    return DashboardLink(title).type(model.DashboardLinkType.LINK).url(url).target_blank(True)


def _incident(addresses: Addresses) -> DashboardLink:
    """From the row of a table that has the columns force and incident."""
    link = incident_link(addresses.web, "<force>", "<incident>")
    url = _MARK.sub(r"${__data.fields.\1:percentencode}", link)
    return DashboardLink("Open the incident").type(model.DashboardLinkType.LINK).url(url).target_blank(True)


def _board_links(board: Board, addresses: Addresses) -> list[Any]:
    others = [DashboardLink(_title(other)).url(f"/d/{other}").keep_time(True) for other in Board if other is not board]
    queue = [DashboardLink("Queue").url(queue_link(addresses.web)).target_blank(True)]
    links = others + queue if board is Board.COMPLIANCE else others  # operations may not open it
    return [each.type(model.DashboardLinkType.LINK) for each in links]


def _title(board: Board) -> str:
    return board.name.capitalize()


def _target(kind: Kind, ref_id: str, query: Query) -> Any:
    if kind is Kind.TABLE:
        return SqlQuery(POSTGRES_SOURCE, ref_id, query.text)
    target = Dataquery().datasource(PROMETHEUS_SOURCE).ref_id(ref_id).expr(query.text).legend_format(query.legend)
    if kind is Kind.HEATMAP:
        target.format(PromQueryFormat.HEATMAP)
    return target.instant() if kind in {Kind.STAT, Kind.BARS} else target.range()


def _thresholds(steps: Steps) -> ThresholdsConfig:
    colours = (_RED, _AMBER, _GREEN) if steps.bad_below else (_GREEN, _AMBER, _RED)
    ends = (None, *sorted((steps.amber, steps.red)))
    made = [model.Threshold(value=end, color=colour) for end, colour in zip(ends, colours, strict=True)]
    return ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(made)


def _stat() -> Any:
    last = ReduceDataOptions().calcs(["lastNotNull"])
    return _says_unknown(stat.Panel().reduce_options(last).text_mode(BigValueTextMode.VALUE_AND_NAME))


def _says_unknown(panel: Any) -> Any:
    """Where there is no series, in grey: else Grafana gives it the colour of the lowest step, which may be green."""
    grey = model.ValueMappingResult(text=_UNKNOWN, color="gray")
    options = model.DashboardSpecialValueMapOptions(match=model.SpecialValueMatch.NULL_AND_NAN, result=grey)
    return panel.no_value(_UNKNOWN).mappings([model.SpecialValueMap(options=options)])


def _lines() -> Any:
    legend = (
        VizLegendOptions()
        .show_legend(True)
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
        .calcs(["lastNotNull"])
    )
    tooltip = VizTooltipOptions().mode(TooltipDisplayMode.MULTI)
    return timeseries.Panel().legend(legend).tooltip(tooltip).min(0).fill_opacity(5)


def _areas() -> Any:
    return _lines().stacking(StackingConfig().mode(StackingMode.NORMAL)).fill_opacity(30)


def _bars() -> Any:
    last = ReduceDataOptions().calcs(["lastNotNull"])
    return _says_unknown(bargauge.Panel().reduce_options(last).orientation(VizOrientation.HORIZONTAL).min(0))


def _heatmap() -> Any:
    colours = heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Oranges").exponent(0.5).steps(64)
    return heatmap.Panel().calculate(False).color(colours)


_MAKERS: dict[Kind, Callable[[], Any]] = {
    Kind.STAT: _stat,
    Kind.LINES: _lines,
    Kind.AREAS: _areas,
    Kind.BARS: _bars,
    Kind.HEATMAP: _heatmap,
    Kind.TABLE: table.Panel,
}
