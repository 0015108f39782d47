"""An alert and a recording rule, before they are written down for Prometheus or Grafana."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from monitor.contract.verdict import Severity

Narrowed = Mapping[str, str | tuple[str, ...]]  # how the queue is narrowed: see `queue_link`


class Audience(StrEnum):
    BUREAU = "bureau"
    OPERATIONS = "operations"


class Board(StrEnum):
    """The dashboards, by uid."""

    COMPLIANCE = "recording-compliance"
    PIPELINE = "recording-pipeline"
    RESOURCES = "recording-resources"


@dataclass(frozen=True)
class Panel:
    """Where an alert is looked into: a panel by its key (see `dashboards`)."""

    board: Board
    key: str


@dataclass(frozen=True)
class Alert:
    """Texts hold marks such as `<force>` and `<number>`: see `wording`."""

    name: str
    audience: Audience
    severity: Severity | None  # None: the label of the series stands; for the watchdog there is none
    expr: str
    summary: str
    description: str
    panel: Panel
    lasting: str = "0s"
    keep_firing: str = "0s"
    queue: Narrowed | None = None  # `<force>` may be a value; None: no link to it

    @property
    def page(self) -> str:
        """Its runbook, in docs/runbooks."""
        return f"{self.name}.md"


@dataclass(frozen=True)
class Recording:
    record: str  # level:metric:operation
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)
