"""What one row of the queue says to the filters."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from monitor.contract.verdict import Severity
from monitor.rulebook.limits import RECORD_WITHIN
from monitor.store.concerns import unpacked
from monitor.store.instants import to_micros
from monitor.store.queue import QueueRow
from monitor.store.scope import Scope
from monitor.web.queue.address import AGES, FACETS, Facet, View

_SEVERITIES = tuple(severity.value for severity in Severity)
_YOUNGEST_LAST = tuple(age.value for age in reversed(AGES))
_BOUNDS = tuple(age.below for age in reversed(AGES[:-1]))  # hours between one age and the next, the oldest first

AgeLimits = Sequence[int]  # deadlines (microseconds) that part the ages, ascending


def age_limits(now: datetime) -> AgeLimits:
    """By the minute: ages pass a limit with it, not with each view."""
    minute = now.replace(second=0, microsecond=0)
    return [to_micros(minute - timedelta(hours=hours) + RECORD_WITHIN) for hours in _BOUNDS]


def age_of(row: QueueRow, limits: AgeLimits) -> str:
    """A report that lies ahead is a new one."""
    reached = bisect_left(limits, row.deadline + 1)
    return _YOUNGEST_LAST[reached]


def values_of(row: QueueRow, limits: AgeLimits) -> Iterator[tuple[Facet, str]]:
    yield "severity", _SEVERITIES[row.severity]
    yield "age", age_of(row, limits)
    yield "force", row.force
    yield "unit", row.unit
    yield "channel", row.channel
    yield "type", row.type
    yield "opened", row.opened_as
    yield "holder", row.holder


def names(row: QueueRow, wanted: str) -> bool:
    """`wanted` is in capitals, as references are."""
    return wanted in row.ref or wanted in row.crime_refs


def matches(row: QueueRow, view: View, scope: Scope, limits: AgeLimits) -> bool:
    if scope is not None and row.force not in scope:
        return False
    if view.filter and view.filter not in unpacked(row.concerns):
        return False
    if view.search and not names(row, view.search.upper()):
        return False
    values = dict(values_of(row, limits))
    return all(values[facet] in view.chosen(facet) for facet in FACETS if view.chosen(facet))
