"""By what crime records are found that nothing links: whom they name, where it was, and when they were made.

Noted where a revision of a record states no link, which is on the way of a merge and true of few; and where a review
finds that a registrar has rejected one.
"""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import BigInteger, Connection, bindparam, delete

from monitor.compliance.holdings import Holdings
from monitor.compliance.ruling import ruling_of
from monitor.contract.events import CrimeSnapshot, Location
from monitor.store.arrivals import Arrival
from monitor.store.bulk import Insertion, Key, Row
from monitor.store.instants import to_micros
from monitor.store.match_tables import crime_marks
from monitor.store.persons import short

RECORD = "record"
_CELL = 1000  # to a degree: places in one cell lie some 100 metres apart at most
_MARKS = Insertion(crime_marks, ("force", "key", "recorded_at", "ref"))


def note_marks(connection: Connection, fresh: Iterable[Arrival]) -> None:
    records = (each.event for each in fresh if isinstance(each.event, CrimeSnapshot))
    _note(connection, [record for record in records if not record.incident_refs])


def note_rejected(connection: Connection, logs: Iterable[Key], holdings: Mapping[str, Holdings]) -> None:
    """Of the logs that are judged, the records that a registrar has said are not theirs; holdings by force."""
    for force, ref in logs:
        decisions = holdings[force].decisions(ref)
        if decisions:
            rejected = (holdings[force].crime(crime) for crime in ruling_of(decisions).rejected_links)
            _note(connection, [record for record in rejected if record])


def _note(connection: Connection, records: Iterable[CrimeSnapshot]) -> None:
    _MARKS.run(connection, sorted({row for record in records for row in _rows(record)}))


def forget_marks(connection: Connection, records: Iterable[CrimeSnapshot]) -> None:
    """By whole keys of the index, which a search by reference would have to read through."""
    rows = {row for record in records for row in _rows(record)}
    if rows:
        connection.execute(_FORGET, [dict(zip("fkar", row, strict=True)) for row in sorted(rows)])


def person_mark(person_key: str) -> str:
    return f"person:{short(person_key)}"


def spot_marks(place: Location) -> Iterator[str]:
    """Of the place itself and of whatever lies beside it."""
    if place.lat is not None and place.lon is not None:
        row, column = _cell(place.lat, place.lon)
        yield from (f"spot:{row + north},{column + east}" for north in (-1, 0, 1) for east in (-1, 0, 1))


def area_marks(place: Location) -> Iterator[str]:
    if place.beat:
        yield short(f"beat:{place.beat.casefold()}")
    if place.lsoa:
        yield short(f"lsoa:{place.lsoa.casefold()}")


def _rows(record: CrimeSnapshot) -> Iterator[Row]:
    force, at, ref, place = record.force, to_micros(record.recorded_at), record.crime_ref, record.location
    yield force, RECORD, at, ref
    for person in (*record.victims, *record.suspects):
        if person.person_key:
            yield force, person_mark(person.person_key), at, ref
    if place:
        if place.lat is not None and place.lon is not None:
            row, column = _cell(place.lat, place.lon)
            yield force, f"spot:{row},{column}", at, ref
        for mark in area_marks(place):
            yield force, mark, at, ref


def _cell(lat: float, lon: float) -> tuple[int, int]:
    return round(lat * _CELL), round(lon * _CELL)


_OWN = crime_marks.c
_FORGET = delete(crime_marks).where(
    _OWN.force == bindparam("f"),
    _OWN.key == bindparam("k"),
    _OWN.recorded_at == bindparam("a", type_=BigInteger),
    _OWN.ref == bindparam("r"),
)
