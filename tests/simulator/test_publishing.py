"""The synthetic force feeding a real broker, until it is told to stop."""

import signal
import subprocess
import sys
import time

from kafka import KafkaConsumer, TopicPartition

from monitor.settings import Settings


def test_live_events_reach_the_broker_and_an_interrupt_ends_it_cleanly(
    kafka_settings: Settings, kafka_environment: dict[str, str]
) -> None:
    command = [sys.executable, "-m", "monitor", "simulate", "--live", "--hours", "2"]
    running = subprocess.Popen(command, env=kafka_environment, stderr=subprocess.PIPE, text=True)
    try:
        wait_for(kafka_settings, "incidents", 100)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=30)
    finally:
        running.kill()
    assert (running.returncode, said) == (0, "Stopped.\n")


def wait_for(settings: Settings, topic: str, least: int) -> None:
    consumer = KafkaConsumer(bootstrap_servers=settings.bootstrap_servers)
    try:
        numbers = consumer.partitions_for_topic(settings.topic(topic)) or set()
        partitions = [TopicPartition(settings.topic(topic), number) for number in numbers]
        for _ in range(120):
            if sum(consumer.end_offsets(partitions).values()) >= least:
                return
            time.sleep(0.25)
    finally:
        consumer.close()
    raise AssertionError(f"fewer than {least} messages came")
