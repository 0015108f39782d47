"""Pieces of PromQL. Metrics are named by their objects, so that a name that nobody exports does not come about."""

from typing import Any

from monitor.observability.configuration import seconds
from monitor.telemetry import metrics
from monitor.telemetry.metrics import Stored

JOB = "recording-monitor"  # as deploy/prometheus/prometheus.yml names the workers
UP = f'up{{job="{JOB}"}}'
STARTED = f'process_start_time_seconds{{job="{JOB}"}}'


def name(metric: Any) -> str:
    """The name of its series; of a histogram, without `_bucket`, `_sum` or `_count`."""
    if isinstance(metric, Stored):
        return metric.name
    family = metric.describe()[0]
    return f"{family.name}_total" if family.type == "counter" else str(family.name)


def held(metric: Stored, by: str, window: str) -> str:
    """What the workers read from the store. They read the same, hence the maximum.

    While none of them can tell (its scrape failed, it restarts, its database is away), what was told last stands in:
    else an alert would be resolved by what only keeps us from knowing, and raised anew after it.
    """
    series = name(metric)
    nobody_tells = f"(max({name(metrics.DATABASE_UP)}) == 1)"
    return (
        f"max by ({by}) ({series}) or (max by ({by}) (last_over_time({series}[{window}])) unless on () {nobody_tells})"
    )


def increase(metric: Any, by: str, window: str, matchers: str = "") -> str:
    """How much a counter went up in the time before.

    A series that begins with the process that counts begins at more than nothing, which `increase` does not see: of a
    process younger than the window, the count itself is the increase.
    """
    series = f"{name(metric)}{matchers}"
    young = f"on (job, instance) (time() - {STARTED} < {seconds(window)})"
    return f"sum by ({by}) (({series} and {young}) or increase({series}[{window}]))"
