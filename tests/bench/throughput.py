"""From Kafka into SQLite with verdicts, beside a bare consumer of the same topics."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer

from monitor import store
from monitor.contract.topics import INPUT_TOPICS
from monitor.settings import Settings
from monitor.stream.ends import EndOffsets
from tests.system.running import READY, RunningWorker, worker

_POLL_SECONDS = 0.25
_MOST_SECONDS = 3600.0


@dataclass(frozen=True)
class Throughput:
    events: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int

    @property
    def per_second(self) -> float:
        return self.events / self.seconds


def with_verdicts(settings: Settings, folder: Path, events: int) -> Throughput:
    """From the moment at which the worker reads until all is judged."""
    source = EndOffsets(settings)
    ends = source.ask()
    source.close()
    with worker(settings, folder / "worker.log") as running:
        running.wait_for(READY, 60)
        started, cpu = time.monotonic(), cpu_seconds(running)
        _until_settled(settings, ends, running)
        seconds = time.monotonic() - started
        found = Throughput(events, seconds, cpu_seconds(running) - cpu, peak_bytes(running))
        assert running.stop() == 0
    return found


def with_two_workers(settings: Settings, folder: Path, events: int) -> Throughput:
    """The same by two, from when both read; the memory is that of the larger."""
    source = EndOffsets(settings)
    ends = source.ask()
    source.close()
    with worker(settings, folder / "one.log") as one, worker(settings, folder / "two.log") as two:
        one.wait_for(READY, 60)
        two.wait_for(READY, 60)
        started, cpu = time.monotonic(), cpu_seconds(one) + cpu_seconds(two)
        done = sum(at.next_offset for at in _progress(settings))
        _until_settled(settings, ends, one)
        seconds = time.monotonic() - started
        spent = cpu_seconds(one) + cpu_seconds(two) - cpu
        found = Throughput(events - done, seconds, spent, max(peak_bytes(one), peak_bytes(two)))
        assert (one.stop(), two.stop()) == (0, 0)
    return found


def _progress(settings: Settings) -> list[store.Progress]:
    engine = store.open_store(settings.database_url)
    try:
        return list(store.progress(engine).values())
    finally:
        engine.dispose()


def _until_settled(settings: Settings, ends: store.Places, running: RunningWorker) -> None:
    assert settings.clock is not None, "with a clock that stands, it is settled some time"
    engine = store.open_store(settings.database_url)
    deadline = time.monotonic() + _MOST_SECONDS
    try:
        while waiting := _waiting(engine, settings.clock, ends):
            assert time.monotonic() < deadline, waiting
            assert not [line for line in running.lines() if "exception" in line], running.log.read_text()
            time.sleep(_POLL_SECONDS)
    finally:
        engine.dispose()


def _waiting(engine: Any, now: datetime, ends: store.Places) -> list[str]:
    """Asks for the cheap things first."""
    merged = store.progress(engine)
    behind = [place for place, end in ends.items() if end and (place not in merged or merged[place].next_offset < end)]
    return [f"{len(behind)} partitions are behind"] if behind else store.unsettled(engine, ends, now)


def cpu_seconds(running: RunningWorker) -> float:
    fields = Path(f"/proc/{running.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def peak_bytes(running: RunningWorker) -> int:
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def bare_consumer(settings: Settings, events: int) -> float:
    """Messages a second where nothing is done with them."""
    return asyncio.run(_consume(settings, events))


async def _consume(settings: Settings, events: int) -> float:
    consumer = AIOKafkaConsumer(
        *[settings.topic(topic) for topic in INPUT_TOPICS],
        bootstrap_servers=settings.bootstrap_servers,
        group_id=None,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    started, read = time.monotonic(), 0
    try:
        while read < events:
            found = await consumer.getmany(timeout_ms=1000)
            read += sum(map(len, found.values()))
    finally:
        seconds = time.monotonic() - started
        await consumer.stop()
    return read / seconds
