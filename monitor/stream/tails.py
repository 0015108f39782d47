import time
from collections.abc import Iterable, Iterator

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError

from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.stream.outages import BrokerAway

_TIMEOUT_MS = 5000
_MOST_SECONDS = 30.0


def sent_lately(settings: Settings, topics: Iterable[Topic], look_back: int) -> set[str]:
    """The header `id` of the last messages of each partition. Raises BrokerAway."""
    try:
        consumer = KafkaConsumer(
            bootstrap_servers=settings.bootstrap_servers,
            client_id="monitor-relay",
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            bootstrap_timeout_ms=_TIMEOUT_MS,
            request_timeout_ms=_TIMEOUT_MS,
        )
    except (KafkaError, OSError) as error:
        raise BrokerAway(f"{settings.broker}: {error}") from None
    try:
        return set(_ids(consumer, [settings.topic(topic) for topic in topics], look_back))
    except KafkaError as error:
        raise BrokerAway(f"{settings.broker}: {error}") from None
    finally:
        consumer.close(autocommit=False, timeout_ms=_TIMEOUT_MS)


def _ids(consumer: KafkaConsumer, names: list[str], look_back: int) -> Iterator[str]:
    places = [TopicPartition(name, number) for name in names for number in consumer.partitions_for_topic(name)]
    begins, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
    consumer.assign(places)
    for place in places:
        consumer.seek(place, max(begins[place], ends[place] - look_back))
    deadline = time.monotonic() + _MOST_SECONDS
    while any(consumer.position(place) < ends[place] for place in places):
        if time.monotonic() > deadline:
            raise KafkaTimeoutError("the ends of the topics could not be read")
        for records in consumer.poll(timeout_ms=_TIMEOUT_MS).values():
            yield from (value.decode() for record in records for name, value in record.headers if name == "id")
