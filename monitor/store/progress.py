"""How far each partition is merged."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from monitor.contract.topics import Topic
from monitor.store import tables
from monitor.store.bulk import Insertion, Row
from monitor.store.engine import reading, writing
from monitor.store.heartbeats import lower_fences
from monitor.store.instants import UNTIMED, to_micros
from monitor.store.shapes import Ends, Places, Received


def _only_up(place: Any, new: Any) -> Any:
    return new.next_offset >= place.next_offset


_PLACE = Insertion(tables.progress, ("topic", "partition", "next_offset"), replace=("next_offset",))
_SKIP = replace(_PLACE, only_if=_only_up)
_NOTE = Insertion(
    tables.progress,
    ("topic", "partition", "next_offset", "broker_time"),
    replace=("next_offset", "broker_time"),
    only_if=_only_up,
)


@dataclass(frozen=True, slots=True)
class Progress:
    next_offset: int
    broker_time: datetime | None  # of the last message merged; None: nothing yet, or it bore none


def place(engine: Engine, positions: Places, ends: Ends | None = None) -> None:
    """Partitions were assigned: the offset of each that is read next, exact, also downwards. Call it before merging.

    `ends`, where known: the end offsets of crime-records. Fences beyond them are of a topic that was since made anew.
    """
    with writing(engine) as connection:
        _PLACE.run(connection, _rows(positions))
        lower_fences(connection, ends or {})


def skip(engine: Engine, positions: Places) -> None:
    """Nothing is left to merge before these offsets. Never downwards, as with what is merged."""
    with writing(engine) as connection:
        _SKIP.run(connection, _rows(positions))


def _rows(positions: Places) -> list[Row]:
    return [(topic.value, number, at) for (topic, number), at in sorted(positions.items())]


def progress(engine: Engine) -> dict[tuple[Topic, int], Progress]:
    with reading(engine) as connection:
        return read_progress(connection)


def read_progress(connection: Connection) -> dict[tuple[Topic, int], Progress]:
    rows = connection.execute(select(tables.progress))
    return {(Topic(row.topic), row.partition): Progress(row.next_offset, row.broker_time) for row in rows}


def note_progress(connection: Connection, batch: Iterable[Received]) -> None:
    """Never downwards: a worker that lost a partition may still be writing its last batch of it."""
    last: dict[tuple[str, int], Received] = {}
    for received in batch:
        last[received.topic, received.partition] = received
    _NOTE.run(connection, [_row(last[key]) for key in sorted(last)])


def _row(received: Received) -> Row:
    at = None if received.broker_time == UNTIMED else to_micros(received.broker_time)
    return received.topic.value, received.partition, received.offset + 1, at
