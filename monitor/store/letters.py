"""What became of each dead letter. It is noted in the merge that found it, and settled by the merge that reads it.

A letter is sent to its topic again under a header that names it (the first of them, if it was sent again before). Then
it is merged, or it is a new letter that names the first. Both happen here, in the transaction of the merge.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine, bindparam, or_, select, update

from monitor.contract.codec import Unreadable
from monitor.store.bulk import Insertion, Row
from monitor.store.dead_letters import letter_id, names_its_bytes, replayed_letter
from monitor.store.engine import writing
from monitor.store.instants import UNTIMED, Instant, to_micros, wall_clock
from monitor.store.letter_tables import OPEN, dead_letters
from monitor.store.shapes import Received


class LetterState(StrEnum):
    WAITING = "waiting"
    REPLAYED = "replayed"  # sent again; nobody has read it yet
    MERGED = "merged"  # sent again, or read by a rebuild
    UNREADABLE_AGAIN = "unreadable_again"  # sent again; a new letter stands for it
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class LetterInfo:
    """What a letter's headers tell of it."""

    id: str
    topic: str
    partition: int
    offset: int
    reason: str
    field: str | None
    force: str | None
    ref: str | None
    at: datetime
    first: str | None = None

    def row(self) -> Row:
        place = (self.id, self.topic, self.partition, self.offset)
        about = (self.reason, self.field, self.force, self.ref, to_micros(self.at))
        return (*place, *about, LetterState.WAITING.value, 0, self.first)


_LETTERS = Insertion(
    dead_letters,
    ("id", "topic", "partition", "offset", "reason", "field", "force", "ref", "at", "state", "changes", "first"),
)
_table = dead_letters.c
_AT_ONCE = 1000  # names in one statement


def note_letters(
    connection: Connection, batch: Iterable[Received], letters: Sequence[tuple[Received, Unreadable]]
) -> None:
    """Called within the merge."""
    replayed = {letter_id(received): letter for received in batch if (letter := _replayed(received))}
    infos = [_info(received, why, replayed) for received, why in letters]
    again = {info.first: info.id for info in _unknown(connection, [info for info in infos if info.first])}
    _LETTERS.run(connection, sorted({info.id: info.row() for info in infos}.values()))
    unreadable = {info.id for info in infos}
    read: dict[str | None, str] = {letter: "" for new, letter in replayed.items() if new not in unreadable}
    _settle(connection, read, LetterState.MERGED)
    _settle(connection, again, LetterState.UNREADABLE_AGAIN)


def adopt(engine: Engine, letters: Iterable[LetterInfo]) -> None:
    """Know letters that stand on the topic and that no merge into this database has noted."""
    with writing(engine) as connection:
        _LETTERS.run(connection, sorted(letter.row() for letter in letters))


def mark_replayed(engine: Engine, letters: Mapping[str, int], by: str) -> None:
    """They were sent again. By id, with the number of changes that each had before that: some may be merged by now."""
    now = wall_clock()
    rows = [{"letter": letter, "seen": seen, "now": now, "who": by} for letter, seen in letters.items()]
    if rows:
        with writing(engine) as connection:
            connection.execute(_REPLAYED, rows)


def discard(engine: Engine, letters: Sequence[str], why: str, by: str) -> int:
    """Nothing will be done with them. Answers how many were open; what was settled otherwise is left as it is."""
    values = _changed(state=LetterState.DISCARDED.value, state_by=by, why=why)
    discarded = 0
    with writing(engine) as connection:
        for start in range(0, len(letters), _AT_ONCE):
            these = _table.id.in_(letters[start : start + _AT_ONCE])
            statement = update(dead_letters).where(these, OPEN).values(values)
            discarded += connection.execute(statement, {"now": wall_clock()}).rowcount
    return discarded


def settle_read(engine: Engine, batch: Iterable[Received]) -> None:
    """Letters of messages that are read again and can be read now, as a later version may, need no sending again.

    For a rebuild: a merge on its way does not ask, for it would ask for each message.
    """
    with writing(engine) as connection:
        if connection.execute(select(_table.id).where(OPEN).limit(1)).first() is None:
            return
        read = [letter_id(each) for each in batch if not isinstance(each.content, Unreadable)]
        for start in range(0, len(read), _AT_ONCE):
            these = _table.id.in_(read[start : start + _AT_ONCE])
            values = _changed(state=LetterState.MERGED.value)
            connection.execute(update(dead_letters).where(these, OPEN).values(values), {"now": wall_clock()})


def _changed(**values: object) -> dict[str, object]:
    return {"changes": _table.changes + 1, "state_at": bindparam("now", type_=Instant()), **values}


_REPLAYED = (
    update(dead_letters)
    .where(_table.id == bindparam("letter"), _table.changes == bindparam("seen"))
    .values(_changed(state=LetterState.REPLAYED.value, state_by=bindparam("who")))
)
_SETTLED = update(dead_letters).where(
    or_(_table.id == bindparam("letter"), _table.first == bindparam("letter")), _table.id != bindparam("but")
)


def _settle(connection: Connection, firsts: Mapping[str | None, str], state: LetterState) -> None:
    """These letters and all that came of sending them again, but for the one that stands for them now."""
    rows = [{"letter": first, "but": but, "now": wall_clock()} for first, but in firsts.items()]
    if rows:
        where = OPEN if state is LetterState.UNREADABLE_AGAIN else _table.state != state.value
        connection.execute(_SETTLED.where(where).values(_changed(state=state.value)), rows)


def _replayed(received: Received) -> str | None:
    """The letter that this message is again, to the byte. A header that names another is somebody's mistake."""
    letter = replayed_letter(received.headers) if received.headers else None
    return letter if letter and names_its_bytes(letter, received) else None


def _info(received: Received, why: Unreadable, replayed: Mapping[str, str]) -> LetterInfo:
    name = letter_id(received)
    place = (name, received.topic.value, received.partition, received.offset)
    at = wall_clock() if received.broker_time == UNTIMED else received.broker_time  # else all that was read seems newer
    return LetterInfo(*place, why.reason, why.field, why.force, why.ref, at, replayed.get(name))


def _unknown(connection: Connection, infos: Sequence[LetterInfo]) -> list[LetterInfo]:
    """Those that are no repeat of a message merged before: only a new one says anything of the letters before it."""
    ids = [info.id for info in infos]
    known = set(connection.scalars(select(_table.id).where(_table.id.in_(ids)))) if ids else set()
    return [info for info in infos if info.id not in known]
