"""The input topics again from their beginnings, with a consumer that belongs to no group."""

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from monitor.contract.topics import INPUT_TOPICS, Topic
from monitor.settings import Settings
from monitor.store import Places, Received
from monitor.stream.outages import BrokerAway
from monitor.stream.receiving import received

MOST_MESSAGES = 2000
_TIMEOUT_MS = 5000
_PATIENCE = 30.0  # seconds without a message


class InputTopics:
    """Every partition of every input topic. All raise BrokerAway, also where a topic is missing."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # who asks says what is away
        with _named(settings):
            self._consumer: Any = KafkaConsumer(
                bootstrap_servers=settings.bootstrap_servers,
                client_id="monitor-rebuild",
                enable_auto_commit=False,
                allow_auto_create_topics=False,
                bootstrap_timeout_ms=_TIMEOUT_MS,
                request_timeout_ms=_TIMEOUT_MS,
                max_poll_records=MOST_MESSAGES,
            )
            self._places = {place: at for topic in INPUT_TOPICS for place, at in self._partitions(topic)}
            self._consumer.assign([*self._places])
            self._consumer.seek_to_beginning(*self._places)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close(autocommit=False, timeout_ms=_TIMEOUT_MS)

    def begins(self) -> Places:
        with _named(self._settings):
            return self._by_place(self._consumer.beginning_offsets([*self._places]))

    def ends(self) -> Places:
        """The offset that the next message of each partition will get."""
        with _named(self._settings):
            return self._by_place(self._consumer.end_offsets([*self._places]))

    def batches(self, until: Places) -> Iterator[list[Received]]:
        """All that stands before these offsets and was not read yet."""
        patience = time.monotonic() + _PATIENCE
        while (polled := self._poll(until)) is not None:
            for batch in polled:
                patience = time.monotonic() + _PATIENCE
                yield batch
            if time.monotonic() > patience:
                raise BrokerAway(f"{self._settings.broker}: the ends of the topics could not be read")

    def _poll(self, until: Places) -> list[list[Received]] | None:
        """None when nothing is left. A partition that is read to its end waits there for the next round."""
        with _named(self._settings):
            behind = [place for place, at in self._places.items() if self._consumer.position(place) < until[at]]
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

    def _partitions(self, topic: Topic) -> Iterator[tuple[Any, tuple[Topic, int]]]:
        name = self._settings.topic(topic)
        numbers = sorted(self._consumer.partitions_for_topic(name) or ())
        if not numbers:
            raise BrokerAway(f"{self._settings.broker} has no topic {name}: `monitor topics create` makes it")
        return ((TopicPartition(name, number), (topic, number)) for number in numbers)

    def _by_place(self, offsets: Mapping[Any, int]) -> Places:
        return {self._places[place]: at for place, at in offsets.items()}


@contextmanager
def _named(settings: Settings) -> Iterator[None]:
    try:
        yield
    except (KafkaError, OSError) as error:
        raise BrokerAway(f"{settings.broker}: {error}") from None
