"""The figures of the overview, each with the queue that makes it up."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from monitor.contract.verdict import Severity
from monitor.rulebook.refusals import REASONS
from monitor.rulebook.types import UNMAPPED
from monitor.store.concerns import Concern
from monitor.store.overview import DELAYS, Outcomes
from monitor.store.scope import Scope
from monitor.web.overview.charts import Chart, stacked
from monitor.web.queue.address import AGES, Facet, View
from monitor.web.queue.labels import NO_TYPE, NO_UNIT, channel_words
from monitor.web.queue.live import LiveQueue
from monitor.web.words import spoken

MOST_BARS = 12
MOST_TYPES = 10  # of the matrix, each way
_UNRECORDED = View(filter=Concern.UNRECORDED)
_SHORT_AGES = ("to 24 h", "1–3 d", "3–7 d", "1–4 w", "over 4 w")
_WORST_FIRST = tuple(reversed(Severity))


@dataclass(frozen=True, slots=True)
class Cell:
    number: int
    href: str  # empty where nothing leads to a queue


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    cells: tuple[Cell, ...]
    total: Cell


@dataclass(frozen=True, slots=True)
class Grid:
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    left_out: int = 0  # that stand in no row or column of it


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    cell: Cell
    serious: int  # of these, high or critical
    share: float  # of the longest, 0 to 100


@dataclass(frozen=True, slots=True)
class Week:
    name: str
    due: int
    in_time: int
    late: int
    missing: int
    so_far: bool  # it is not over yet

    @property
    def share(self) -> str:
        return f"{100 * self.in_time / self.due:.1f} %" if self.due else "–"


@dataclass(frozen=True, slots=True)
class Reason:
    name: str
    held: int
    not_held: int
    share: float  # of the most used, 0 to 100


@dataclass(frozen=True, slots=True)
class Figures:
    unrecorded: Cell
    firing: Cell
    due_soon: Cell
    by_age: Grid
    age_chart: Chart
    units: list[Bar]
    channels: list[Bar]
    recoded: Grid
    weeks: list[Week]
    week_chart: Chart
    delays: list[tuple[str, int]]
    delay_chart: Chart
    reasons: list[Reason]
    wrong_reason: Cell


def figures(live: LiveQueue, found: Outcomes, scope: Scope, now: datetime, links: bool) -> Figures:
    """`links`: whether this person may see the queue."""
    asked = _Queue(live, scope, now, links)
    by_age, weeks = _by_age(asked), _weeks(found, now.date())
    delays = list(zip(_delay_names(), (found.by_delay[place] for place in range(len(DELAYS) + 1)), strict=True))
    return Figures(
        unrecorded=asked.cell(_UNRECORDED),
        firing=asked.cell(View(filter=Concern.FIRING)),
        due_soon=asked.cell(View(filter=Concern.DUE_SOON)),
        by_age=by_age,
        age_chart=_age_chart(by_age),
        units=asked.bars("unit"),
        channels=asked.bars("channel"),
        recoded=_recoded(asked),
        weeks=weeks,
        week_chart=_week_chart(weeks),
        delays=delays,
        delay_chart=stacked(
            [
                (name, [("in-time" if place < _IN_TIME else "late", number)], f"{number:,}" if number else "")
                for place, (name, number) in enumerate(delays)
            ]
        ),
        reasons=_reasons(found.reasons),
        wrong_reason=asked.cell(View(filter=Concern.WRONG_REASON)),
    )


_IN_TIME = DELAYS.index(24) + 1  # so many groups of delays are in time


class _Queue:
    """The queue as one person sees it at one time."""

    def __init__(self, live: LiveQueue, scope: Scope, now: datetime, links: bool) -> None:
        self._live, self._scope, self._now, self._links = live, scope, now, links
        self._forces = sorted(self.counts(View())["force"])

    def counts(self, view: View) -> Mapping[Facet, Mapping[str, int]]:
        return self._live.find(view, self._scope, self._now, rows=0).facets

    def cell(self, view: View, number: int | None = None) -> Cell:
        total = self._live.find(view, self._scope, self._now, rows=0).total if number is None else number
        return Cell(total, view.address() if self._links and total else "")

    def bars(self, facet: Facet) -> list[Bar]:
        """Of what is unrecorded: the values with most of it."""
        counts = self.counts(_UNRECORDED)[facet]
        serious = self.counts(View(filter=Concern.UNRECORDED, severity=("critical", "high")))[facet]
        fullest = sorted((name for name in counts if counts[name]), key=lambda name: (-counts[name], name))[:MOST_BARS]
        views = {name: View(filter=Concern.UNRECORDED, **{facet: (name,)}) for name in fullest}  # type: ignore[arg-type]
        return [
            Bar(
                _words(facet, name),
                self.cell(view, counts[name]),
                serious.get(name, 0),
                round(100 * counts[name] / counts[fullest[0]], 1),
            )
            for name, view in views.items()
        ]

    def recodings(self) -> Counter[tuple[str, str]]:
        rows = self._live.find(View(filter=Concern.RECODED), self._scope, self._now, rows=None).rows
        return Counter((row.opened_as, row.type) for row in rows)

    def type_words(self, code: str) -> str:
        words = {self._live.type_words(force, code) for force in self._forces} - {spoken(UNMAPPED)}
        return f"{min(words)} ({code})" if words and min(words) != code else code or NO_TYPE


def _words(facet: str, value: str) -> str:
    return channel_words(value) if facet == "channel" else value or NO_UNIT


def _by_age(asked: _Queue) -> Grid:
    rows = []
    for severity in _WORST_FIRST:
        view = View(filter=Concern.UNRECORDED, severity=(severity.value,))
        ages = asked.counts(view)["age"]
        cells = [
            asked.cell(
                View(filter=Concern.UNRECORDED, severity=view.severity, age=(age.value,)), ages.get(age.value, 0)
            )
            for age in AGES
        ]
        rows.append(Row(spoken(severity.value), tuple(cells), asked.cell(view, sum(ages.values()))))
    return Grid(tuple(age.words for age in AGES), tuple(rows))


def _age_chart(grid: Grid) -> Chart:
    """The gravest at the bottom, where columns are compared."""
    columns = []
    for place, name in enumerate(_SHORT_AGES):
        numbers = [row.cells[place].number for row in grid.rows]
        pieces = [(severity.value, float(number)) for severity, number in zip(_WORST_FIRST, numbers, strict=True)]
        columns.append((name, pieces, f"{sum(numbers):,}" if any(numbers) else ""))
    return stacked(columns)


def _recoded(asked: _Queue) -> Grid:
    counted = asked.recodings()
    opened, closed = Counter[str](), Counter[str]()
    for (before, after), number in counted.items():
        opened[before] += number
        closed[after] += number
    befores, afters = _fullest(opened), _fullest(closed)
    rows = [
        Row(
            asked.type_words(before),
            tuple(asked.cell(_recoding(before, after), counted[before, after]) for after in afters),
            asked.cell(_recoding(before), opened[before]),
        )
        for before in befores
    ]
    shown = sum(cell.number for row in rows for cell in row.cells)
    return Grid(tuple(map(asked.type_words, afters)), tuple(rows), counted.total() - shown)


def _recoding(before: str, after: str | None = None) -> View:
    return View(filter=Concern.RECODED, opened=(before,), type=() if after is None else (after,))


def _fullest(counts: Counter[str]) -> list[str]:
    return [name for name, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0]))][:MOST_TYPES]


def _weeks(found: Outcomes, today: date) -> list[Week]:
    """The oldest first; the week that began nine weeks ago is left out, as it is not whole."""
    weeks = sorted(found.by_week)[-8:]
    return [
        Week(
            f"{monday.day} {monday:%b}",
            found.by_week[monday].total(),
            found.by_week[monday]["in_time"],
            found.by_week[monday]["late"],
            found.by_week[monday]["missing"],
            today < monday + timedelta(weeks=1),
        )
        for monday in weeks
    ]


def _week_chart(weeks: list[Week]) -> Chart:
    columns = []
    for week in weeks:
        numbers = (("in-time", week.in_time), ("late", week.late), ("missing", week.missing))
        pieces = [(colour, 100 * number / week.due) for colour, number in numbers]
        columns.append((week.name, pieces, f"{100 * week.in_time / week.due:.0f} %"))
    return stacked(columns, 100)


def _delay_names() -> Iterator[str]:
    yield f"to {DELAYS[0]} h"
    for before, after in pairwise(DELAYS):
        yield f"{before}–{after} h"
    yield f"over {DELAYS[-1]} h"


def _reasons(reasons: Mapping[str, Counter[str]]) -> list[Reason]:
    most = max((counts.total() for counts in reasons.values()), default=0)
    return [
        Reason(REASONS[code].says, counts["held"], counts["not_held"], round(100 * counts.total() / most, 1))
        for code, counts in sorted(reasons.items(), key=lambda each: (-each[1].total(), each[0]))
    ]
