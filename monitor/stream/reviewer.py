import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor import store
from monitor.clock import Clock
from monitor.contract.topics import Topic
from monitor.store.instants import UNTIMED
from monitor.stream.ends import EndsWatch
from monitor.stream.loops import Loop
from monitor.stream.relay import Relays
from monitor.telemetry import metrics
from monitor.telemetry.logs import get_logger

_log = get_logger(__name__)

LIMIT = 1000  # cases a transaction: a merge that waits meanwhile waits some tenths of a second
# While messages pour in, few at a time: what is due by time is judged soon, and merges come first. Of what events
# marked much is about to be marked again, and would be judged twice: it waits a little.
LIMIT_IN_FLOOD, PAUSE_IN_FLOOD, FLOOD_SECONDS = 200, 0.1, 1.0
PATIENCE_IN_FLOOD = timedelta(seconds=10)
IDLE_SECONDS = 0.5  # known time may move, another worker merge, or we in a flood: nobody wakes us then
_LEAST_WAIT = 0.02


class Reviewer(Loop):
    """Judges what is due, by an event or by time. Each merge wakes it, but those of a flood, and each review time."""

    def __init__(self, engine: Any, judge: store.Judge, clock: Clock, ends: EndsWatch, relays: Relays) -> None:
        super().__init__("review")
        self._engine, self._judge, self._clock = engine, judge, clock
        self._ends, self._relays = ends, relays
        self._flood_until = 0.0

    @contextmanager
    def beside_merge(self, is_full: bool) -> Iterator[None]:
        """Around each merge. One that is full, of as much as one may take, is of a flood; any other ends it."""
        if is_full:
            self._flood_until = math.inf
        try:
            yield
        finally:
            self._flood_until = time.monotonic() + FLOOD_SECONDS if is_full else 0.0
            if not is_full:
                self.wake()

    def step(self) -> float:
        in_flood, started = time.monotonic() < self._flood_until, time.perf_counter()
        limit = LIMIT_IN_FLOOD if in_flood else LIMIT
        patience = PATIENCE_IN_FLOOD if in_flood else timedelta()
        reviewed = store.review_due(self._engine, self._judge, self._clock.now(), self._ends.broker, limit, patience)
        if reviewed.taken:
            metrics.REVIEW_SECONDS.observe(time.perf_counter() - started)
            self._account(reviewed)
        if reviewed.alerts:
            self._relays.wake(Topic.ALERTS)
        if reviewed.more and not in_flood:
            return 0
        return self._until_next(at_least=PAUSE_IN_FLOOD if in_flood else _LEAST_WAIT)

    def _until_next(self, at_least: float) -> float:
        now = self._clock.now()
        due = store.next_due(self._engine, now)
        seconds = IDLE_SECONDS if due is None else (due - now).total_seconds()
        return min(max(seconds, at_least), IDLE_SECONDS)

    def _account(self, reviewed: store.Reviewed) -> None:
        metrics.REVIEWS.inc(reviewed.taken)
        metrics.VERDICT_CHANGES.inc(reviewed.changed)
        for change, number in reviewed.alerts.items():
            metrics.ALERT_CHANGES.labels(change).inc(number)
        now = datetime.now(UTC)
        for event_time in (each for each in reviewed.event_times if each != UNTIMED):
            metrics.VERDICT_DELAY.observe(max(0.0, (now - event_time).total_seconds()))
        for force, hours in reviewed.delays:
            metrics.RECORDING_DELAY.labels(force).observe(max(0.0, 3600 * (hours or 0.0)))
        for failure in reviewed.failures:
            metrics.REVIEW_FAILURES.inc()
            _log.error("An incident could not be judged and is put off.", force=failure.force, exc_info=failure.error)
