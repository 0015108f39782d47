"""All rows of the queue in memory, so that each view with all its counts takes milliseconds.

Of each value that rows can have, a set of bits says which rows have it. A database cannot count every filter against
every other in a fraction of a second over 100,000 rows; this can. It holds what `monitor.store.queue` holds and no
more, and can be made anew from it at any time.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

from monitor.store.bulk import Key
from monitor.store.concerns import Concern, unpacked
from monitor.store.queue import QueueRow
from monitor.store.scope import Scope
from monitor.web.queue.address import FACETS, Facet, View
from monitor.web.queue.bits import Bits, bits_of, pick
from monitor.web.queue.orders import Orders, TypeWords
from monitor.web.queue.rows import AgeLimits, age_limits, age_of, matches, names, values_of

REMEMBERED = 20_000  # changes

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

    def __init__(self, type_words: TypeWords) -> None:
        self.version = 0
        self._rows: list[QueueRow | None] = []
        self._places: dict[Key, int] = {}
        self._free: list[int] = []
        self._all = Bits()
        self._concerns = {concern: Bits() for concern in Concern}
        self._values: dict[Facet, defaultdict[str, Bits]] = {facet: defaultdict(Bits) for facet in FACETS}
        self._limits: AgeLimits = ()
        self._orders = Orders(self._rows, type_words)
        self._changed: deque[Changed] = deque(maxlen=REMEMBERED)
        self._remembers_after = 0  # the version after which every change is remembered

    # Taking in

    def load(self, rows: Iterable[QueueRow], now: datetime) -> None:
        """All there is, into an empty index: nothing of it is news."""
        self._limits = age_limits(now)
        for row in rows:
            self._put_in(row)
            self.version = max(self.version, row.version)
        self._remembers_after = self.version

    def take_in(self, rows: Sequence[QueueRow]) -> None:
        """Rows as they are now, in order of version; those that are gone leave."""
        for row in rows:
            self._replace(row)
            self.version = row.version

    def warm_up(self) -> None:
        self._orders.warm_up()

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
        self._orders.moved(place)

    def _take_out(self, key: Key) -> QueueRow | None:
        place = self._places.pop(key, None)
        row = None if place is None else self._rows[place]
        if place is None or row is None:
            return None
        for bits in self._bits_of(row):
            bits.remove(place)
        self._rows[place] = None
        self._free.append(place)
        self._orders.moved(place)
        return row

    def _bits_of(self, row: QueueRow) -> Iterable[Bits]:
        yield self._all
        for concern in unpacked(row.concerns):
            yield self._concerns[concern]
        for facet, value in values_of(row, self._limits):
            yield self._values[facet][value]

    def _grow_older(self, now: datetime) -> None:
        limits = age_limits(now)
        if limits == self._limits:
            return
        self._limits = limits
        aged: defaultdict[str, list[int]] = defaultdict(list)
        for place, row in enumerate(self._rows):
            if row is not None:
                aged[age_of(row, limits)].append(place)
        self._values["age"] = defaultdict(Bits, {age: Bits.of(places) for age, places in aged.items()})

    # Answering

    def find(self, view: View, scope: Scope, now: datetime, rows: int | None, start: int = 0) -> Found:
        """`rows` from `start` on (None: all), and how many each value of a filter would show beside the others."""
        self._grow_older(now)
        seen = self._all.integer if scope is None else self._union("force", scope)
        searched = seen & self._search(view.search) if view.search else seen
        chosen = {facet: self._union(facet, view.chosen(facet)) for facet in FACETS if view.chosen(facet)}
        narrowed = reduce(and_, chosen.values(), searched)
        concern = self._concerns[view.filter].integer if view.filter else narrowed
        beside = searched & self._concerns[view.filter].integer if view.filter else searched
        found = narrowed & concern
        return Found(
            version=self.version,
            total=found.bit_count(),
            everything=seen.bit_count(),
            concerns={each: (narrowed & bits.integer).bit_count() for each, bits in self._concerns.items()},
            any_concern=narrowed.bit_count(),
            facets={facet: self._counts(facet, _all_but(chosen, facet, beside), seen) for facet in FACETS},
            rows=self._page(view, found, start, rows),
        )

    def changes(self, view: View, scope: Scope, now: datetime, since: int) -> int | None:
        """How many incidents of this view came, went or changed after that version. None: more than it remembers."""
        if not self._remembers_after <= since <= self.version:
            return None
        limits = age_limits(now)
        touched: set[Key] = set()
        for change in reversed(self._changed):
            if change.version <= since:
                break
            rows = (row for row in (change.before, change.after) if row)
            touched.update(row.key for row in rows if matches(row, view, scope, limits))
        return len(touched)

    def _search(self, search: str) -> int:
        wanted = search.upper()
        found = (place for place, row in enumerate(self._rows) if row and names(row, wanted))
        return bits_of(found, len(self._rows))

    def _union(self, facet: Facet, chosen: Iterable[str]) -> int:
        values = self._values[facet]
        return reduce(or_, (values[value].integer for value in chosen if value in values), 0)

    def _counts(self, facet: Facet, beside: int, seen: int) -> Counts:
        """Of values that occur anywhere in what this person may see."""
        values = ((value, bits.integer) for value, bits in self._values[facet].items())
        return {value: (beside & bits).bit_count() for value, bits in values if bits & seen}

    def _page(self, view: View, found: int, start: int, count: int | None) -> list[QueueRow]:
        order = self._orders.by(view.sort)
        places = pick(reversed(order) if view.descending else order, found, len(self._rows), start, count)
        return [row for place in places if (row := self._rows[place])]


def _all_but(chosen: dict[Facet, int], facet: Facet, start: int) -> int:
    return reduce(and_, (bits for other, bits in chosen.items() if other != facet), start)
