"""Events sent when their time comes: what lies behind at once, in batches; the rest as the clock goes."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from monitor.simulator.story import Sent

_BATCH = 500
_LONGEST_WAIT = 0.5  # seconds: so that a stop is noticed soon

Line = dict[str, Any]


def send_as_time_passes(
    events: Iterable[Sent],
    send: Callable[[list[Line]], object],
    now: Callable[[], datetime],
    sleep: Callable[[float], object],
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Sends until `stopped` says so or the events end. `sleep` may return early."""
    batch: list[Line] = []
    for at, line in events:
        while (wait := (at - now()).total_seconds()) > 0 and not stopped():
            if batch:
                send(batch)
                batch = []
            sleep(min(wait, _LONGEST_WAIT))
        if stopped():
            return
        batch.append(line)
        if len(batch) >= _BATCH:
            send(batch)
            batch = []
    if batch:
        send(batch)


def until(events: Iterable[Sent], end: datetime) -> Iterable[Sent]:
    """Those that are sent before the end."""
    for sent in events:
        if sent[0] >= end:
            return
        yield sent
