"""Known times in the database: read and moved on, and written with what that makes due."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, select, update

from monitor.rulebook.limits import HEARTBEAT_AHEAD
from monitor.store.heartbeats import unpack_ends
from monitor.store.instants import wall_clock
from monitor.store.known_time import Advanced, Fenced, Places, Standing, advance, has_passed, held_at
from monitor.store.progress import crime_record_progress
from monitor.store.shapes import BrokerEnds
from monitor.store.tables import cases, fences, known_times


def advanced(connection: Connection, broker: BrokerEnds | None, now: datetime) -> list[Advanced]:
    """The known time of every force as it becomes at `now`. Writes nothing."""
    places = crime_record_progress(connection)
    fenced, seen = _fenced(connection, places, now)
    if broker is not None:
        ends = {number: max(end, seen.get(number, 0)) for number, end in {**seen, **broker.ends}.items()}
        broker = BrokerEnds(ends, broker.taken_at)
    held = held_at(places, broker, now)
    return [advance(each, fenced[each.force], held, now) for each in _standings(connection)]


def write(connection: Connection, moved: Iterable[Advanced]) -> None:
    """Keep what has changed. A force's first heartbeat makes all of its cases due: with it known time may fall."""
    changed = [each for each in moved if each.after != each.before]
    if not changed:
        return
    connection.execute(_STANDS, [_row(each.after) for each in changed])
    connection.execute(_DROP_FENCES, [{"f": each.after.force, "counts": each.after.heartbeat} for each in changed])
    first_heard = [{"f": each.after.force} for each in changed if each.after.heard and not each.before.heard]
    if first_heard:
        connection.execute(_MARK_ALL, [{**each, "at": wall_clock()} for each in first_heard])


_STANDS = (
    update(known_times)
    .where(known_times.c.force == bindparam("f"))
    .values(known=bindparam("to"), heartbeat=bindparam("counts"), heard=bindparam("is_heard"))
)
_DROP_FENCES = delete(fences).where(fences.c.force == bindparam("f"), fences.c.as_of <= bindparam("counts"))
_MARK_ALL = (
    update(cases).where(cases.c.force == bindparam("f"), cases.c.due_since.is_(None)).values(due_since=bindparam("at"))
)


def _row(standing: Standing) -> dict[str, object]:
    return {
        "f": standing.force,
        "to": standing.known,
        "counts": standing.heartbeat,
        "is_heard": standing.heard,
    }


def _standings(connection: Connection) -> list[Standing]:
    rows = connection.execute(select(known_times).order_by(known_times.c.force))
    return [Standing(row.force, row.known, row.heartbeat, row.heard) for row in rows]


def _fenced(connection: Connection, places: Places, now: datetime) -> tuple[dict[str, Fenced], dict[int, int]]:
    """The fences by force, and the ends that those not passed show to exist."""
    fenced: dict[str, Fenced] = defaultdict(Fenced)
    seen: dict[int, int] = {}
    passes: dict[str, bool] = {}
    for force, as_of, packed in _newest_fences(connection, now):
        if packed not in passes:
            ends = unpack_ends(packed)
            passes[packed] = has_passed(ends, places)
            if not passes[packed]:
                seen = {number: max(end, seen.get(number, 0)) for number, end in {**seen, **ends}.items()}
        (fenced[force].passed if passes[packed] else fenced[force].pending).append(as_of)
    return fenced, seen


def _newest_fences(connection: Connection, now: datetime) -> list[tuple[str, datetime, str]]:
    """Of those with the same ends only the newest near the clock matters: after a night there are many."""
    near = fences.c.as_of <= now + HEARTBEAT_AHEAD
    newest = select(fences.c.force, func.max(fences.c.as_of), fences.c.ends).where(near)
    ahead = select(fences.c.force, fences.c.as_of, fences.c.ends).where(~near)
    rows = [*connection.execute(newest.group_by(fences.c.force, fences.c.ends)), *connection.execute(ahead)]
    return [(force, as_of, ends) for force, as_of, ends in rows]


def fences_not_passed(connection: Connection) -> int:
    places = crime_record_progress(connection)
    packed = connection.scalars(select(fences.c.ends))
    return sum(not has_passed(unpack_ends(ends), places) for ends in packed)
