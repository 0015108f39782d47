"""Stories of all forces as one stream of events, in the order in which they are sent.

It never ends, and holds only what has begun and is not yet sent.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush, merge
from itertools import count
from operator import itemgetter
from random import Random

from monitor.contract.topics import Topic
from monitor.simulator.drills import DRILLS, LONGEST_LEAD
from monitor.simulator.force import Force, make_forces
from monitor.simulator.plans import PLANS, Plan, tell
from monitor.simulator.story import LARGEST_LAG, Sent, Story, written

# How busy the hours of the day are, from midnight; only their proportion counts.
_BUSY = (7, 6, 5, 4, 4, 4, 5, 7, 10, 11, 12, 12, 12, 12, 12, 13, 14, 15, 15, 14, 13, 12, 11, 10)
_DRILLS_FROM = 5_000_000  # numbers of drills, so that they never take the reference of another story
_DRILL_EVERY = (6.0, 20.0)  # seconds, of all forces together
_WARM_UP = timedelta(minutes=10)  # drills begin before the demonstration, so that the first of them end as it starts
_BEHIND_US, _LIVE_BEAT = timedelta(minutes=30), timedelta(seconds=15)  # between heartbeats
_FEEDS = (Topic.INCIDENTS, Topic.CRIME_RECORDS)


def stream_events(
    seed: int,
    start: datetime,
    forces: int = 1,
    rate_per_hour: float = 60,
    on_story: Callable[[Story], object] = lambda _: None,
    plans: tuple[Plan, ...] = PLANS,
) -> Iterator[Sent]:
    """When each event is sent, and the event as a line. `rate_per_hour` is the reports of one force.

    The same arguments give the same events. Infinite, sorted by time, in constant memory. `on_story` is told each
    story no later than the first event of a force that is sent after the story began.
    """
    made = make_forces(forces, start)
    told = [_in_order(_stories(force, seed, start, rate_per_hour, plans), timedelta(), on_story) for force in made]
    beats = [_heartbeats(force, start, timedelta(minutes=5)) for force in made]
    return merge(*told, *beats, key=itemgetter(0))


def demo_events(
    seed: int,
    now: datetime,
    forces: int = 1,
    hours: float = 36,
    rate_per_hour: float = 60,
    plans: tuple[Plan, ...] = PLANS,
) -> Iterator[Sent]:
    """The hours before `now`, then events to be sent as time passes, with alerts that rise and resolve every minute."""
    start = now - timedelta(hours=hours)
    made = make_forces(forces, start)
    told = [_in_order(_stories(force, seed, start, rate_per_hour, plans), timedelta()) for force in made]
    drills = [_in_order(_drills(force, seed, now - _WARM_UP, forces), timedelta(hours=LONGEST_LEAD)) for force in made]
    beats = [_heartbeats(force, start, _BEHIND_US, now) for force in made]
    return merge(*told, *drills, *beats, key=itemgetter(0))


def _stories(
    force: Force, seed: int, start: datetime, rate_per_hour: float, plans: tuple[Plan, ...]
) -> Iterator[Story]:
    rng = _rng(seed, force, "arrivals")
    begun = start
    for number in count(1):
        busy = _BUSY[begun.hour] * len(_BUSY) / sum(_BUSY)
        begun += timedelta(hours=rng.expovariate(rate_per_hour * busy))
        yield tell(force, number, begun.replace(microsecond=0), seed, plans)


def _drills(force: Force, seed: int, start: datetime, forces: int) -> Iterator[Story]:
    rng = _rng(seed, force, "drills")
    moment = start
    for number in count(_DRILLS_FROM):
        moment += timedelta(seconds=rng.uniform(*_DRILL_EVERY) * forces)
        yield tell(force, number, moment.replace(microsecond=0), seed, DRILLS)


def _in_order(
    stories: Iterator[Story], lead: timedelta, on_story: Callable[[Story], object] = lambda _: None
) -> Iterator[Sent]:
    """The events of stories that come in the order in which they begin; `lead`: how far before that they may reach."""
    waiting: list[tuple[datetime, int, Sent]] = []
    ties = count()
    for story in stories:
        while waiting and waiting[0][0] < story.begun - lead:
            yield heappop(waiting)[2]
        on_story(story)
        for sent in story.sent:
            heappush(waiting, (sent[0], next(ties), sent))


def _heartbeats(force: Force, start: datetime, every: timedelta, live_from: datetime | None = None) -> Iterator[Sent]:
    """Both feeds, that everything is sent which was known `LARGEST_LAG` ago; more often from `live_from` on."""
    at = start
    while True:
        at += _LIVE_BEAT if live_from and at >= live_from - every else every
        as_of = written(at - timedelta(seconds=LARGEST_LAG))
        for feed in _FEEDS:
            yield (
                at,
                {"topic": Topic.HEARTBEATS.value, "value": {"force": force.name, "feed": feed.value, "as_of": as_of}},
            )


def _rng(seed: int, force: Force, what: str) -> Random:
    return Random(f"{seed}/{force.name}/{what}")  # noqa: S311  reproducible on purpose, and no secret
