"""The input topics again from their beginnings, with a consumer that belongs to no group."""

import time
from collections.abc import Iterator, Mapping
from typing import Any, Self

from monitor.contract.topics import INPUT_TOPICS
from monitor.settings import Settings
from monitor.store import Places, Received
from monitor.stream.consuming import PATIENCE, TIMEOUT_MS, asking, is_before, new_consumer, partitions
from monitor.stream.outages import BrokerAway
from monitor.stream.receiving import received

MOST_MESSAGES = 2000


class InputTopics:
    """Every partition of every input topic. All raise BrokerAway, also where a topic is missing."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        with asking(settings):
            self._consumer = new_consumer(settings, "monitor-rebuild", max_poll_records=MOST_MESSAGES)
            self._places = {
                place: (topic, place.partition)
                for topic in INPUT_TOPICS
                for place in partitions(self._consumer, settings, topic)
            }
            self._consumer.assign([*self._places])
            self._consumer.seek_to_beginning(*self._places)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close(autocommit=False, timeout_ms=TIMEOUT_MS)

    def begins(self) -> Places:
        with asking(self._settings):
            return self._by_place(self._consumer.beginning_offsets([*self._places]))

    def ends(self) -> Places:
        """The offset that the next message of each partition will get."""
        with asking(self._settings):
            return self._by_place(self._consumer.end_offsets([*self._places]))

    def batches(self, until: Places) -> Iterator[list[Received]]:
        """All that stands before these offsets and was not read yet."""
        deadline = time.monotonic() + PATIENCE
        while (polled := self._poll(until)) is not None:
            yield from polled
            if polled:
                deadline = time.monotonic() + PATIENCE  # not before: whoever merges what was read may take long
            elif time.monotonic() > deadline:
                raise BrokerAway(f"{self._settings.broker}: the ends of the topics could not be read")

    def _poll(self, until: Places) -> list[list[Received]] | None:
        """None when nothing is left. A partition that is read to its end waits there for the next round."""
        with asking(self._settings):
            behind = [place for place, at in self._places.items() if is_before(self._consumer, place, until[at])]
            if not behind:
                return None
            self._consumer.pause(*self._places)
            self._consumer.resume(*behind)
            polled = self._consumer.poll(timeout_ms=1000)
            for place, records in polled.items():
                if records[-1].offset >= until[self._places[place]]:
                    self._consumer.seek(place, until[self._places[place]])
        return [batch for place, records in polled.items() if (batch := self._batch(place, records, until))]

    def _batch(self, place: Any, records: list[Any], until: Places) -> list[Received]:
        at = self._places[place]
        return [received(at[0], record) for record in records if record.offset < until[at]]

    def _by_place(self, offsets: Mapping[Any, int]) -> Places:
        return {self._places[place]: at for place, at in offsets.items()}
