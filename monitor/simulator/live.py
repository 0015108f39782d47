"""Events when their time comes: what lies behind at once, the rest as the clock goes."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from monitor.simulator.story import Sent

_LONGEST_WAIT = 0.5  # seconds: so that a stop is noticed soon


def as_time_passes(
    events: Iterable[Sent],
    now: Callable[[], datetime],
    sleep: Callable[[float], object],
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[dict[str, Any]]:
    """The lines, none before its time, until `stopped` says so or the events end. `sleep` may return early."""
    for at, line in events:
        while not stopped() and (wait := (at - now()).total_seconds()) > 0:
            sleep(min(wait, _LONGEST_WAIT))
        if stopped():
            return
        yield line


def until(events: Iterable[Sent], end: datetime) -> Iterator[dict[str, Any]]:
    """The lines that are sent before the end."""
    for at, line in events:
        if at >= end:
            return
        yield line
