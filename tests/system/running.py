"""The monitor as a user runs it: its commands as processes of their own."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.request import urlopen

from kafka import KafkaConsumer, TopicPartition

from monitor.cli import main
from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.store import open_store, unsent_count
from monitor.stream.publishing import publish
from tests.builders import Line
from tests.conftest import environment_of

MONITOR = [sys.executable, "-m", "monitor"]
READY = "The worker reads the topics."
Verdict = dict[str, Any]


@dataclass
class RunningWorker:
    process: subprocess.Popen[bytes]
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        """What it logged so far. All of it is JSON, or this fails."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def said(self, sentence: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["event"] == sentence]

    def wait_for(self, sentence: str, seconds: float = 30) -> dict[str, Any]:
        until(
            lambda: bool(self.said(sentence)) or self.process.poll() is not None, seconds, f"the log says {sentence!r}"
        )
        assert self.said(sentence), self.log.read_text("utf-8")
        return self.said(sentence)[0]

    def metrics(self) -> str:
        with urlopen(self.wait_for(READY)["metrics"], timeout=10) as page:
            return str(page.read().decode())

    def stop(self, number: int = signal.SIGINT, seconds: float = 15) -> int:
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def until(is_so: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not so after {seconds:g} s: {what}"
        time.sleep(0.05)


@contextmanager
def worker(settings: Settings, log: Path, *options: str) -> Iterator[RunningWorker]:
    """A `monitor worker`, not necessarily ready. It is killed if it still runs at the end."""
    with log.open("ab") as file:
        process = subprocess.Popen(
            [*MONITOR, "worker", "--log", "json", *options], env=environment(settings), stderr=file
        )
    running = RunningWorker(process, log)
    try:
        yield running
    finally:
        running.kill()


def environment(settings: Settings) -> dict[str, str]:
    return {**os.environ, **environment_of(settings)}


def send(lines: Iterable[Line], settings: Settings) -> None:
    publish(lines, settings)


def settled(settings: Settings, seconds: float = 60) -> list[Verdict]:
    """What `monitor verdicts --settle` prints, once all that was sent is judged."""
    code, printed = in_this_process(settings, "verdicts", "--settle", str(seconds))
    assert code == 0
    return [json.loads(line) for line in printed.splitlines()]


def all_sent(settings: Settings) -> bool:
    engine = open_store(settings.database_url)
    try:
        return unsent_count(engine) == 0
    finally:
        engine.dispose()


def in_this_process(settings: Settings, *arguments: str) -> tuple[int, str]:
    """The exit status of a command and what it prints: the same as of a process of its own, and quicker."""
    printed = io.TextIOWrapper(io.BytesIO(), "utf-8")
    with patch.dict(os.environ, environment_of(settings)), redirect_stdout(printed):
        try:
            main(list(arguments))
        except SystemExit as ended:
            code = int(ended.code or 0)
    printed.flush()
    return code, printed.buffer.getvalue().decode()


def by_key(verdicts: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """As one look by `assess` would say it: that has no past, and so nothing to resolve."""
    return {
        f"{verdict['force']}:{verdict['incident_ref']}": {
            **verdict,
            "alert": "none" if verdict["alert"] == "resolved" else verdict["alert"],
        }
        for verdict in verdicts
    }


@dataclass(frozen=True)
class Message:
    key: bytes | None
    value: bytes | None
    headers: dict[str, str]


def messages(settings: Settings, topic: Topic) -> list[Message]:
    """All that stands in a topic, those of one partition in order."""
    consumer = KafkaConsumer(bootstrap_servers=settings.bootstrap_servers, enable_auto_commit=False)
    try:
        name = settings.topic(topic)
        places = [TopicPartition(name, number) for number in sorted(consumer.partitions_for_topic(name))]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        found: list[Message] = []
        while any(consumer.position(place) < end for place, end in ends.items()):
            for records in consumer.poll(timeout_ms=500).values():
                found += [Message(one.key, one.value, {k: v.decode() for k, v in one.headers}) for one in records]
        return found
    finally:
        consumer.close()


def metric(page: str, name: str, **labels: str) -> float:
    """The sum of its samples that have these labels."""
    pattern = re.compile(rf"^recording_monitor_{name}(?:{{(?P<labels>.*)}})? (?P<value>\S+)$", re.MULTILINE)
    wanted = {f'{key}="{value}"' for key, value in labels.items()}
    found = [
        float(match["value"]) for match in pattern.finditer(page) if wanted <= set((match["labels"] or "").split(","))
    ]
    assert found, f"no sample of {name} with {labels}"
    return sum(found)
