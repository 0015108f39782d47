"""All rows of the queue in memory, so that each view with all its counts takes milliseconds.

Of each value that rows can have, a set of bits says which rows have it; each order is a sorted list of rows. A database
cannot count every filter against every other in a fraction of a second over 100,000 rows, this can. It holds what
`monitor.store.queue` holds and no more, and can be made anew from it at any time.
"""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any, NamedTuple

from monitor.contract.verdict import Severity
from monitor.rulebook.limits import RECORD_WITHIN
from monitor.store.bulk import Key
from monitor.store.concerns import Concern, unpacked
from monitor.store.instants import to_micros
from monitor.store.queue import QueueRow
from monitor.store.scope import Scope
from monitor.web.queue.address import AGES, FACETS, Age, Facet, View
from monitor.web.queue.bits import Bits, bits_of, pick
from monitor.web.queue.labels import MISSING

REMEMBERED = 20_000  # changes
_FEW = 1000  # changes at once: more than that, and sorting anew is quicker than moving each
_SEVERITIES = tuple(severity.value for severity in Severity)

SortKey = Callable[[QueueRow], Any]
Counts = dict[str, int]  # by value


class Changed(NamedTuple):
    version: int
    before: QueueRow | None
    after: QueueRow | None


@dataclass(frozen=True)
class Found:
    version: int
    total: int
    everything: int  # that this person may see, whatever the filters
    concerns: dict[Concern, int]
    any_concern: int
    facets: dict[Facet, Counts]
    rows: list[QueueRow]


class QueueIndex:
    """Not for several threads at once: see live.py."""

    def __init__(self, type_words: Callable[[str, str], str]) -> None:
        self.version = 0
        self._rows: list[QueueRow | None] = []
        self._places: dict[Key, int] = {}
        self._free: list[int] = []
        self._all = Bits()
        self._concerns: dict[Concern, Bits] = {concern: Bits() for concern in Concern}
        self._values: dict[str, defaultdict[str, Bits]] = {facet: defaultdict(Bits) for facet in FACETS}
        self._sorts = _sorts(type_words)
        self._orders: dict[str, list[int]] = {}
        self._changed: deque[Changed] = deque(maxlen=REMEMBERED)
        self._remembers_after = 0  # the version after which every change is remembered
        self._aged: tuple[object, dict[str, int]] = (None, {})

    # Taking in

    def load(self, rows: Iterable[QueueRow]) -> None:
        """All there is, into an empty index: nothing of it is news."""
        for row in rows:
            self._put_in(row)
            self.version = max(self.version, row.version)
        self._remembers_after = self.version

    def take_in(self, rows: Sequence[QueueRow]) -> None:
        """Rows as they are now, in order of version; those that are gone leave."""
        if len(rows) > _FEW:
            self._orders.clear()
        for row in rows:
            self._replace(row)
            self.version = row.version

    def _replace(self, row: QueueRow) -> None:
        before = self._take_out(row.key)
        after = None if row.gone else row
        if after:
            self._put_in(after)
        if len(self._changed) == REMEMBERED:
            self._remembers_after = self._changed[0].version
        if before or after:
            self._changed.append(Changed(row.version, before, after))

    def _put_in(self, row: QueueRow) -> None:
        place = self._free.pop() if self._free else len(self._rows)
        if place == len(self._rows):
            self._rows.append(row)
        else:
            self._rows[place] = row
        self._places[row.key] = place
        for bits in self._bits_of(row):
            bits.add(place)
        for name, order in self._orders.items():
            order.insert(self._position(name, order, row), place)

    def _take_out(self, key: Key) -> QueueRow | None:
        place = self._places.pop(key, None)
        row = None if place is None else self._rows[place]
        if place is None or row is None:
            return None
        for name, order in self._orders.items():
            del order[self._position(name, order, row)]
        for bits in self._bits_of(row):
            bits.remove(place)
        self._rows[place] = None
        self._free.append(place)
        return row

    def _bits_of(self, row: QueueRow) -> Iterable[Bits]:
        yield self._all
        for concern in unpacked(row.concerns):
            yield self._concerns[concern]
        for facet, value in _values_of(row):
            yield self._values[facet][value]

    def _position(self, name: str, order: list[int], row: QueueRow) -> int:
        def key(each: QueueRow) -> tuple[Any, ...]:
            return self._sorts[name](each), _worst(each)

        return bisect_left(order, key(row), key=lambda place: key(self._at(place)))

    def _at(self, place: int) -> QueueRow:
        row = self._rows[place]
        assert row is not None
        return row

    # Answering

    def find(self, view: View, scope: Scope, now: datetime, rows: int | None, start: int = 0) -> Found:
        """`rows` from `start` on (None: all), and how many each value of a filter would show beside the others."""
        seen = self._seen(scope)
        searched = seen & self._search(view.search) if view.search else seen
        facets = {facet: self._of_facet(facet, now) for facet in FACETS}
        chosen = {facet: _union(facets[facet], view.chosen(facet)) for facet in FACETS if view.chosen(facet)}
        beside = {facet: _all_but(chosen, facet, searched) for facet in FACETS}
        narrowed = reduce(and_, chosen.values(), searched)
        concern = self._concerns[view.filter].integer if view.filter else narrowed
        found = narrowed & concern
        return Found(
            version=self.version,
            total=found.bit_count(),
            everything=seen.bit_count(),
            concerns={each: (narrowed & bits.integer).bit_count() for each, bits in self._concerns.items()},
            any_concern=narrowed.bit_count(),
            facets={
                facet: _counts(facets[facet], beside[facet] & (concern if view.filter else -1), seen)
                for facet in FACETS
            },
            rows=[self._at(place) for place in self._picked(view, found, start, rows)],
        )

    def changes(self, view: View, scope: Scope, now: datetime, since: int) -> int | None:
        """How many incidents of this view came, went or changed after that version. None: more than it remembers."""
        if since < self._remembers_after:
            return None
        touched: set[Key] = set()
        for change in reversed(self._changed):
            if change.version <= since:
                break
            touched.update(row.key for row in (change.before, change.after) if row and _matches(row, view, scope, now))
        return len(touched)

    def warm_up(self) -> None:
        for sort in self._sorts:
            self._order(sort)

    def _seen(self, scope: Scope) -> int:
        return self._all.integer if scope is None else _union(self._of_values("force"), sorted(scope))

    def _search(self, wanted: str) -> int:
        needle = wanted.upper()
        places = (place for place, row in enumerate(self._rows) if row and _names(row, needle))
        return bits_of(places, len(self._rows))

    def _of_facet(self, facet: Facet, now: datetime) -> dict[str, int]:
        return self._by_age(now) if facet == "age" else self._of_values(facet)

    def _of_values(self, facet: Facet) -> dict[str, int]:
        return {value: bits.integer for value, bits in self._values[facet].items()}

    def _by_age(self, now: datetime) -> dict[str, int]:
        """Ages pass a limit with the minute, not with each view."""
        minute = now.replace(second=0, microsecond=0)
        state = (self.version, minute)
        if self._aged[0] != state:
            self._aged = (state, {age.value: self._aged_so(age, minute) for age in AGES})
        return self._aged[1]

    def _aged_so(self, age: Age, now: datetime) -> int:
        first, last = _limits(age, now)
        aged = (place for place, row in enumerate(self._rows) if row and first <= row.deadline < last)
        return bits_of(aged, len(self._rows))

    def _picked(self, view: View, found: int, start: int, count: int | None) -> list[int]:
        order = self._order(view.sort)
        return pick(reversed(order) if view.descending else order, found, len(self._rows), start, count)

    def _order(self, sort: str) -> list[int]:
        """Sorted from the worst down first, and then by what is asked: so the worst of each come first."""
        if sort not in self._orders:
            before = self._places.values() if sort == "worst" else self._order("worst")
            by = self._sorts[sort]
            self._orders[sort] = sorted(before, key=lambda place: by(self._at(place)))
        return self._orders[sort]


def _worst(row: QueueRow) -> tuple[int, bool, int, str, str]:
    """Where nothing is missing there is no time left to go by. No two rows are alike."""
    return -row.severity, row.status not in MISSING, row.deadline, row.force, row.ref


def _sorts(type_words: Callable[[str, str], str]) -> dict[str, SortKey]:
    return {
        "worst": _worst,
        "time": lambda row: (row.status not in MISSING, row.deadline),
        "incident": lambda row: row.ref,
        "status": lambda row: row.status,
        "type": lambda row: (type_words(row.force, row.type), row.type),
        "unit": lambda row: row.unit.casefold(),
        "channel": lambda row: row.channel,
    }


def _values_of(row: QueueRow) -> Iterable[tuple[Facet, str]]:
    yield "severity", _SEVERITIES[row.severity]
    yield "force", row.force
    yield "unit", row.unit
    yield "channel", row.channel


def _limits(age: Age, now: datetime) -> tuple[float, float]:
    """The deadlines of reports of this age: from, and up to before. A report of the future is a new one."""
    return _deadline(age.below, now), _deadline(age.at_least, now) if age.at_least else float("inf")


def _deadline(hours: float, now: datetime) -> float:
    if hours == float("inf"):
        return float("-inf")
    return to_micros(now - timedelta(hours=hours) + RECORD_WITHIN)


def _matches(row: QueueRow, view: View, scope: Scope, now: datetime) -> bool:
    if scope is not None and row.force not in scope:
        return False
    if view.filter and view.filter not in unpacked(row.concerns):
        return False
    if view.search and not _names(row, view.search.upper()):
        return False
    values = {**dict(_values_of(row)), "age": _age_of(row, now)}
    return all(values[facet] in view.chosen(facet) for facet in FACETS if view.chosen(facet))


def _age_of(row: QueueRow, now: datetime) -> str:
    minute = now.replace(second=0, microsecond=0)
    for age in AGES:
        first, last = _limits(age, minute)
        if first <= row.deadline < last:
            return age.value
    return AGES[0].value


def _names(row: QueueRow, needle: str) -> bool:
    return needle in row.ref or needle in row.crime_refs


def _union(values: dict[str, int], chosen: Iterable[str]) -> int:
    return reduce(or_, (values.get(value, 0) for value in chosen), 0)


def _all_but(chosen: dict[Facet, int], facet: Facet, start: int) -> int:
    return reduce(and_, (bits for other, bits in chosen.items() if other != facet), start)


def _counts(values: dict[str, int], beside: int, seen: int) -> Counts:
    """Of values that occur anywhere in what this person may see."""
    return {value: (beside & bits).bit_count() for value, bits in values.items() if bits & seen}
