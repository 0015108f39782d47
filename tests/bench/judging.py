"""`assess` without broker and database, beside reading the same events and nothing else."""

import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from monitor.compliance.batch import Batch
from monitor.contract.codec import READERS, read
from monitor.contract.topics import Topic
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import load_mappings
from monitor.simulator import mapping_path
from tests.builders import Line


@dataclass(frozen=True)
class Judging:
    incidents: int
    events: int
    read_seconds: float
    judge_seconds: float
    validate_seconds: float  # the floor: pydantic alone

    @property
    def judged_per_second(self) -> float:
        return self.incidents / self.judge_seconds

    @property
    def per_second(self) -> float:
        return self.incidents / (self.read_seconds + self.judge_seconds)

    @property
    def floor_per_second(self) -> float:
        return self.incidents / self.validate_seconds


def measure(lines: Sequence[Line], now: datetime) -> Judging:
    """As `monitor assess` does it, garbage collection included: off while everything that is read is kept."""
    raw = [(Topic(line["topic"]), orjson.dumps(line["value"])) for line in lines]
    rulebook, mappings = load_rulebook(), load_mappings(mapping_path())
    validate_seconds = _validate(raw)
    gc.disable()
    started = time.perf_counter()
    batch = Batch()
    for topic, value in raw:
        batch.add(read(topic, orjson.loads(value)))
    been_read = time.perf_counter()
    judged = sum(1 for _ in batch.verdicts(rulebook, mappings, now))
    ended = time.perf_counter()
    gc.enable()
    return Judging(judged, len(raw), been_read - started, ended - been_read, validate_seconds)


def _validate(raw: Sequence[tuple[Topic, bytes]]) -> float:
    started = time.perf_counter()
    for topic, value in raw:
        READERS[topic].validate_json(value, context=[])
    return time.perf_counter() - started
