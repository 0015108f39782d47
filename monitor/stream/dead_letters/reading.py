"""A topic from the beginning, or from a time, to where it ends now; and one message of any topic. With kafka-python."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from kafka import TopicPartition

from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.stream.consuming import consuming, partitions, read_to


def read_topic(settings: Settings, topic: Topic, since: datetime | None = None) -> Iterator[Any]:
    """Raises BrokerAway, also where the topic is missing."""
    with _consumer(settings) as consumer:
        places = partitions(consumer, settings, topic)
        ends = consumer.end_offsets(places)
        _seek(consumer, ends, since)
        yield from read_to(consumer, ends)


def read_message(settings: Settings, topic: Topic, partition: int, offset: int) -> Any | None:
    """None where it is not kept any more. Raises BrokerAway."""
    with _consumer(settings) as consumer:
        place = TopicPartition(settings.topic(topic), partition)
        if place not in partitions(consumer, settings, topic):
            return None
        begin, end = consumer.beginning_offsets([place])[place], consumer.end_offsets([place])[place]
        if not begin <= offset < end:
            return None
        consumer.assign([place])
        consumer.seek(place, offset)
        found = next(read_to(consumer, {place: offset + 1}), None)
        return found if found is not None and found.offset == offset else None


def _consumer(settings: Settings) -> AbstractContextManager[Any]:
    # Checksums are half of the time, in Python; whatever is sent again is checked by its digest.
    return consuming(settings, "monitor-dead-letters", check_crcs=False)


def _seek(consumer: Any, ends: dict[Any, int], since: datetime | None) -> None:
    consumer.assign([*ends])
    consumer.seek_to_beginning(*ends)
    if since is not None:
        millis = int(since.timestamp() * 1000)
        for place, found in consumer.offsets_for_times(dict.fromkeys(ends, millis)).items():
            consumer.seek(place, ends[place] if found is None else found.offset)
