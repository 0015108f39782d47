"""Events in the order of their own times, judged whenever an event or the passing of time may change a verdict."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import heappop, heappush
from itertools import groupby
from typing import NamedTuple

from monitor.compliance.assess import assess
from monitor.compliance.cases import Cases
from monitor.compliance.conduct import Occasion
from monitor.contract.codec import Decoded
from monitor.contract.events import Decision, Heartbeat
from monitor.contract.verdict import Verdict
from monitor.evaluation.knowledge import Knowledge
from monitor.rulebook import Rulebook
from monitor.rulebook.mapping import ForceMappings

Incident = tuple[str, str]  # force and ref


class Judgement(NamedTuple):
    at: datetime
    verdict: Verdict
    occasion: Occasion | None  # that may be part of a course of conduct


def time_of(decoded: Decoded) -> datetime:
    """When the source made it."""
    event = decoded.event
    if isinstance(event, Heartbeat):
        return event.as_of
    return event.decided_at if isinstance(event, Decision) else event.updated_at


def replay(
    events: Iterable[Decoded], rulebook: Rulebook, mappings: ForceMappings, end: datetime
) -> Iterator[Judgement]:
    """Every judgement up to `end`. What happens at one instant is judged once."""
    replaying = _Replay(rulebook, mappings)
    for at, together in groupby(sorted(events, key=time_of), time_of):
        if at > end:
            break
        yield from replaying.pass_time(at)
        yield from replaying.take(together, at)
    yield from replaying.pass_time(end)


class _Replay:
    def __init__(self, rulebook: Rulebook, mappings: ForceMappings) -> None:
        self._rulebook, self._mappings = rulebook, mappings
        self._forces: dict[str, Knowledge] = {}
        self._by_clock = _Agenda()
        self._by_known_time: dict[str, _Agenda] = {}

    def take(self, events: Iterable[Decoded], now: datetime) -> Iterator[Judgement]:
        due: set[Incident] = set()
        for decoded in events:
            due |= self._take(decoded, now)
        yield from self._judge(due, now)

    def pass_time(self, until: datetime) -> Iterator[Judgement]:
        """The judgements for which no event is needed."""
        while (at := self._by_clock.next_time) is not None and at <= until:
            yield from self._judge(self._by_clock.due(at), at)

    def _take(self, decoded: Decoded, now: datetime) -> set[Incident]:
        force = decoded.event.force
        knowledge = self._forces.setdefault(force, Knowledge(force))
        if isinstance(decoded.event, Heartbeat):
            knowledge.beat(decoded.event, now)
            return self._agenda(force).due(knowledge.known_time.at(now))
        return {(force, ref) for ref in knowledge.add(decoded)}

    def _judge(self, due: Iterable[Incident], now: datetime) -> Iterator[Judgement]:
        for force, ref in sorted(due):
            knowledge = self._forces[force]
            cases = Cases(knowledge.holdings_for(ref), self._rulebook, self._mappings.of(force))
            assessment = assess(cases, ref, now, knowledge.known_time)
            self._by_clock.put((force, ref), assessment.verdict.next_review_at)
            self._agenda(force).put((force, ref), assessment.review_at_known)
            yield Judgement(now, assessment.verdict, assessment.occasion)

    def _agenda(self, force: str) -> "_Agenda":
        return self._by_known_time.setdefault(force, _Agenda())


class _Agenda:
    """When each incident is to be looked at again; of several times for one, the last that was set."""

    def __init__(self) -> None:
        self._times: dict[Incident, datetime] = {}
        self._heap: list[tuple[datetime, Incident]] = []

    def put(self, incident: Incident, at: datetime | None) -> None:
        if at is None:
            self._times.pop(incident, None)
        elif self._times.get(incident) != at:
            self._times[incident] = at
            heappush(self._heap, (at, incident))

    @property
    def next_time(self) -> datetime | None:
        while self._heap and self._times.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, at: datetime) -> set[Incident]:
        """Taken off the agenda."""
        found: set[Incident] = set()
        while (time := self.next_time) is not None and time <= at:
            incident = heappop(self._heap)[1]
            del self._times[incident]
            found.add(incident)
        return found
