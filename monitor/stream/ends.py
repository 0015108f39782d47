"""How far the topics on the broker reach."""

import time
from collections.abc import Iterable
from dataclasses import replace
from threading import Lock
from typing import Any

from monitor.clock import Clock
from monitor.contract.topics import INPUT_TOPICS, Topic
from monitor.settings import Settings
from monitor.store import BrokerEnds, Places
from monitor.stream.consuming import asking, new_consumer, partitions
from monitor.stream.loops import Loop
from monitor.telemetry.stored import AskedEnds

REFRESH_SECONDS = 0.4  # known time takes ends to be good for a second
_TIMEOUT_MS = 2000
_MOST_EARLIER = 32  # an even number: the oldest then stays


class EndOffsets:
    """Asks the broker for end offsets, over one connection that is made when first needed. For any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._consumer: Any = None

    def ask(self, topics: Iterable[Topic] = INPUT_TOPICS) -> Places:
        """The offset that the next message of each partition will get. Raises BrokerAway."""
        with self._lock, asking(self._settings):
            return self._ask(tuple(topics))

    def close(self) -> None:
        with self._lock:
            if self._consumer is not None:
                self._consumer.close(autocommit=False, timeout_ms=_TIMEOUT_MS)
                self._consumer = None

    def _ask(self, topics: tuple[Topic, ...]) -> Places:
        consumer = self._connected()
        wanted = {
            place: (topic, place.partition) for topic in topics for place in partitions(consumer, self._settings, topic)
        }
        ends = consumer.end_offsets(list(wanted), timeout_ms=_TIMEOUT_MS)
        return {wanted[place]: end for place, end in ends.items()}

    def _connected(self) -> Any:
        if self._consumer is None:
            self._consumer = new_consumer(
                self._settings,
                "monitor-ends",
                bootstrap_timeout_ms=_TIMEOUT_MS // 2,  # a stop must not wait long for it
                request_timeout_ms=_TIMEOUT_MS,
                reconnect_backoff_max_ms=1000,
                metadata_max_age_ms=10_000,  # partitions that are added are seen soon
            )
        return self._consumer


class EndsWatch(Loop):
    """Keeps the end offsets fresh: known time leans on them, and the lags in the metrics."""

    def __init__(self, source: EndOffsets, clock: Clock) -> None:
        super().__init__("ends")
        self._source, self._clock = source, clock
        self.asked: AskedEnds | None = None
        self.broker: BrokerEnds | None = None

    def step(self) -> float:
        taken_at, asked_at = self._clock.now(), time.time()
        ends = self._source.ask()
        self.asked = AskedEnds(ends, asked_at)
        self.broker = BrokerEnds(ends, taken_at, self._earlier())
        return REFRESH_SECONDS

    def _earlier(self) -> tuple[BrokerEnds, ...]:
        """The newest first. Of many each second goes: the longer ago, the further apart they are."""
        if self.broker is None:
            return ()
        earlier = (replace(self.broker, earlier=()), *self.broker.earlier)
        return earlier if len(earlier) <= _MOST_EARLIER else earlier[::2]


def crime_record_ends(ends: Places) -> dict[int, int]:
    return {number: end for (topic, number), end in ends.items() if topic is Topic.CRIME_RECORDS}
