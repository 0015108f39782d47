"""A store that is fed as the stream feeds it: messages of partitions in order, in batches, with reviews between."""

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Engine

from monitor import store
from monitor.contract.topics import INPUT_TOPICS, Topic
from monitor.rulebook.mapping import ForceMappings
from tests.builders import Line
from tests.properties.judging import RULEBOOK, Key, decoded, meaning

PARTITIONS = 2
Place = tuple[Topic, int]


@dataclass(frozen=True)
class Blank:
    """An empty database to copy: making one takes far longer."""

    path: Path

    @contextmanager
    def opened(self) -> Iterator[Engine]:
        path = self.path.with_name(f"{uuid4().hex}.db")
        shutil.copy(self.path, path)
        engine = store.open_store(f"sqlite:///{path}")
        try:
            yield engine
        finally:
            engine.dispose()
            for file in path.parent.glob(f"{path.name}*"):
                file.unlink()


@dataclass
class Topics:
    """The input topics, `PARTITIONS` partitions each."""

    ends: Counter[Place] = field(
        default_factory=lambda: Counter({(topic, number): 0 for topic in INPUT_TOPICS for number in range(PARTITIONS)})
    )
    sent: int = 0

    def send(self, lines: Sequence[Line], at: datetime) -> list[store.Received]:
        return [self._send(line, at) for line in lines]

    def _send(self, line: Line, at: datetime) -> store.Received:
        place = Topic(line["topic"]), self.sent % PARTITIONS
        message = store.Received(*place, self.ends[place], at, decoded(line), value=orjson.dumps(line["value"]))
        self.sent += 1
        self.ends[place] += 1
        return message

    @property
    def crime_record_ends(self) -> dict[int, int]:
        return {number: end for (topic, number), end in self.ends.items() if topic is Topic.CRIME_RECORDS}


class Worker:
    def __init__(self, engine: Engine, topics: Topics, mappings: ForceMappings, limit: int = 1000) -> None:
        self.engine, self.topics, self.limit = engine, topics, limit
        self.judge = store.judge_with(RULEBOOK, mappings)

    def merge(self, messages: Sequence[store.Received]) -> store.Merged:
        return store.merge(self.engine, messages, self.topics.crime_record_ends)

    def review(self, now: datetime) -> None:
        """Until nothing is left that is due."""
        more = True
        while more:
            reviewed = store.review_due(self.engine, self.judge, now, self._ends(now), self.limit)
            assert reviewed.failures == []
            more = reviewed.more

    def settle(self, now: datetime) -> None:
        self.review(now)
        assert store.unsettled(self.engine, self.topics.ends, now) == []

    def _ends(self, now: datetime) -> store.BrokerEnds:
        return store.BrokerEnds(self.topics.ends, now)


def stored(engine: Engine) -> dict[Key, dict[str, Any]]:
    verdicts = map(orjson.loads, store.stored_verdicts(engine))
    return {(verdict["force"], verdict["incident_ref"]): verdict for verdict in verdicts}


def stored_meanings(engine: Engine) -> dict[Key, dict[str, Any]]:
    return {key: meaning(verdict) for key, verdict in stored(engine).items()}


def alerts_told(engine: Engine) -> dict[Key, list[dict[str, Any]]]:
    """What was told of each incident, in the order in which it was."""
    told: dict[Key, list[dict[str, Any]]] = {}
    for message in store.unsent(engine, limit=100_000):
        if message.kind is store.Kind.ALERT:
            alert = orjson.loads(message.value or b"")
            told.setdefault((alert["force"], alert["incident_ref"]), []).append(alert)
    return told
