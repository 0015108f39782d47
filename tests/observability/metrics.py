"""Which metrics there are."""

from functools import cache

from monitor.telemetry.metrics import REGISTRY, STORED

_SCRAPES = {"up", "scrape_duration_seconds"}  # what Prometheus makes of a scrape itself


@cache
def exported() -> frozenset[str]:
    """All names of series on /metrics, and those that Prometheus adds."""
    names = {stored.name for stored in STORED} | _SCRAPES
    for family in REGISTRY.collect():
        if family.name not in names:
            names |= _series(family.name, family.type)
    return frozenset(names)


def _series(name: str, kind: str) -> set[str]:
    if kind == "histogram":
        return {f"{name}_bucket", f"{name}_sum", f"{name}_count"}
    return {f"{name}_total"} if kind == "counter" else {name}
