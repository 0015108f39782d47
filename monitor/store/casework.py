"""Who holds a case."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, select, update

from monitor.store.audit import Deed, append_within
from monitor.store.bulk import Insertion, Key
from monitor.store.desk_tables import case_holders
from monitor.store.engine import writing
from monitor.store.instants import to_micros, wall_clock
from monitor.store.people import names
from monitor.store.queue import note_holder
from monitor.store.tables import cases

NOBODY_YET = ""  # who gave a case that nobody ever held

_FIRST = Insertion(case_holders, ("force", "ref", "holder", "since", "given_by", "changes"))


@dataclass(frozen=True, slots=True)
class Holder:
    subject: str | None  # None: nobody holds it
    since: datetime | None = None
    given_by: str = NOBODY_YET
    changes: int = 0  # how often it changed hands: what tells that it did meanwhile


class UnknownCase(Exception):  # noqa: N818 - an answer
    """There is no such incident."""


class ChangedHands(Exception):  # noqa: N818 - a state to be told, not a mistake
    """Somebody took the case, or handed it over, since it was looked at. Nothing was written."""

    def __init__(self, holder: Holder, name: str) -> None:
        super().__init__()
        self.holder, self.name = holder, name


def holder_of(connection: Connection, key: Key) -> Holder:
    row = connection.execute(select(case_holders).where(_is(key))).first()
    if row is None or not row.changes:
        return Holder(None)
    return Holder(row.holder, row.since, row.given_by, row.changes)


def hand_over(engine: Engine, key: Key, to: str | None, deed: Deed, seen: int) -> Holder:
    """The case goes to somebody, or (None) back to nobody. `deed` is entered in the audit log with from and to.

    `seen`: the `changes` that whoever does it looked at. Raises ChangedHands where they are no longer so many, and
    UnknownCase.
    """
    with writing(engine) as connection:
        hold_desk(connection, key)
        before = holder_of(connection, key)
        if before.changes != seen:
            raise ChangedHands(before, names(connection, key[0]).get(before.subject or "", ""))
        after = Holder(to, wall_clock(), deed.by.subject, seen + 1)
        given = {"holder": to, "since": after.since, "given_by": deed.by.subject, "changes": after.changes}
        connection.execute(update(case_holders).where(_is(key)).values(given))
        note_holder(connection, key, to)
        append_within(connection, deed.with_detail(**{"from": before.subject, "to": to}))
    return after


def hold_desk(connection: Connection, key: Key) -> None:
    """Until the end of the transaction nobody else decides on this case or hands it over. Raises UnknownCase.

    Merge and review never wait for this, and it is taken before anything that they lock: no circle can form.
    """
    known = select(cases.c.ref).where(cases.c.force == key[0], cases.c.ref == key[1])  # and not locked
    if connection.execute(known).first() is None:
        raise UnknownCase
    _FIRST.run(connection, [(*key, None, to_micros(wall_clock()), NOBODY_YET, 0)])
    connection.execute(select(case_holders.c.changes).where(_is(key)).with_for_update())


def _is(key: Key) -> ColumnElement[bool]:
    return and_(case_holders.c.force == key[0], case_holders.c.ref == key[1])
