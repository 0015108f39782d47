"""The rows in each order that they are asked for in, kept sorted while rows come and go."""

from bisect import insort
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from monitor.store.queue import QueueRow
from monitor.web.queue.labels import MISSING

SortKey = Callable[[QueueRow], Any]
TypeWords = Callable[[str, str], str]  # of a force's own code
_FEW = 1000  # moved rows: with more than that, sorting anew is quicker than moving each


def worst(row: QueueRow) -> tuple[int, bool, int, str, str]:
    """Severity, then time left. Where nothing is missing there is none to go by. No two rows are alike."""
    return -row.severity, row.status not in MISSING, row.deadline, row.force, row.ref


class Orders:
    """Of places in `rows`, which it watches; whoever changes a place says so."""

    def __init__(self, rows: Sequence[QueueRow | None], type_words: TypeWords) -> None:
        self._rows = rows
        self._sorts = _sorts(type_words)
        self._orders: dict[str, list[int]] = {}
        self._moved: dict[str, set[int]] = {sort: set() for sort in self._sorts}  # what an order has wrong

    def moved(self, place: int) -> None:
        for sort in self._orders:
            self._moved[sort].add(place)

    def by(self, sort: str) -> list[int]:
        moved = self._moved[sort]
        if sort not in self._orders or len(moved) > _FEW:
            self._orders[sort] = self._sorted_anew(sort)
        elif moved:
            self._orders[sort] = self._put_right(sort, moved)
        self._moved[sort] = set()
        return self._orders[sort]

    def warm_up(self) -> None:
        for sort in self._sorts:
            self.by(sort)

    def _sorted_anew(self, sort: str) -> list[int]:
        """From the worst down first, and then by what is asked: so the worst of each come first."""
        by, before = self._sorts[sort], self._all_places() if sort == "worst" else self.by("worst")
        return sorted(before, key=lambda place: by(self._at(place)))

    def _put_right(self, sort: str, moved: set[int]) -> list[int]:
        by = self._sorts[sort]

        def key(place: int) -> tuple[Any, ...]:
            row = self._at(place)
            return by(row), worst(row)

        order = [place for place in self._orders[sort] if place not in moved]
        for place in moved:
            if self._rows[place] is not None:
                insort(order, place, key=key)
        return order

    def _all_places(self) -> Iterable[int]:
        return (place for place, row in enumerate(self._rows) if row is not None)

    def _at(self, place: int) -> QueueRow:
        row = self._rows[place]
        assert row is not None
        return row


def _sorts(type_words: TypeWords) -> dict[str, SortKey]:
    return {
        "worst": worst,
        "time": lambda row: (row.status not in MISSING, row.deadline),
        "incident": lambda row: row.ref,
        "status": lambda row: row.status,
        "type": lambda row: (type_words(row.force, row.type), row.type),
        "unit": lambda row: row.unit.casefold(),
        "channel": lambda row: row.channel,
    }
