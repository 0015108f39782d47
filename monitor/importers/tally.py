"""What an import used, left out and did not know: counted, with the first few rows of each."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

MOST_CODES = 10_000  # of one field: a column of free text taken for codes must not fill the memory
SHOWN = 5  # row numbers kept of each kind


@dataclass
class Rows:
    """How many rows, and which came first. Rows are counted as a spreadsheet does: the header is row 1."""

    count: int = 0
    first: list[int] = field(default_factory=list)
    _last: int = 0

    def add(self, number: int) -> None:
        """Rows come in order; one that is added again is still one row."""
        if number == self._last:
            return
        self._last = number
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(number)

    def as_json(self) -> dict[str, Any]:
        return {"count": self.count, "first_rows": self.first}


def _by_name() -> defaultdict[str, Rows]:
    return defaultdict(Rows)


@dataclass
class Tally:
    rows: int = 0
    used: int = 0
    incidents: int = 0
    crime_records: int = 0
    heartbeats: int = 0
    not_crimes: int = 0  # rows whose record the mapping says is no crime
    unusable: defaultdict[str, Rows] = field(default_factory=_by_name)  # reason: rows that made nothing
    without_crime: defaultdict[str, Rows] = field(
        default_factory=_by_name
    )  # reason: rows whose crime record is unusable
    left_out: defaultdict[str, Rows] = field(default_factory=_by_name)  # field: values that could not be read
    unknown: defaultdict[str, Rows] = field(default_factory=_by_name)  # field: values that the monitor will not know
    differing: defaultdict[str, Rows] = field(default_factory=_by_name)  # field: rows that contradict an earlier one
    codes: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # known ones, by field
    unmapped: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    ambiguous: Rows = field(default_factory=Rows)  # local times that came twice
    nonexistent: Rows = field(default_factory=Rows)  # local times that never were
    again: Rows = field(default_factory=Rows)  # rows of an incident that had been sent already

    def code(self, name: str, code: str, known: bool) -> None:
        """A code of the force's own, of the field or table of this name."""
        counted = (self.codes if known else self.unmapped)[name]
        counted[code if code in counted or len(counted) < MOST_CODES else "(others)"] += 1

    @property
    def complete(self) -> bool:
        return not self.unusable and not self.without_crime

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": {"read": self.rows, "used": self.used, "unusable": self.rows - self.used},
            "events": {
                "incidents": self.incidents, "crime_records": self.crime_records, "heartbeats": self.heartbeats,
            },
            "records_that_are_no_crime": self.not_crimes,
            "unusable": _json(self.unusable),
            "crime_records_unusable": _json(self.without_crime),
            "values_left_out": _json(self.left_out),
            "values_unknown_to_the_monitor": _json(self.unknown),
            "values_differing_within_an_incident": _json(self.differing),
            "times_that_came_twice": self.ambiguous.as_json(),
            "times_that_never_were": self.nonexistent.as_json(),
            "rows_of_incidents_sent_before": self.again.as_json(),
            "codes": {name: self._codes(name) for name in sorted({*self.codes, *self.unmapped})},
        }  # fmt: skip

    def _codes(self, name: str) -> dict[str, Any]:
        known, unknown = self.codes[name], self.unmapped[name]
        return {
            "mapped": {"codes": len(known), "times": known.total()},
            "unmapped": {"codes": len(unknown), "times": unknown.total(), "each": dict(unknown.most_common())},
        }


def _json(kinds: dict[str, Rows]) -> dict[str, Any]:
    return {name: rows.as_json() for name, rows in sorted(kinds.items())}
