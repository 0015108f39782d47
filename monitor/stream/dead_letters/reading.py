"""A topic from the beginning, or from a time, to where it ends now; and one message of any topic. With kafka-python."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError

from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.stream.outages import BrokerAway

_TIMEOUT_MS = 5000
_PATIENCE = 30.0  # seconds without a message


def read_topic(settings: Settings, topic: Topic, since: datetime | None = None) -> Iterator[Any]:
    """Raises BrokerAway, also where the topic is missing."""
    with _consumer(settings) as consumer:
        places = _places(consumer, settings, topic)
        ends = consumer.end_offsets(places)
        _seek(consumer, ends, since)
        yield from _until(consumer, ends)


def read_message(settings: Settings, topic: Topic, partition: int, offset: int) -> Any | None:
    """None where it is not kept any more. Raises BrokerAway."""
    with _consumer(settings) as consumer:
        place = TopicPartition(settings.topic(topic), partition)
        if place not in _places(consumer, settings, topic):
            return None
        begin, end = consumer.beginning_offsets([place])[place], consumer.end_offsets([place])[place]
        if not begin <= offset < end:
            return None
        consumer.assign([place])
        consumer.seek(place, offset)
        found = next(_until(consumer, {place: offset + 1}), None)
        return found if found is not None and found.offset == offset else None


@contextmanager
def _consumer(settings: Settings) -> Iterator[Any]:
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # who asks says what is away
    consumer = None
    try:
        consumer = KafkaConsumer(
            bootstrap_servers=settings.bootstrap_servers,
            client_id="monitor-dead-letters",
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            check_crcs=False,  # half of the time, in Python; whatever is sent again is checked by its digest
            bootstrap_timeout_ms=_TIMEOUT_MS,
            request_timeout_ms=_TIMEOUT_MS,
        )
        yield consumer
    except (KafkaError, OSError) as error:
        raise BrokerAway(f"{settings.broker}: {error}") from None
    finally:
        if consumer is not None:
            consumer.close(autocommit=False, timeout_ms=_TIMEOUT_MS)


def _places(consumer: Any, settings: Settings, topic: Topic) -> list[Any]:
    name = settings.topic(topic)
    places = [TopicPartition(name, number) for number in sorted(consumer.partitions_for_topic(name))]
    if not places:
        raise BrokerAway(f"the broker has no topic {name}: `monitor topics create` makes it")
    return places


def _seek(consumer: Any, ends: dict[Any, int], since: datetime | None) -> None:
    consumer.assign([*ends])
    consumer.seek_to_beginning(*ends)
    if since is not None:
        millis = int(since.timestamp() * 1000)
        for place, found in consumer.offsets_for_times(dict.fromkeys(ends, millis)).items():
            consumer.seek(place, ends[place] if found is None else found.offset)


def _until(consumer: Any, ends: dict[Any, int]) -> Iterator[Any]:
    """All messages before these offsets."""
    patience = time.monotonic() + _PATIENCE
    while any(consumer.position(place) < end for place, end in ends.items()):
        for place, records in consumer.poll(timeout_ms=1000).items():
            patience = time.monotonic() + _PATIENCE
            yield from (record for record in records if record.offset < ends[place])
        if time.monotonic() > patience:
            raise KafkaTimeoutError("the end of the topic could not be read")
