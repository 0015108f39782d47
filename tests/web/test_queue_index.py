"""The index against a plain reading of the same rows, over random rows, changes and views."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.contract.verdict import Severity, Status
from monitor.store.bulk import Key
from monitor.store.concerns import Concern, packed, unpacked
from monitor.store.instants import from_micros, to_micros
from monitor.store.queue import QueueRow
from monitor.store.scope import Scope
from monitor.web.queue.address import AGES, FACETS, SORTS, View
from monitor.web.queue.index import REMEMBERED, QueueIndex
from monitor.web.queue.labels import MISSING

NOW = datetime(2026, 11, 22, 9, 30, 20, tzinfo=UTC)
FORCES, UNITS, CHANNELS = ("synthetic-a", "synthetic-b", "synthetic-c"), ("", "North", "South"), ("999", "online")
HOLDERS = ("", "u-1", "u-2")
TYPES = ("CR02", "CR01", "")


def type_words(force: str, code: str) -> str:
    return {"CR02": "Assault", "CR01": "Burglary"}.get(code, "Unmapped")


def some_row(**given: Any) -> QueueRow:
    plain = QueueRow(
        "synthetic-a", "INC-1", 1, False, 2, "unrecorded", to_micros(NOW), 1, "", "CR01", "", "999", "", "CR01", ""
    )
    return plain._replace(**given)


ages = st.sampled_from([-30, -1, 0, 1, 23, 24, 71, 72, 73, 168, 500, 672, 5000]).map(
    lambda hours: timedelta(hours=hours)
)
rows = st.builds(
    some_row,
    force=st.sampled_from(FORCES),
    ref=st.integers(0, 30).map(lambda number: f"INC-{number}"),
    severity=st.integers(0, 3),
    status=st.sampled_from(list(Status)).map(str),
    deadline=ages.map(lambda age: to_micros(NOW.replace(second=0) - age + timedelta(hours=24))),
    concerns=st.sets(st.sampled_from(Concern), min_size=1).map(packed),
    unit=st.sampled_from(UNITS),
    type=st.sampled_from(TYPES),
    channel=st.sampled_from(CHANNELS),
    crime_refs=st.sampled_from(["", "C1", "C1\nC22"]),
    opened_as=st.sampled_from(TYPES),
    holder=st.sampled_from(HOLDERS),
    gone=st.sampled_from([False, False, True]),
)
batches = st.lists(st.lists(rows, max_size=12, unique_by=lambda row: row.key), max_size=6)


def chosen(values: Any) -> Any:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


views = st.builds(
    View,
    filter=st.none() | st.sampled_from(Concern),
    severity=chosen([severity.value for severity in Severity]),
    age=chosen([age.value for age in AGES]),
    force=chosen([*FORCES, "synthetic-unknown"]),
    unit=chosen(UNITS),
    channel=chosen(CHANNELS),
    type=chosen(TYPES),
    opened=chosen(TYPES),
    holder=chosen(HOLDERS),
    search=st.sampled_from(["", "", "inc-1", "C22", "nothing"]),
    sort=st.sampled_from(SORTS),
    descending=st.booleans(),
)
scopes = st.none() | st.frozensets(st.sampled_from(FORCES))


def versioned(batches: list[list[QueueRow]]) -> list[list[QueueRow]]:
    return [[row._replace(version=number) for row in batch] for number, batch in enumerate(batches, 1)]


def standing(batches: list[list[QueueRow]]) -> dict[tuple[str, str], QueueRow]:
    last = {row.key: row for batch in batches for row in batch}
    return {key: row for key, row in last.items() if not row.gone}


def index_of(batches: list[list[QueueRow]]) -> QueueIndex:
    index = QueueIndex(type_words)
    index.load([], NOW)
    for batch in batches:
        index.take_in(batch)
    return index


def age_of(row: QueueRow) -> str:
    hours = (NOW.replace(second=0) - from_micros(row.deadline)) / timedelta(hours=1) + 24
    return next((age.value for age in AGES if age.at_least < hours <= age.below), "day")


def value_of(row: QueueRow, facet: str) -> str:
    if facet == "severity":
        return list(Severity)[row.severity].value
    return age_of(row) if facet == "age" else str(getattr(row, {"opened": "opened_as"}.get(facet, facet)))


def matches(row: QueueRow, view: View, scope: Scope) -> bool:
    needle = view.search.upper()
    return (
        (scope is None or row.force in scope)
        and (view.filter is None or view.filter in unpacked(row.concerns))
        and (needle in row.ref or needle in row.crime_refs)
        and all(not view.chosen(facet) or value_of(row, facet) in view.chosen(facet) for facet in FACETS)
    )


def worst(row: QueueRow) -> Any:
    return -row.severity, Status(row.status) not in MISSING, row.deadline, row.force, row.ref


SORT_VALUES: dict[str, Any] = {
    "worst": lambda row: 0,
    "time": lambda row: (Status(row.status) not in MISSING, row.deadline),
    "incident": lambda row: row.ref,
    "status": lambda row: row.status,
    "type": lambda row: (type_words("", row.type), row.type),
    "unit": lambda row: row.unit.casefold(),
    "channel": lambda row: row.channel,
}


def ordered(found: list[QueueRow], view: View) -> list[QueueRow]:
    return sorted(found, key=lambda row: (SORT_VALUES[view.sort](row), worst(row)), reverse=view.descending)


@settings(max_examples=60, deadline=None)
@given(batches, views, scopes)
def test_what_is_found_is_what_a_plain_reading_finds(batches: list[list[QueueRow]], view: View, scope: Scope) -> None:
    batches = versioned(batches)
    found = index_of(batches).find(view, scope, NOW, rows=None)
    expected = [row for row in standing(batches).values() if matches(row, view, scope)]
    assert [row.key for row in found.rows] == [row.key for row in ordered(expected, view)]
    assert found.total == len(expected)


@settings(max_examples=60, deadline=None)
@given(batches, views, scopes)
def test_every_count_is_what_choosing_it_would_show(batches: list[list[QueueRow]], view: View, scope: Scope) -> None:
    batches = versioned(batches)
    found = index_of(batches).find(view, scope, NOW, rows=0)
    seen = [row for row in standing(batches).values() if scope is None or row.force in scope]
    assert found.everything == len(seen)
    for concern in Concern:
        assert found.concerns[concern] == sum(matches(row, replace(view, filter=concern), scope) for row in seen)
    assert found.any_concern == sum(matches(row, replace(view, filter=None), scope) for row in seen)
    for facet in FACETS:
        beside = Counter(value_of(row, facet) for row in seen if matches(row, view._with(facet, ()), scope))
        assert +Counter(found.facets[facet]) == beside
        assert set(found.facets[facet]) == {value_of(row, facet) for row in seen}


@settings(max_examples=60, deadline=None)
@given(batches, views)
def test_taking_in_changes_ends_where_loading_anew_does(batches: list[list[QueueRow]], view: View) -> None:
    batches = versioned(batches)
    anew = QueueIndex(type_words)
    anew.load(standing(batches).values(), NOW)
    kept_up = index_of(batches)
    kept_up.warm_up()
    assert kept_up.find(view, None, NOW, None).rows == anew.find(view, None, NOW, None).rows


@settings(max_examples=60, deadline=None)
@given(batches, views, scopes, st.integers(0, 6))
def test_changes_are_those_that_came_went_or_changed_in_the_view(
    batches: list[list[QueueRow]], view: View, scope: Scope, since: int
) -> None:
    batches = versioned(batches)
    index = index_of(batches)
    since = min(since, index.version)
    before = standing(batches[:since])
    touched: set[Key] = set()
    for batch in batches[since:]:
        for row in batch:
            states = (before.get(row.key), None if row.gone else row)
            touched.update(row.key for state in states if state and matches(state, view, scope))
            before[row.key] = row
            if row.gone:
                del before[row.key]
    assert index.changes(view, scope, NOW, since) == len(touched)


def test_changes_since_a_version_that_is_yet_to_come_cannot_be_told() -> None:
    """The database was put back to an earlier state meanwhile."""
    assert index_of([]).changes(View(), None, NOW, 1) is None


def test_pages_follow_each_other_without_gap_or_overlap() -> None:
    index = index_of(versioned([[some_row(ref=f"INC-{number:03}") for number in range(120)]]))
    pages = [index.find(View(), None, NOW, 50, start).rows for start in (0, 50, 100, 150)]
    assert [len(page) for page in pages] == [50, 50, 20, 0]
    assert [row.ref for page in pages for row in page] == [f"INC-{number:03}" for number in range(120)]


def test_many_changes_at_once_are_taken_in_too() -> None:
    many = [some_row(ref=f"INC-{number:05}", severity=number % 4) for number in range(3000)]
    index = index_of(versioned([many[:10]]))
    index.warm_up()
    index.take_in([row._replace(version=2, severity=3) for row in many])
    found = index.find(View(severity=("critical",)), None, NOW, 3)
    assert (found.total, [row.ref for row in found.rows]) == (3000, ["INC-00000", "INC-00001", "INC-00002"])


def test_more_changes_than_it_remembers_are_not_counted_wrongly() -> None:
    index = index_of(versioned([[some_row()]]))
    for version in range(2, REMEMBERED + 10):
        index.take_in([some_row(version=version)])
    assert index.changes(View(), None, NOW, 1) is None
    assert index.changes(View(), None, NOW, REMEMBERED) == 1


def test_a_report_grows_older_with_the_clock() -> None:
    index = index_of(versioned([[some_row(deadline=to_micros(NOW + timedelta(hours=1)))]]))
    assert index.find(View(age=("day",)), None, NOW, 1).total == 1
    later = NOW + timedelta(hours=3)
    assert index.find(View(age=("day",)), None, later, 1).total == 0
    assert index.find(View(age=("days",)), None, later, 1).total == 1


def test_nothing_is_found_in_an_empty_queue() -> None:
    found = QueueIndex(type_words).find(View(search="X", age=("day",)), None, NOW, 50)
    assert (found.total, found.rows, found.everything) == (0, [], 0)
