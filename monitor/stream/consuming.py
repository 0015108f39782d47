"""Reading with a consumer that belongs to no group. With kafka-python."""

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError

from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.stream.outages import BrokerAway

TIMEOUT_MS = 5000
PATIENCE = 30.0  # seconds without a message, after which the broker is away


def new_consumer(settings: Settings, name: str, **otherwise: Any) -> Any:
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # who asks says what is away, and less often
    options = {
        "enable_auto_commit": False,
        "allow_auto_create_topics": False,
        "bootstrap_timeout_ms": TIMEOUT_MS,
        "request_timeout_ms": TIMEOUT_MS,
        **otherwise,
    }
    return KafkaConsumer(bootstrap_servers=settings.bootstrap_servers, client_id=name, **options)


@contextmanager
def asking(settings: Settings) -> Iterator[None]:
    """Whatever Kafka says within becomes BrokerAway."""
    try:
        yield
    except (KafkaError, OSError) as error:
        raise BrokerAway(f"{settings.broker}: {error}") from None


@contextmanager
def consuming(settings: Settings, name: str, **otherwise: Any) -> Iterator[Any]:
    """A consumer that is closed at the end; the same of what Kafka says."""
    with asking(settings):
        consumer = new_consumer(settings, name, **otherwise)
        try:
            yield consumer
        finally:
            consumer.close(autocommit=False, timeout_ms=TIMEOUT_MS)


def partitions(consumer: Any, settings: Settings, topic: Topic) -> list[TopicPartition]:
    """Raises BrokerAway where the topic is missing."""
    name = settings.topic(topic)
    numbers = consumer.partitions_for_topic(name)
    if not numbers:
        raise BrokerAway(f"{settings.broker} has no topic {name}: `monitor topics create` makes it")
    return [TopicPartition(name, number) for number in sorted(numbers)]


def read_to(consumer: Any, ends: Mapping[Any, int]) -> Iterator[Any]:
    """All messages before these offsets. It waits so long for each anew, and not for what the caller does meanwhile."""
    deadline = time.monotonic() + PATIENCE
    while any(is_before(consumer, place, end) for place, end in ends.items()):
        polled = consumer.poll(timeout_ms=1000)
        for place, records in polled.items():
            yield from (record for record in records if record.offset < ends[place])
        if polled:
            deadline = time.monotonic() + PATIENCE
        elif time.monotonic() > deadline:
            raise KafkaTimeoutError("the end of the topic could not be read")


def is_before(consumer: Any, place: Any, end: int) -> bool:
    """A position that the broker does not tell in time is none."""
    position = consumer.position(place, timeout_ms=TIMEOUT_MS)
    return position is None or bool(position < end)
