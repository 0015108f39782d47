import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from kafka import KafkaConsumer, KafkaProducer

from monitor.broker import EmbeddedBroker, Installation, folder
from monitor.broker.admin import admin_client
from monitor.broker.ports import answers, free_port
from monitor.broker.topics import create_topics
from monitor.contract.topics import Topic
from monitor.errors import UserError
from monitor.settings import Settings


def send(broker: EmbeddedBroker, value: bytes) -> None:
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, acks="all")
    producer.send(Topic.INCIDENTS, value).get(timeout=30)
    producer.close()


def values(broker: EmbeddedBroker) -> list[bytes]:
    consumer = KafkaConsumer(
        Topic.INCIDENTS, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=3000
    )
    found = [message.value for message in consumer]
    consumer.close()
    return found


def process_of(broker: EmbeddedBroker) -> psutil.Process:
    assert broker.pid is not None
    return psutil.Process(broker.pid)


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_what_was_sent_outlives_a_stop_and_a_kill(installation: Installation, tmp_path: Path) -> None:
    broker = EmbeddedBroker(installation, tmp_path / "a folder, with: odd = characters")
    with broker:
        create_topics(Settings(broker=broker.bootstrap), partitions=1)
        send(broker, b"before the stop")
    assert not answers(broker.port)
    with broker:
        send(broker, b"before the kill")
        process_of(broker).kill()
        assert wait_for(lambda: broker.exit_code is not None)
    with broker:
        assert values(broker) == [b"before the stop", b"before the kill"]


def test_a_taken_port_is_one_sentence_and_starts_nothing(installation: Installation, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        broker = EmbeddedBroker(installation, tmp_path, port)
        with pytest.raises(UserError, match=f"Port {port} of 127.0.0.1 is taken"):
            broker.start()
    assert broker.pid is None
    assert not (tmp_path / "log").exists()


def test_a_folder_in_use_is_one_sentence(
    broker: EmbeddedBroker, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "_PREDECESSOR_SECONDS", 0.1)
    second = EmbeddedBroker(installation, broker.log_dir)
    with pytest.raises(UserError, match="Another broker already uses"):
        second.start()
    assert second.pid is None
    assert broker.exit_code is None


def test_a_folder_that_cannot_be_made_is_one_sentence(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="MONITOR_DATA_DIR"):
        EmbeddedBroker(installation, tmp_path / "file" / "kafka").start()


def test_a_broker_that_does_not_come_up_is_one_sentence_and_leaves_no_process(
    installation: Installation, tmp_path: Path
) -> None:
    broken = EmbeddedBroker(Installation(installation.java, ()), tmp_path)
    with pytest.raises(UserError, match=r"did not start; see server\.log and console\.log"):
        broken.start()
    assert broken.pid is None


def test_a_stop_is_bounded_even_if_the_broker_hangs(installation: Installation, tmp_path: Path) -> None:
    broker = EmbeddedBroker(installation, tmp_path)
    broker.start()
    process = process_of(broker)
    process.suspend()
    started = time.monotonic()
    broker.stop(timeout=0.5)
    assert time.monotonic() - started < 5
    assert not process.is_running()


@pytest.mark.parametrize(("ending", "exit_code"), [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGKILL, -9)])
def test_however_the_command_ends_no_java_is_left(ending: signal.Signals, exit_code: int, tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "monitor", "broker", "--port", str(port), "--data-dir", str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "Starting Kafka" in process.stderr.readline()
        assert f"Kafka serves 127.0.0.1:{port}" in process.stderr.readline()
        children = psutil.Process(process.pid).children()
        assert [child.name() for child in children] == ["java"]
        process.send_signal(ending)
        assert process.wait(20) == exit_code
        assert wait_for(lambda: not children[0].is_running())


def test_a_broker_that_is_away_is_waited_for_aloud_and_given_up_in_time() -> None:
    said: list[str] = []
    settings = Settings(broker=f"127.0.0.1:{free_port()}")
    with (
        pytest.raises(UserError, match="MONITOR_BROKER"),
        admin_client(settings, said.append, timeout=4),
    ):
        pass
    assert said == [f"Waiting for the broker at {settings.broker} (3 s)."]
