from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from monitor import store
from monitor.clock import clock_from
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import load_mappings
from monitor.settings import Settings
from monitor.store.attendance import attending
from monitor.store.matching import Looking
from monitor.store.presence import Work, judging_by
from monitor.stream.alertmanager import IncidentAlerts
from monitor.stream.database_watch import DatabaseWatch
from monitor.stream.dead_letters.limit import Limit
from monitor.stream.dead_letters.stops import Stops, lift_raised
from monitor.stream.dead_letters.watch import StopsWatch
from monitor.stream.ends import EndOffsets, EndsWatch
from monitor.stream.heads_teller import HeadsTeller
from monitor.stream.loops import Loop, join_all
from monitor.stream.merger import Merger
from monitor.stream.relay import Relays
from monitor.stream.reviewer import Reviewer
from monitor.stream.suggester import Suggester
from monitor.telemetry.logs import get_logger
from monitor.telemetry.metrics import REGISTRY
from monitor.telemetry.stored import StoredGauges

_log = get_logger(__name__)

_JOIN_SECONDS = 10.0
_REST_SECONDS = 4.0  # less than SESSION_SECONDS: no rebalance may wait for a broker that hangs


@dataclass(frozen=True)
class Parts:
    """All of the worker but Faust: each has a thread of its own."""

    engine: Any
    ends: EndOffsets
    watch: EndsWatch
    database: DatabaseWatch
    relays: Relays
    reviewer: Reviewer
    merger: Merger
    stops: StopsWatch
    heads: HeadsTeller
    suggester: Suggester
    incident_alerts: IncidentAlerts | None

    def loops(self) -> list[Loop]:
        always = (self.watch, self.database, self.reviewer, self.stops, self.heads, self.suggester)
        return [*always, *self.relays.loops, *([self.incident_alerts] if self.incident_alerts else [])]

    def lead(self, leads: bool) -> None:
        """Whether it is this worker, of all in the group, that tells the world."""
        self.relays.lead(leads)
        self.suggester.lead(leads)
        if self.incident_alerts:
            self.incident_alerts.lead(leads)

    def stand_down(self) -> None:
        """Lead no longer. Blocks until all is marked that the relays sent: whoever leads next would send it again."""
        self.lead(False)
        if not self.relays.rest(_REST_SECONDS):
            _log.warning("A relay is still sending: the next one to lead may send the same, with the same ids.")


@contextmanager
def running_parts(settings: Settings) -> Iterator[Parts]:
    """Raises UserError for a database or a force mapping that cannot be used."""
    rulebook, mappings = load_rulebook(settings.rulebook), load_mappings(settings.force_mappings)
    judge = store.judge_with(rulebook, mappings)
    engine, clock = store.open_store(settings.database_url), clock_from(settings)
    try:
        with (
            attending(engine, Work.SHADOW if settings.shadow else Work.WORKER, judging_by(rulebook, mappings)),
            _running(settings, engine, judge, lambda: Looking(rulebook, mappings, clock.now())) as parts,
        ):
            yield parts
    finally:
        engine.dispose()


@contextmanager
def _running(settings: Settings, engine: Any, judge: store.Judge, looking: Callable[[], Looking]) -> Iterator[Parts]:
    limit = Limit.of(settings)
    lift_raised(engine, limit)
    parts = _parts(settings, engine, judge, Stops(engine, limit), looking)
    gauges = StoredGauges(engine, clock_from(settings), lambda: parts.watch.asked)
    REGISTRY.register(gauges)
    loops = parts.loops()
    for loop in loops:
        loop.start()
    try:
        yield parts
    finally:
        for loop in loops:
            loop.stop()
        parts.merger.stop()
        join_all(loops, _JOIN_SECONDS)
        parts.ends.close()
        REGISTRY.unregister(gauges)


def _parts(settings: Settings, engine: Any, judge: store.Judge, stops: Stops, looking: Callable[[], Looking]) -> Parts:
    clock, ends = clock_from(settings), EndOffsets(settings)
    watch, relays = EndsWatch(ends, clock), Relays(engine, settings)
    reviewer = Reviewer(engine, judge, clock, watch, relays)
    merger = Merger(engine, ends, reviewer, relays, stops)
    return Parts(
        engine,
        ends,
        watch,
        DatabaseWatch(engine),
        relays,
        reviewer,
        merger,
        StopsWatch(engine, stops),
        HeadsTeller(engine),
        Suggester(engine, looking),
        IncidentAlerts.of(engine, settings),
    )
