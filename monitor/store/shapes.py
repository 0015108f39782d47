"""What goes into the store and what it answers."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from monitor.compliance.assess import Assessment
from monitor.compliance.holdings import Holdings
from monitor.compliance.known_time import KnownTime
from monitor.contract.codec import Decoded, Unreadable
from monitor.contract.topics import Topic

Headers = Sequence[tuple[str, bytes]]
Ends = Mapping[int, int]  # partition of crime-records -> its end offset: the offset that its next message will get
Places = Mapping[tuple[Topic, int], int]  # (input topic, partition) -> an offset


class Received(NamedTuple):
    """One message of an input topic, read or unreadable. Key, value and headers are kept for dead letters only."""

    topic: Topic
    partition: int
    offset: int
    broker_time: datetime  # UNTIMED: it bears none
    content: Decoded | Unreadable
    key: bytes | None = None
    value: bytes | None = None
    headers: Headers = ()


class Outcome(StrEnum):
    MERGED = "merged"  # a new snapshot, decision or heartbeat
    REPEAT = "repeat"  # known already, to the byte of its canonical JSON
    STALE = "stale"  # new, but a higher revision (or a later heartbeat) was here before it
    CONFLICT = "conflict"  # differs from another one of the same revision or decision id
    UNREADABLE = "unreadable"  # to the dead letters


Outcomes = Counter[tuple[Topic, Outcome]]


@dataclass(frozen=True, slots=True)
class Merged:
    outcomes: Outcomes
    dead_letters: Counter[str]  # by reason
    marked: int  # cases that are due now and were not before


@dataclass(frozen=True, slots=True)
class BrokerEnds:
    """The end offsets of all partitions of the input topics, and when (by the clock) they were asked for."""

    ends: Places
    taken_at: datetime
    earlier: tuple["BrokerEnds", ...] = ()  # some of those asked for before: what they show may be merged by now


class Judgement(Protocol):
    """`assess` over what is known of one force."""

    def __call__(self, incident_ref: str, now: datetime, known: KnownTime) -> Assessment: ...


Judge = Callable[[Holdings], Judgement]  # see `judge_with`; tests give a fake


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that could not be judged and was put off."""

    force: str
    incident_ref: str
    error: Exception


@dataclass(slots=True)
class Reviewed:
    taken: int = 0
    changed: int = 0  # verdicts that are not what they were
    alerts: Counter[str] = field(default_factory=Counter)  # raised, changed, resolved
    failures: list[Failure] = field(default_factory=list)
    event_times: list[datetime] = field(default_factory=list)  # of cases due by an event: that event's broker time
    delays: list[tuple[str, float | None]] = field(default_factory=list)  # force, hours to the record that came
    more: bool = False  # call again at once: the limit was reached


class Kind(StrEnum):
    ALERT = "alert"
    DEAD_LETTER = "dead_letter"
    DECISION = "decision"
    AUDIT_HEAD = "audit_head"


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    number: int  # ascending; per incident in the order of the changes
    id: str  # stable and unique: put it into a header `id`, so that a reader can drop repeats
    kind: Kind
    topic: Topic
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CaseCount:
    """How many cases stand so. `open` is the incident log's own status."""

    force: str
    status: str
    severity: str
    alert: str
    open: bool
    cases: int


@dataclass(frozen=True, slots=True)
class Due:
    cases: int
    oldest: datetime | None  # since when the oldest is due


@dataclass(frozen=True, slots=True)
class Change:
    """One row of a case's history: the verdict as it became, and what made it so."""

    number: int
    at: datetime
    known: datetime | None
    cause: str  # a topic, or `clock`, `known_time`
    cause_ref: str | None  # the incident, crime or decision that changed
    cause_revision: int | None
    verdict: bytes
