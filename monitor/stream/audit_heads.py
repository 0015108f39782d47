"""The heads of the audit log, as they were told to their topic."""

import logging
from collections.abc import Iterator
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from pydantic import ValidationError

from monitor.contract.audit import AuditHead
from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.stream.outages import BrokerAway

_TIMEOUT_MS = 5000


def told_heads(settings: Settings) -> list[AuditHead]:
    """All that stand in the topic now. Raises BrokerAway."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # who asks says what is away
    consumer = None
    try:
        consumer = KafkaConsumer(
            bootstrap_servers=settings.bootstrap_servers,
            client_id="monitor-audit",
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            bootstrap_timeout_ms=_TIMEOUT_MS,
            request_timeout_ms=_TIMEOUT_MS,
        )
        return list(_read(consumer, settings.topic(Topic.AUDIT_HEADS)))
    except (KafkaError, OSError) as error:
        raise BrokerAway(f"{settings.broker}: {error}") from None
    finally:
        if consumer is not None:
            consumer.close(autocommit=False, timeout_ms=_TIMEOUT_MS)


def _read(consumer: Any, topic: str) -> Iterator[AuditHead]:
    places = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
    if not places:
        raise BrokerAway(f"the broker has no topic {topic}: `monitor topics create` makes it")
    ends = consumer.end_offsets(places)
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    while any(consumer.position(place) < ends[place] for place in places):
        for records in consumer.poll(timeout_ms=1000).values():
            yield from (head for head in map(_head, records) if head is not None)


def _head(record: Any) -> AuditHead | None:
    """Whatever else was put there is no head."""
    try:
        return AuditHead.model_validate_json(record.value or b"")
    except ValidationError:
        return None
