"""Says every few seconds which partitions are stopped, and notices when an operator lets one go on."""

import time
from datetime import UTC, datetime
from typing import Any

from monitor.store.stops import Stop, stops
from monitor.stream.dead_letters.stops import Stops
from monitor.stream.loops import Loop
from monitor.stream.outages import SAY_EVERY
from monitor.stream.reading import Place
from monitor.telemetry.logs import get_logger

_log = get_logger(__name__)

POLL_SECONDS = 1.0


class StopsWatch(Loop):
    def __init__(self, engine: Any, held: Stops) -> None:
        super().__init__("stops")
        self._engine, self._stops = engine, held
        self._said = 0.0
        self.lifted: set[Place] = set()  # held here, and by no stop any more

    def step(self) -> float:
        held = self._stops.held
        if not held:
            self.lifted, self._said = set(), 0.0
            return POLL_SECONDS
        standing = {place: stop for place, stop in stops(self._engine).items() if stop.held_from is not None}
        self.lifted = held.keys() - standing.keys()
        if time.monotonic() - self._said >= SAY_EVERY:
            self._said = time.monotonic()
            for place in sorted(held.keys() & standing.keys()):
                _say(place, standing[place])
        return POLL_SECONDS


def _say(place: Place, stop: Stop) -> None:
    topic, partition = place
    _log.error(
        "A partition is not read on: too many of its messages cannot be read.",
        topic=topic.value,
        partition=partition,
        offset=stop.held_from,
        limit=f"{stop.letters} {'in a row' if stop.criterion == 'run' else 'of the last messages'}",
        seconds=round((datetime.now(UTC) - stop.since).total_seconds()),
        then=f"monitor dead-letters resume {topic.value} {partition}",
    )
