"""An export all the way to the topics of a real broker."""

import subprocess
import sys

from kafka import KafkaConsumer

from monitor.settings import Settings
from tests.importers.exports import MAPPING, Desk, row


def test_an_export_is_published_to_its_topics_with_the_keys_of_the_contract(
    desk: Desk, kafka_settings: Settings, kafka_environment: dict[str, str]
) -> None:
    start, end = MAPPING.index("[[incident.victims]]"), MAPPING.index("[crime]")
    desk.mapping = MAPPING[:start] + MAPPING[end:]
    path = desk.write(row("A1", crime="C1", at="14/01/2026 23:30"), row("A2"))
    command = [
        sys.executable,
        "-m",
        "monitor",
        "import",
        str(path),
        "--mapping",
        str(desk.folder / "mapping.toml"),
        "--publish",
    ]
    done = subprocess.run(command, env=kafka_environment, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert keys(kafka_settings, "incidents") == ["testshire:A1", "testshire:A2"]
    assert keys(kafka_settings, "crime-records") == ["testshire:C1"]
    assert keys(kafka_settings, "feed-heartbeats") == []


def keys(settings: Settings, topic: str) -> list[str]:
    consumer = KafkaConsumer(
        settings.topic(topic),
        bootstrap_servers=settings.bootstrap_servers,
        auto_offset_reset="earliest",
        group_id=None,
        consumer_timeout_ms=3000,
    )
    try:
        return sorted(message.key.decode() for message in consumer)
    finally:
        consumer.close()
