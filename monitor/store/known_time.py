"""Known time of each force: up to when its crime records are merged, so that an absence can be said.

A heartbeat counts once progress has passed its fence. While a partition of an input topic lies behind its end, known
time is held at the broker time of what was last merged from the slowest, and at the last time of which all that the
topics then held is merged: whatever waits in one of them may say that nothing is missing. It never falls, with one
exception: until a force's first heartbeat it follows the clock, and that heartbeat then bears on it at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.compliance.known_time import KnownTime
from monitor.contract.topics import Topic
from monitor.rulebook.limits import HEARTBEAT_AHEAD
from monitor.store.instants import BEGINNING
from monitor.store.progress import Progress
from monitor.store.shapes import BrokerEnds, Ends, Places

GOOD_FOR = timedelta(seconds=1)  # how long end offsets, once asked for, are taken to be the ends
Merged = Mapping[tuple[Topic, int], Progress]  # of all partitions of the input topics


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


def held_at(merged: Merged, broker: BrokerEnds | None, seen: Places, now: datetime) -> datetime | None:
    """What bounds known time until everything is merged. None: everything is; BEGINNING: nothing can be said.

    `seen`: what is known to lie in the topics, whenever the broker was asked.
    """
    if broker is None:
        return BEGINNING
    behind = {*_behind(broker.ends, merged), *_behind(seen, merged)}
    bounds = [merged[place].broker_time or BEGINNING if place in merged else BEGINNING for place in behind]
    if behind:
        asked = (broker, *broker.earlier)
        bounds.append(max((each.taken_at for each in asked if not _behind(each.ends, merged)), default=BEGINNING))
    if now - broker.taken_at > GOOD_FOR:
        bounds.append(broker.taken_at)
    return min(bounds, default=None)


def has_passed(ends: Ends, merged: Merged) -> bool:
    """Whether crime records are merged up to these ends."""
    return not _behind({(Topic.CRIME_RECORDS, number): end for number, end in ends.items()}, merged)


def _behind(ends: Places, merged: Merged) -> list[tuple[Topic, int]]:
    return [place for place, end in ends.items() if end > (merged[place].next_offset if place in merged else 0)]


def _is_near(as_of: datetime, now: datetime) -> bool:
    return as_of - HEARTBEAT_AHEAD <= now
