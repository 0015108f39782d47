"""`monitor run`: the first thing that a new user starts."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from monitor.broker import Installation
from monitor.broker.ports import free_port
from monitor.settings import Settings
from tests.system.running import MONITOR, environment, in_this_process, until


@pytest.fixture
def settings(installation: Installation, tmp_path: Path) -> Settings:
    return Settings(broker=f"127.0.0.1:{free_port()}", data_dir=tmp_path / "data", metrics_port=0, web_port=free_port())


@contextmanager
def run(settings: Settings, out: Path, *options: str) -> Iterator[psutil.Popen]:
    with out.open("wb") as file:
        running = psutil.Popen(
            [*MONITOR, "run", *options], env=environment(settings), stdout=file, stderr=subprocess.STDOUT
        )
    try:
        yield running
    finally:
        if running.poll() is None:
            running.kill()
            running.wait()


def wait_until_it_runs(running: psutil.Popen, out: Path) -> str:
    until(lambda: "Stop      Ctrl-C" in out.read_text() or running.poll() is not None, 60, "the monitor is running")
    assert running.poll() is None, out.read_text()
    return out.read_text()


def firing(settings: Settings) -> list[str]:
    code, printed = in_this_process(settings, "verdicts", "--firing")
    assert code == 0
    return printed.splitlines()


def test_it_shows_alerts_and_ctrl_c_leaves_nothing_behind(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with run(settings, out) as running:
        said = wait_until_it_runs(running, out)
        assert "SYNTHETIC DATA" in said
        assert f"Data      {settings.data_dir}" in said
        assert f"Queue     http://127.0.0.1:{settings.web_port}" in said
        until(lambda: bool(firing(settings)), 60, "an alert fires")
        assert all('"force":"synthetic-northshire"' in line for line in firing(settings))
        children = running.children(recursive=True)
        assert len(children) == 2, "Kafka and the pages"
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 0
        assert [child for child in children if child.is_running()] == []
    assert "Traceback" not in out.read_text()


def test_the_next_run_goes_on_from_the_data_and_a_killed_one_leaves_nothing(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with run(settings, out, "--no-synthetic") as running:
        said = wait_until_it_runs(running, out)
        assert "SYNTHETIC" not in said
        parts = running.children()
        assert len(parts) == 2
        running.kill()
        running.wait()
        until(lambda: not any(part.is_running() for part in parts), 5, "Kafka and the pages have ended with it")
    with run(settings, out, "--no-synthetic") as running:
        wait_until_it_runs(running, out)
        assert firing(settings) == []
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0


def test_it_does_not_start_a_kafka_beside_the_one_that_was_set(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with run(settings.model_copy(update={"broker": "kafka.example:9092"}), out) as running:
        assert running.wait(30) == 2
    assert out.read_text().startswith(
        "MONITOR_BROKER is kafka.example:9092, and `monitor run` starts a Kafka of its own"
    )
