import logging
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from monitor.broker.server_properties import MAX_MESSAGE_BYTES
from monitor.settings import Settings
from monitor.stream.outages import BrokerAway


def make_producer(settings: Settings, **otherwise: Any) -> KafkaProducer:
    """Idempotent, all replicas, keys spread by murmur2 as Kafka's own clients do. Raises BrokerAway."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # who sends says what is away, and less often
    options = {
        "acks": "all",
        "enable_idempotence": True,
        "max_request_size": 2 * MAX_MESSAGE_BYTES,  # the broker is the one that says what is too large
        "batch_size": 128 * 1024,
        "request_timeout_ms": 5_000,
        "delivery_timeout_ms": 10_000,
        "max_block_ms": 5_000,
        "bootstrap_timeout_ms": 3_000,
        "reconnect_backoff_max_ms": 1_000,
        "allow_auto_create_topics": False,
        "metrics_enabled": False,
        **otherwise,
    }
    try:
        return KafkaProducer(bootstrap_servers=settings.bootstrap_servers, client_id="monitor", **options)
    except (KafkaError, OSError) as error:
        raise BrokerAway(f"{settings.broker}: {error}") from None
