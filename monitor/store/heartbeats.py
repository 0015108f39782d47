"""Heartbeats as they come: the newest of each feed, and for crime-records the fence that each must pass to count."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import orjson
from sqlalchemy import Connection, Engine, bindparam, select, update

from monitor.contract.codec import Decoded
from monitor.contract.events import Heartbeat
from monitor.contract.topics import Topic
from monitor.store.bulk import Insertion, Key
from monitor.store.engine import reading
from monitor.store.instants import to_micros
from monitor.store.shapes import Ends, Outcome, Outcomes, Received
from monitor.store.tables import feeds, fences

CRIME_RECORDS_FEED = "crime_records"

_FEEDS = Insertion(
    feeds, ("force", "feed", "as_of"), replace=("as_of",), only_if=lambda feed, new: new.as_of > feed.as_of
)
_FENCES = Insertion(fences, ("force", "as_of", "ends"))


def needs_ends(batch: Iterable[Received]) -> bool:
    """Whether `merge` must be given the end offsets of crime-records with this batch."""
    return any(each.feed == CRIME_RECORDS_FEED for each in _heartbeats(batch))


def heartbeats(engine: Engine) -> dict[Key, datetime]:
    """The newest `as_of` by force and feed, whether it counts yet or not."""
    with reading(engine) as connection:
        return _newest(connection)


def merge_heartbeats(connection: Connection, batch: Sequence[Received], ends: Ends | None, outcomes: Outcomes) -> None:
    arrived = _heartbeats(batch)
    if not arrived:
        return
    newest = _newest(connection)
    for each in arrived:
        outcomes[Topic.HEARTBEATS, _outcome(newest, each)] += 1
        key = (each.force, each.feed)
        newest[key] = max(newest.get(key, each.as_of), each.as_of)
    changed = sorted({(each.force, each.feed) for each in arrived})
    _FEEDS.run(connection, [(*key, to_micros(newest[key])) for key in changed])
    _raise_fences(connection, [each for each in arrived if each.feed == CRIME_RECORDS_FEED], ends)


def lower_fences(connection: Connection, ends: Ends) -> None:
    """No fence can stand beyond the end of its partition, unless the topic was made anew: then it would never pass."""
    rows = connection.execute(select(fences)).all() if ends else []
    lowered = [
        {"f": row.force, "at": row.as_of, "lower": _lower(row.ends, ends)}
        for row in rows
        if _lower(row.ends, ends) != row.ends
    ]
    if lowered:
        connection.execute(_LOWER, lowered)


_LOWER = (
    update(fences)
    .where(fences.c.force == bindparam("f"), fences.c.as_of == bindparam("at"))
    .values(ends=bindparam("lower"))
)


def pack_ends(ends: Ends) -> str:
    return orjson.dumps(dict(sorted(ends.items())), option=orjson.OPT_NON_STR_KEYS).decode()


def unpack_ends(packed: str) -> Mapping[int, int]:
    return {int(partition): end for partition, end in orjson.loads(packed).items()}


def _lower(packed: str, ends: Ends) -> str:
    return pack_ends({number: min(end, ends.get(number, end)) for number, end in unpack_ends(packed).items()})


def _heartbeats(batch: Iterable[Received]) -> list[Heartbeat]:
    contents = [received.content for received in batch if received.topic is Topic.HEARTBEATS]
    events = (content.event for content in contents if isinstance(content, Decoded))
    return [event for event in events if isinstance(event, Heartbeat)]


def _newest(connection: Connection) -> dict[Key, datetime]:
    return {(row.force, row.feed): row.as_of for row in connection.execute(select(feeds))}


def _outcome(newest: Mapping[Key, datetime], each: Heartbeat) -> Outcome:
    known = newest.get((each.force, each.feed))
    if known is None or known < each.as_of:
        return Outcome.MERGED
    return Outcome.REPEAT if known == each.as_of else Outcome.STALE


def _raise_fences(connection: Connection, arrived: list[Heartbeat], ends: Ends | None) -> None:
    """One repeated later has a fence already, the lower one: that stands."""
    if not arrived:
        return
    if ends is None:
        raise ValueError("a heartbeat of crime-records needs the end offsets of that topic")
    packed = pack_ends(ends)
    named = sorted({(each.force, to_micros(each.as_of)) for each in arrived})
    _FENCES.run(connection, [(force, as_of, packed) for force, as_of in named])
