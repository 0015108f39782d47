"""Known time of each force: up to when its crime records are merged, so that an absence can be said.

A heartbeat counts once progress has passed its fence. While a partition of crime-records lies behind its end, known
time is held at the broker time of what was last merged from the slowest. It never falls, with one exception: until a
force's first heartbeat it follows the clock, and that heartbeat then bears on it at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.compliance.known_time import KnownTime
from monitor.rulebook.limits import HEARTBEAT_AHEAD
from monitor.store.instants import BEGINNING
from monitor.store.progress import Progress
from monitor.store.shapes import BrokerEnds

GOOD_FOR = timedelta(seconds=1)  # how long end offsets, once asked for, are taken to be the ends
Places = Mapping[int, Progress]  # of the partitions of crime-records


@dataclass(frozen=True, slots=True)
class Fenced:
    """The heartbeats of one force that have passed their fences, and those that have not."""

    passed: list[datetime] = field(default_factory=list)
    pending: list[datetime] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is stored of a force's known time."""

    force: str
    known: datetime | None = None  # None: nothing is known yet
    heartbeat: datetime | None = None  # the newest that counts
    heard: bool = False  # whether a heartbeat has ever borne on it


@dataclass(frozen=True, slots=True)
class Held(KnownTime):
    """Known time that is held back until and at `until`, and after that is taken to be merged up to the clock.

    The hold passes with the backlog; what a verdict says of its next review must not stand still with it.
    """

    held: datetime | None = None
    until: datetime = BEGINNING

    def at(self, now: datetime) -> datetime:
        known = KnownTime.at(self, now)
        if self.held is None or now > self.until:
            return known
        return max(min(known, self.held), min(self.at_least or BEGINNING, now))


@dataclass(frozen=True, slots=True)
class Advanced:
    """The standing of a force as it was and as it becomes, and the same as what a judgement needs."""

    before: Standing
    after: Standing
    known_time: Held

    def is_news(self, step: timedelta) -> bool:
        """Whether it moved by so much, or otherwise than by time."""
        before, after = self.before, self.after
        if (
            before.known is None
            or after.known is None
            or (before.heartbeat, before.heard) != (after.heartbeat, after.heard)
        ):
            return before != after
        return abs(after.known - before.known) >= step


def advance(standing: Standing, fenced: Fenced, held: datetime | None, now: datetime) -> Advanced:
    """The known time of one force at `now`. `held` (see `held_at`) bounds every force alike."""
    passed = [*fenced.passed, *([standing.heartbeat] if standing.heartbeat else [])]
    near = [as_of for as_of in passed if _is_near(as_of, now)]
    awaited = [as_of for as_of in fenced.pending if _is_near(as_of, now)]
    feed = max(near or awaited, default=None)
    at_least = standing.known
    if feed and at_least and not standing.heard:
        at_least = min(at_least, feed)
    counted = KnownTime.of([*passed, *([feed] if feed else [])], now).heartbeats
    known_time = Held(heartbeats=counted, at_least=at_least, held=held, until=now)
    known = max(known_time.at(now), at_least or BEGINNING)
    after = Standing(
        force=standing.force,
        known=known if known > BEGINNING else None,
        heartbeat=max(near, default=standing.heartbeat),
        heard=standing.heard or feed is not None,
    )
    return Advanced(standing, after, known_time)


def held_at(places: Places, broker: BrokerEnds | None, now: datetime) -> datetime | None:
    """What bounds known time until everything is merged. None: everything is; BEGINNING: nothing can be said."""
    if broker is None:
        return BEGINNING
    behind = [number for number, end in broker.ends.items() if end > _next_offset(places, number)]
    bounds = [places[number].broker_time or BEGINNING if number in places else BEGINNING for number in behind]
    if now - broker.taken_at > GOOD_FOR:
        bounds.append(broker.taken_at)
    return min(bounds, default=None)


def has_passed(ends: Mapping[int, int], places: Places) -> bool:
    return all(_next_offset(places, number) >= end for number, end in ends.items())


def _next_offset(places: Places, number: int) -> int:
    return places[number].next_offset if number in places else 0


def _is_near(as_of: datetime, now: datetime) -> bool:
    return as_of - HEARTBEAT_AHEAD <= now
