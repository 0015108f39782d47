"""A store with a pretended broker before it: what is sent lies in its topics until it is merged."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Engine, Table, select

from monitor import store
from monitor.compliance.batch import Batch
from monitor.compliance.holdings import Holdings
from monitor.compliance.known_time import KnownTime
from monitor.contract.codec import Decoded, Unreadable, decode, read
from monitor.contract.topics import INPUT_TOPICS, Topic
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import ForceMappings
from monitor.store import BrokerEnds, Judge, Judgement, Merged, Received, Reviewed
from monitor.store.engine import reading
from tests.builders import FORCE, REPORTED, Line

JUDGE = store.judge_with(load_rulebook(), ForceMappings())


def clock(hours: float) -> datetime:
    """So many hours after the report."""
    return REPORTED + timedelta(hours=hours)


class Desk:
    def __init__(self, engine: Engine, judge: Judge = JUDGE) -> None:
        self.engine, self.judge = engine, judge
        self.topics: dict[tuple[Topic, int], list[Received]] = {(topic, 0): [] for topic in INPUT_TOPICS}
        self.unmerged: list[Received] = []
        self.asked: tuple[BrokerEnds, ...] = ()

    def send(self, *lines: Line, partition: int = 0, hours: float = 0) -> list[Received]:
        """To the topics, with that broker time; it is not merged yet."""
        sent = [self._append(line, partition, clock(hours)) for line in lines]
        self.unmerged += sent
        return sent

    def merge(self, messages: Sequence[Received] | None = None) -> Merged:
        """These, or all that was sent and not merged."""
        batch = [*(self.unmerged if messages is None else messages)]
        self.unmerged = [each for each in self.unmerged if each not in batch]
        return store.merge(self.engine, batch, self.crime_record_ends())

    def receive(self, *lines: Line, partition: int = 0, hours: float = 0) -> Merged:
        return self.merge(self.send(*lines, partition=partition, hours=hours))

    def ask(self, hours: float) -> None:
        """The broker is asked for its ends: what they show may count as known once it is merged."""
        self.asked = (BrokerEnds(self.ends(), clock(hours)), *self.asked)

    def review(self, hours: float = 60, *, now: datetime | None = None, limit: int = 1000) -> Reviewed:
        """All that is due, with the broker's true ends."""
        at = now or clock(hours)
        whole = Reviewed()
        while True:
            part = store.review_due(self.engine, self.judge, at, BrokerEnds(self.ends(), at, self.asked), limit)
            whole.taken += part.taken
            whole.changed += part.changed
            whole.alerts += part.alerts
            whole.failures += part.failures
            whole.event_times += part.event_times
            if not part.more:
                return whole

    def crime_record_ends(self) -> dict[int, int]:
        return {number: len(sent) for (topic, number), sent in self.topics.items() if topic is Topic.CRIME_RECORDS}

    def ends(self) -> dict[tuple[Topic, int], int]:
        return {place: len(sent) for place, sent in self.topics.items()}

    def verdicts(self) -> dict[str, dict[str, Any]]:
        """By incident ref, of the one force that most tests have."""
        read_back = map(orjson.loads, store.stored_verdicts(self.engine))
        return {verdict["incident_ref"]: verdict for verdict in read_back}

    def status(self, ref: str = "INC-1") -> str:
        status: str = self.verdicts()[ref]["status"]
        return status

    def known(self, force: str = FORCE) -> datetime | None:
        return store.known_times(self.engine)[force]

    def alerts(self) -> list[dict[str, Any]]:
        """All that were ever told, in the order in which they are sent."""
        found = [each for each in store.unsent(self.engine, 10_000) if each.kind is store.Kind.ALERT]
        return [orjson.loads(each.value or b"") for each in found]

    def changes(self, ref: str = "INC-1") -> list[str]:
        return [alert["change"] for alert in self.alerts() if alert["incident_ref"] == ref]

    def rows(self, table: Table, *leave_out: str) -> list[tuple[Any, ...]]:
        """Every row of a table, sorted, without the columns that tell when or where something was written."""
        columns = [column for column in table.c if column.name not in leave_out]
        with reading(self.engine) as connection:
            return sorted((tuple(row) for row in connection.execute(select(*columns))), key=repr)

    def _append(self, line: Line, partition: int, at: datetime) -> Received:
        topic, value = Topic(line["topic"]), line["value"]
        raw = value if isinstance(value, bytes) else orjson.dumps(value)
        log = self.topics.setdefault((topic, partition), [])
        content = _decoded(topic, raw)
        log.append(Received(topic, partition, len(log), at, content, b"key", raw, (("trace", b"1"),)))
        return log[-1]


def _decoded(topic: Topic, raw: bytes) -> Decoded | Unreadable:
    try:
        return decode(topic, raw)
    except Unreadable as unreadable:
        return unreadable


def pure_verdicts(
    lines: Iterable[Line], now: datetime, mappings: ForceMappings | None = None
) -> dict[tuple[str, str], dict[str, Any]]:
    """What `assess` says of the same events."""
    batch = Batch()
    for line in lines:
        try:
            batch.add(read(Topic(line["topic"]), line["value"]))
        except Unreadable:
            continue
    judged = batch.verdicts(load_rulebook(), mappings or ForceMappings(), now)
    return {(verdict.force, verdict.incident_ref): orjson.loads(verdict.to_json()) for verdict in judged}


def failing_for(*refs: str, judge: Judge = JUDGE) -> Judge:
    """A judge that breaks down over these incidents."""

    def failing(holdings: Holdings) -> Judgement:
        judgement = judge(holdings)

        def judged(incident_ref: str, now: datetime, known: KnownTime) -> Any:
            if incident_ref in refs:
                raise ZeroDivisionError(incident_ref)
            return judgement(incident_ref, now, known)

        return judged

    return failing


def counting(judge: Judge = JUDGE) -> tuple[Judge, Counter[str]]:
    """A judge that counts how often each incident was judged."""
    judged: Counter[str] = Counter()

    def wrapped(holdings: Holdings) -> Judgement:
        judgement = judge(holdings)

        def count(incident_ref: str, now: datetime, known: KnownTime) -> Any:
            judged[incident_ref] += 1
            return judgement(incident_ref, now, known)

        return count

    return wrapped, judged


NewDesk = Callable[[], Desk]
