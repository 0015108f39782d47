"""Known times in the database: read and moved on, and written with what that makes due."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Case,
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    and_,
    bindparam,
    case,
    delete,
    func,
    select,
    update,
)

from monitor.contract.topics import Topic
from monitor.rulebook.limits import HEARTBEAT_AHEAD
from monitor.store.heartbeats import unpack_ends
from monitor.store.instants import wall_clock
from monitor.store.known_time import Advanced, Fenced, Merged, Standing, advance, has_passed, held_at
from monitor.store.progress import Progress, read_progress
from monitor.store.shapes import BrokerEnds, Places
from monitor.store.stops import read_stops
from monitor.store.tables import cases, fences, known_times

NEVER_REACHED = 2**63 - 1  # an offset


def advanced(connection: Connection, broker: BrokerEnds | None, now: datetime) -> list[Advanced]:
    """The known time of every force as it becomes at `now`. Writes nothing."""
    merged = read_progress(connection)
    fenced, seen = _fenced(connection, merged, now)
    held = held_at({**merged, **_not_read_on(connection)}, broker, seen, now)
    return [advance(each, fenced[each.force], held, now) for each in _standings(connection)]


def _not_read_on(connection: Connection) -> Merged:
    """Stopped partitions, as if all of them were merged: else a few logs that cannot be read would silence every alert.

    But for crime records: while they are not read, nothing can be said to be missing.
    """
    stopped = (place for place, stop in read_stops(connection).items() if stop.held_from is not None)
    return {place: Progress(NEVER_REACHED, None) for place in stopped if place[0] is not Topic.CRIME_RECORDS}


class Superseded(Exception):  # noqa: N818 - nothing went wrong
    """Another review has meanwhile heard the first heartbeat of a force: roll back, and begin again."""


def write(connection: Connection, moved: Iterable[Advanced]) -> None:
    """Keep what has changed. A force's first heartbeat makes all of its cases due: with it known time may fall.

    Another review may have moved them since `advanced` read them: what is stored never falls because of that. Raises
    Superseded.
    """
    changed = [each for each in moved if each.after != each.before]
    if not changed:
        return
    for each in sorted(changed, key=lambda one: one.after.force):
        if connection.execute(_STANDS, _row(each)).rowcount == 0:
            raise Superseded
    connection.execute(_DROP_FENCES, [{"f": each.after.force, "counts": each.after.heartbeat} for each in changed])
    for each in changed:
        if each.after.heard and not each.before.heard:
            _mark_all(connection, each.after.force)


def must_stand(connection: Connection, moved: Iterable[Advanced]) -> None:
    """Call it once the cases to be judged are locked. Raises Superseded.

    After that no first heartbeat can slip past them: it marks them due, and waits for that until they are free.
    """
    heard = {each.after.force for each in moved if each.after.heard}
    stored = {*connection.scalars(_HEARD)}
    if stored - heard:
        raise Superseded


def _mark_all(connection: Connection, force: str) -> None:
    """Those due already too, in the order of their keys, as whoever merges locks them: see `due`."""
    own = cases.c.force == force
    in_order = select(cases.c.ref).where(own).order_by(cases.c.ref).with_for_update()
    connection.execute(select(func.count()).select_from(in_order.subquery()))
    connection.execute(update(cases).where(own, cases.c.due_since.is_(None)).values(due_since=wall_clock()))


def _new(name: str, column: Column[Any]) -> BindParameter[Any]:
    return bindparam(name, type_=column.type)


def _not_below(column: Column[Any], new: BindParameter[Any], *only_if: ColumnElement[bool]) -> Case[Any]:
    return case((and_(*only_if, column > new), column), else_=func.coalesce(new, column))


_WAS_HEARD = _new("was_heard", known_times.c.heard)
_STANDS = (
    update(known_times)
    .where(known_times.c.force == bindparam("f"), known_times.c.heard == _WAS_HEARD)
    .values(
        known=_not_below(known_times.c.known, _new("to", known_times.c.known), _WAS_HEARD),
        heartbeat=_not_below(known_times.c.heartbeat, _new("counts", known_times.c.heartbeat)),
        heard=bindparam("is_heard"),
    )
)
_ALL = select(known_times).order_by(known_times.c.force)
_HEARD = select(known_times.c.force).where(known_times.c.heard)
_DROP_FENCES = delete(fences).where(fences.c.force == bindparam("f"), fences.c.as_of <= bindparam("counts"))


def _row(each: Advanced) -> dict[str, object]:
    return {
        "f": each.after.force,
        "was_heard": each.before.heard,
        "to": each.after.known,
        "counts": each.after.heartbeat,
        "is_heard": each.after.heard,
    }


def _standings(connection: Connection) -> list[Standing]:
    rows = connection.execute(_ALL)
    return [Standing(row.force, row.known, row.heartbeat, row.heard) for row in rows]


def _fenced(connection: Connection, merged: Merged, now: datetime) -> tuple[dict[str, Fenced], Places]:
    """The fences by force, and the ends that those not passed show to exist."""
    fenced: dict[str, Fenced] = defaultdict(Fenced)
    seen: dict[tuple[Topic, int], int] = {}
    passes: dict[str, bool] = {}
    for force, as_of, packed in _newest_fences(connection, now):
        if packed not in passes:
            ends = unpack_ends(packed)
            passes[packed] = has_passed(ends, merged)
            for number, end in ends.items() if not passes[packed] else ():
                place = Topic.CRIME_RECORDS, number
                seen[place] = max(end, seen.get(place, 0))
        (fenced[force].passed if passes[packed] else fenced[force].pending).append(as_of)
    return fenced, seen


def _newest_fences(connection: Connection, now: datetime) -> list[tuple[str, datetime, str]]:
    """Of those with the same ends only the newest near the clock matters: after a night there are many."""
    rows = connection.execute(_NEWEST_FENCES, {"near": now + HEARTBEAT_AHEAD})
    return [(force, as_of, ends) for force, as_of, ends in rows]


def _newest_and_ahead() -> CompoundSelect[Any]:
    own = fences.c
    near = own.as_of <= _new("near", own.as_of)
    newest = select(own.force, func.max(own.as_of), own.ends).where(near).group_by(own.force, own.ends)
    return newest.union_all(select(own.force, own.as_of, own.ends).where(~near))


_NEWEST_FENCES = _newest_and_ahead()


def fences_not_passed(connection: Connection) -> int:
    merged = read_progress(connection)
    packed = connection.scalars(select(fences.c.ends))
    return sum(not has_passed(unpack_ends(ends), merged) for ends in packed)
