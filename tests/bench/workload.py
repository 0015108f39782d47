"""Synthetic events by the number, and the topics they are put in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from monitor.broker.topics import create_topics
from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.simulator import mapping_path, stream_events
from monitor.stream.publishing import publish
from tests.builders import Line

SEED = 7
START = datetime(2026, 10, 1, tzinfo=UTC)
RATE = 400  # reports an hour of each force
FORCES = 4


@dataclass
class Workload:
    """So many incidents with all their revisions, crimes, decisions and heartbeats, and the time after the last."""

    incidents: int
    events: int = 0
    ended: datetime = START
    lines: list[Line] = field(default_factory=list)  # the first of them, to be judged without a broker

    @property
    def now(self) -> datetime:
        return self.ended + timedelta(hours=30)

    def told(self, keep: int) -> Iterator[Line]:
        """The events, counted as they are taken; the first `keep` are kept."""
        known: set[str] = set()
        for at, line in stream_events(SEED, START, FORCES, RATE):
            if line["topic"] == Topic.INCIDENTS:
                known.add(f"{line['value']['force']}:{line['value']['incident_ref']}")
                if len(known) > self.incidents:
                    return
            self.events, self.ended = self.events + 1, at
            if len(self.lines) < keep:
                self.lines.append(line)
            yield line


def fresh_settings(broker: str, folder: Path, now: datetime | None = None) -> Settings:
    """Topics of its own, made, and a database of its own."""
    name = f"b{uuid4().hex[:8]}"
    settings = Settings(
        broker=broker,
        topic_prefix=f"{name}.",
        data_dir=folder,
        database_url=f"sqlite:///{folder}/{name}.db",
        force_mappings=mapping_path(),
        metrics_port=0,
        clock=now,
    )
    create_topics(settings)
    return settings


def fill(settings: Settings, workload: Workload, keep: int) -> None:
    publish(workload.told(keep), settings)
