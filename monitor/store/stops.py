"""Partitions that are not read on, because too many of their messages could not be read.

A stop is a row, so that it survives restarts and rebalances. Whoever reads the partition merges nothing from
`held_from` on until an operator lifts it, or a worker starts with a limit that would not have stopped it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, Row, select, update

from monitor.contract.topics import Topic
from monitor.store.bulk import Insertion
from monitor.store.engine import reading, writing
from monitor.store.instants import to_micros, wall_clock
from monitor.store.letter_tables import letter_stops

Place = tuple[Topic, int]

_COLUMNS = ("topic", "partition", "held_from", "free_to", "criterion", "letters", "since")
_STOP = Insertion(letter_stops, _COLUMNS, replace=("held_from", "criterion", "letters", "since"))
_table = letter_stops.c


@dataclass(frozen=True, slots=True)
class Stop:
    """Of one partition. `held_from` None: it is read on, and below `free_to` its letters count towards no limit."""

    held_from: int | None
    free_to: int | None
    criterion: str  # run or share
    letters: int  # that the limit allowed
    since: datetime  # wall clock


def stop_partition(engine: Engine, place: Place, held_from: int, criterion: str, letters: int) -> None:
    """Nothing of it is merged from this offset on."""
    topic, partition = place
    row = (topic.value, partition, held_from, None, criterion, letters, to_micros(wall_clock()))
    with writing(engine) as connection:
        _STOP.run(connection, [row])


def stops(engine: Engine) -> dict[Place, Stop]:
    with reading(engine) as connection:
        return read_stops(connection)


def read_stops(connection: Connection) -> dict[Place, Stop]:
    return {(Topic(row.topic), row.partition): _stop(row) for row in connection.execute(select(letter_stops))}


def lift_stop(engine: Engine, place: Place, free_to: int | None = None) -> bool:
    """It is read on; below `free_to` no letter counts. Answers whether it was stopped."""
    topic, partition = place
    this = (_table.topic == topic.value, _table.partition == partition, _table.held_from.is_not(None))
    with writing(engine) as connection:
        lifted = connection.execute(update(letter_stops).where(*this).values(held_from=None, free_to=free_to))
        return lifted.rowcount > 0


def lift_where_raised(engine: Engine, allowed: Mapping[str, int | None]) -> int:
    """Lift each stop whose limit was raised since. `allowed`: the limits now, by criterion; None is no limit."""
    lifted = 0
    with writing(engine) as connection:
        for criterion, letters in allowed.items():
            raised = (_table.criterion == criterion, _table.held_from.is_not(None))
            statement = update(letter_stops).where(*raised)
            if letters is not None:
                statement = statement.where(_table.letters < letters)
            lifted += connection.execute(statement.values(held_from=None)).rowcount
    return lifted


def _stop(row: Row[tuple[object, ...]]) -> Stop:
    return Stop(row.held_from, row.free_to, row.criterion, row.letters, row.since)
