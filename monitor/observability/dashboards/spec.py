"""A dashboard before it is Grafana's: rows of panels, each with what it shows, in what unit, and where it leads."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from monitor.observability.rule import Board, Narrowed


class Kind(StrEnum):
    STAT = "stat"  # the last value of each series
    LINES = "lines"
    AREAS = "areas"  # stacked
    BARS = "bars"  # the last value of each series, side by side
    HEATMAP = "heatmap"
    TABLE = "table"  # of the database


@dataclass(frozen=True)
class Query:
    """PromQL with a legend, or SQL for a table. `$force` and `$severity` are what the reader chose."""

    text: str
    legend: str = ""


@dataclass(frozen=True)
class Steps:
    """At which values green ends. With `bad_below`, good is above."""

    amber: float
    red: float
    bad_below: bool = False


@dataclass(frozen=True)
class PanelSpec:
    key: str  # what alerts call it
    title: str
    description: str
    unit: str  # one of Grafana's
    kind: Kind
    queries: tuple[Query, ...]
    width: int = 8  # of 24 columns
    height: int = 8
    steps: Steps | None = None
    queue: Narrowed | None = None  # how the queue that it leads to is narrowed; None: it leads to none
    also_too_few: bool = False  # it counts those with too few crimes as well, which one view of the queue cannot show
    by: tuple[str, ...] = ()  # labels of its series that narrow that queue further
    lists_incidents: bool = False  # a table with the columns force and incident


@dataclass(frozen=True)
class RowSpec:
    title: str
    panels: tuple[PanelSpec, ...]


@dataclass(frozen=True)
class BoardSpec:
    board: Board
    title: str
    description: str
    tags: tuple[str, ...]
    rows: tuple[RowSpec, ...]
    since: str = "now-24h"
    variables: tuple[str, ...] = ()  # of force and severity; the data sources are always there

    def numbered(self) -> Iterator[tuple[int, RowSpec | PanelSpec]]:
        """Rows and panels from the top, each with the number that Grafana knows it by."""
        number = 0
        for row in self.rows:
            number += 1
            yield number, row
            for panel in row.panels:
                number += 1
                yield number, panel
