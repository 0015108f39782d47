"""Reading with a consumer that belongs to no group. With kafka-python."""

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer
from kafka.errors import KafkaError, KafkaTimeoutError

from monitor.settings import Settings
from monitor.stream.outages import BrokerAway

TIMEOUT_MS = 5000
PATIENCE = 30.0  # seconds without a message


@contextmanager
def consuming(settings: Settings, name: str, **otherwise: Any) -> Iterator[Any]:
    """Whatever Kafka says within becomes BrokerAway."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # who asks says what is away
    consumer = None
    try:
        consumer = KafkaConsumer(
            bootstrap_servers=settings.bootstrap_servers,
            client_id=name,
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            bootstrap_timeout_ms=TIMEOUT_MS,
            request_timeout_ms=TIMEOUT_MS,
            **otherwise,
        )
        yield consumer
    except (KafkaError, OSError) as error:
        raise BrokerAway(f"{settings.broker}: {error}") from None
    finally:
        if consumer is not None:
            consumer.close(autocommit=False, timeout_ms=TIMEOUT_MS)


def read_to(consumer: Any, ends: Mapping[Any, int]) -> Iterator[Any]:
    """All messages before these offsets, with patience that begins anew with each that comes, and with the reader."""
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
