"""Gauges that are read from the store at each scrape. A database that is away shows as such, and breaks no scrape."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from monitor import store
from monitor.clock import Clock
from monitor.contract.verdict import Alert
from monitor.store.concern_counts import concern_counts
from monitor.store.letter_questions import open_letters
from monitor.store.schema_check import has_current_tables
from monitor.store.stops import stops
from monitor.store.week import deadlines_of_the_week
from monitor.telemetry import metrics
from monitor.telemetry.metrics import Stored

Samples = Mapping[Any, float]  # by the values of the labels, as a tuple of strings


class AskedEnds(NamedTuple):
    """How far the input topics reach, and when (by the wall clock) the broker said so."""

    ends: store.Places
    asked_at: float


class StoredGauges(Collector):
    def __init__(self, engine: Any, clock: Clock, asked: Callable[[], AskedEnds | None]) -> None:
        self._engine, self._clock, self._asked = engine, clock, asked

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return [_family(gauge, {}) for gauge in metrics.STORED]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            found = list(self._read())
        except store.DatabaseAway:
            found = []
        yield from found
        yield _family(metrics.DATABASE_UP, {(): float(bool(found))})
        if asked := self._asked():
            yield _family(metrics.BROKER_ASKED, {(): asked.asked_at})

    def _read(self) -> Iterator[GaugeMetricFamily]:
        """Of tables that are not ours (any more) nothing but that is told."""
        is_current = has_current_tables(self._engine)
        yield _family(metrics.SCHEMA_CURRENT, {(): float(is_current)})
        if is_current:
            yield from (*self._cases(), *self._queue(), *self._feeds(), *self._partitions())

    def _cases(self) -> Iterator[GaugeMetricFamily]:
        due = store.due_cases(self._engine, self._clock.now())
        yield _family(metrics.DUE_CASES, {(): due.cases})
        yield _family(metrics.OLDEST_DUE, _instants({(): due.oldest}))
        counts = store.case_counts(self._engine)
        yield _family(metrics.INCIDENTS, _summed(counts))
        yield _family(metrics.OPEN_INCIDENTS, _summed(each for each in counts if each.open))
        firing = Counter[tuple[str, ...]]()
        for each in counts:
            if each.alert == Alert.FIRING:
                firing[each.force, each.severity] += each.cases
        yield _family(metrics.FIRING, firing)
        yield _family(
            metrics.UNSENT, {(kind.value,): number for kind, number in store.unsent_by_kind(self._engine).items()}
        )

    def _queue(self) -> Iterator[GaugeMetricFamily]:
        counts = concern_counts(self._engine)
        yield _family(metrics.FINDINGS, counts.findings)
        yield _family(metrics.UNATTENDED, counts.unattended)
        yield _family(metrics.OLDEST_UNRECORDED, _instants(counts.oldest))
        yield _family(metrics.DEADLINES, deadlines_of_the_week(self._engine))

    def _feeds(self) -> Iterator[GaugeMetricFamily]:
        known = store.known_times(self._engine)
        yield _family(metrics.LETTERS_WAITING, open_letters(self._engine))
        yield _family(metrics.KNOWN_TIME, _instants({(force,): at for force, at in known.items()}))
        yield _family(metrics.HEARTBEAT, _instants(store.heartbeats(self._engine)))

    def _partitions(self) -> Iterator[GaugeMetricFamily]:
        merged = store.progress(self._engine)
        times = {(topic.value, str(number)): at.broker_time for (topic, number), at in merged.items()}
        yield _family(metrics.LAST_MERGED, _instants(times))
        held = [place for place, stop in stops(self._engine).items() if stop.held_from is not None]
        yield _family(metrics.STOPPED, {(topic.value, str(number)): 1 for topic, number in held})
        if asked := self._asked():
            reached = {place: merged[place].next_offset if place in merged else 0 for place in asked.ends}
            lags = {
                (topic.value, str(number)): max(0, end - reached[topic, number])
                for (topic, number), end in asked.ends.items()
            }
            yield _family(metrics.LAG, lags)


def _summed(counts: Iterable[store.CaseCount]) -> Samples:
    summed = Counter[tuple[str, ...]]()
    for each in counts:
        summed[each.force, each.status, each.severity] += each.cases
    return summed


def _instants(times: Mapping[Any, datetime | None]) -> Samples:
    return {labels: at.timestamp() for labels, at in times.items() if at is not None}


def _family(gauge: Stored, samples: Samples) -> GaugeMetricFamily:
    family = GaugeMetricFamily(gauge.name, gauge.sentence, labels=gauge.labels)
    for labels, value in sorted(samples.items()):
        family.add_metric(labels, value)
    return family
