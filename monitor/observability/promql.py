"""Pieces of PromQL. Metrics are named by their objects, so that a name that nobody exports does not come about."""

from typing import Any

from monitor.observability.configuration import seconds
from monitor.telemetry import metrics
from monitor.telemetry.metrics import Stored

JOB = "recording-monitor"  # as deploy/prometheus/prometheus.yml names the workers
UP = f'up{{job="{JOB}"}}'
STARTED = f'process_start_time_seconds{{job="{JOB}"}}'
# Some worker reads the store: it has answered, and its tables are those that the worker knows.
TELLS = f"(max({metrics.SCHEMA_CURRENT.name}) == 1)"

# The same, of the last two minutes, so that one failed scrape leaves no gap on a dashboard.
TOLD_LATELY = f"(max(max_over_time({metrics.SCHEMA_CURRENT.name}[2m])) == 1)"


def name(metric: Any) -> str:
    """The name of its series; of a histogram, without `_bucket`, `_sum` or `_count`."""
    if isinstance(metric, Stored):
        return metric.name
    family = metric.describe()[0]
    return f"{family.name}_total" if family.type == "counter" else str(family.name)


def told(metric: Stored, by: str) -> str:
    """What the workers read from the store. They read the same, hence the maximum."""
    return f"max by ({by}) ({name(metric)})"


def held(record: str, expr: str) -> str:
    """For the rule that records `record`: `expr`, or what was recorded last, for as long as no worker tells.

    A scrape that failed, a worker that is down and a database that is away only keep us from knowing: they must resolve
    no alert. What has ended, and a force that was removed, goes with the first answer that no longer has it.
    """
    return f"{expr} or ({record} unless on () {TELLS})"


def known(expr: str) -> str:
    """Nothing where no worker tells: what is held for alerts is not known to be so now."""
    return f"({expr}) and on () {TOLD_LATELY}"


def or_none(expr: str, label: str) -> str:
    """Nought with the label `none` where a worker tells and there is nothing: it exports no series of what is not."""
    return f'{expr} or on () label_replace(0 * {TOLD_LATELY}, "{label}", "none", "", "")'


def increase(metric: Any, by: str, window: str, matchers: str = "") -> str:
    """How much a counter went up in the time before.

    A series that begins with the process that counts begins at more than nothing, which `increase` does not see: of a
    process younger than the window, the count itself is the increase.
    """
    series = f"{name(metric)}{matchers}"
    young = f"on (job, instance) (time() - {STARTED} < {seconds(window)})"
    return f"sum by ({by}) (({series} and {young}) or increase({series}[{window}]))"
