"""An embedded Apache Kafka: one node, on the loopback interface, its log kept on disk between runs."""

from monitor.broker.embedded import EmbeddedBroker
from monitor.broker.installation import Installation, ensure_kafka

__all__ = ["EmbeddedBroker", "Installation", "ensure_kafka"]
