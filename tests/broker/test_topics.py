import time

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient

from monitor.broker.topics import TopicsMade, create_topics
from monitor.contract.topics import Topic
from monitor.errors import UserError
from monitor.settings import Settings


def admin(settings: Settings) -> KafkaAdminClient:
    return KafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)


def test_all_topics_are_made_once_behind_the_prefix(bare_kafka_settings: Settings, prefix: str) -> None:
    names = tuple(prefix + topic for topic in Topic)
    assert create_topics(bare_kafka_settings, partitions=3) == TopicsMade(names, (), ())
    assert create_topics(bare_kafka_settings, partitions=5) == TopicsMade((), names, ())
    described = admin(bare_kafka_settings).describe_topics(list(names))
    assert {(topic["name"], len(topic["partitions"])) for topic in described} == {(name, 3) for name in names}


def test_a_topic_made_otherwise_is_left_alone_and_named(bare_kafka_settings: Settings, prefix: str) -> None:
    theirs = {"num_partitions": 1, "replication_factor": 1, "configs": {"cleanup.policy": "compact"}}
    admin(bare_kafka_settings).create_topics({f"{prefix}incidents": theirs}, wait_for_metadata=True)
    outcome = create_topics(bare_kafka_settings)
    assert outcome.present == (f"{prefix}incidents",)
    assert outcome.differences == (f"{prefix}incidents has cleanup.policy=compact, and the monitor counts on delete",)


def test_more_copies_than_brokers_are_refused_in_one_sentence(bare_kafka_settings: Settings, prefix: str) -> None:
    with pytest.raises(UserError, match=f"refused to make {prefix}incidents"):
        create_topics(bare_kafka_settings, replication=3)
    assert not [name for name in admin(bare_kafka_settings).list_topics() if name.startswith(prefix)]


def test_a_message_keeps_broker_time_and_may_be_two_megabytes_large(kafka_settings: Settings) -> None:
    topic, before = kafka_settings.topic(Topic.INCIDENTS), time.time() * 1000
    producer = KafkaProducer(bootstrap_servers=kafka_settings.bootstrap_servers, max_request_size=4_000_000)
    for odd_clock in (1, 4_102_444_800_000):
        producer.send(topic, b"x" * 2_000_000, timestamp_ms=odd_clock).get(timeout=30)
    producer.close()
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=kafka_settings.bootstrap_servers,
        auto_offset_reset="earliest",
        consumer_timeout_ms=3000,
    )
    received = [(len(message.value), before - 1000 < message.timestamp < before + 60_000) for message in consumer]
    consumer.close()
    assert received == [(2_000_000, True)] * 2
