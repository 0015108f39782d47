"""The synthetic forces: what they send, and that it is nobody's."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from monitor.compliance.batch import Batch
from monitor.contract.codec import read
from monitor.contract.topics import Topic
from monitor.contract.verdict import Verdict
from monitor.errors import UserError
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import load_mappings
from monitor.rulebook.types import UNMAPPED
from monitor.simulator import demo_events, mapping_path, stream_events
from monitor.simulator.force import NAMES, PREFIX, UNMAPPED_CODE, make_forces
from monitor.simulator.live import until
from monitor.simulator.offences import CONTACTS, CRIMES, QUIET

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Line = dict[str, Any]


def day(seed: int = 1, forces: int = 1, rate: float = 20) -> list[Line]:
    return list(until(stream_events(seed, NOW, forces, rate), NOW + timedelta(hours=24)))


def test_the_same_seed_gives_the_same_events_and_another_seed_others() -> None:
    assert day(seed=3) == day(seed=3)
    assert day(seed=3) != day(seed=4)


def test_events_come_in_the_order_in_which_they_are_sent() -> None:
    for events in (stream_events(1, NOW, 2, 30), demo_events(1, NOW, 2)):
        times = [at for at, _ in islice(events, 4000)]
        assert times == sorted(times)


def test_every_event_can_be_read_and_holds_no_value_that_the_monitor_does_not_know() -> None:
    for line in [*day(forces=4), *until(demo_events(1, NOW), NOW + timedelta(minutes=30))]:
        event = read(Topic(line["topic"]), line["value"]).event
        assert event.unmapped == ()
        assert event.force.startswith(PREFIX)


def test_every_reference_says_that_it_is_synthetic() -> None:
    for line in day():
        refs = [value for name, value in line["value"].items() if name in {"incident_ref", "crime_ref", "decision_id"}]
        assert all(ref.startswith("SYN-") for ref in refs)
        assert refs or line["topic"] == "feed-heartbeats"


def test_two_runs_share_no_reference() -> None:
    later = list(until(stream_events(1, NOW + timedelta(minutes=1), 1, 20), NOW + timedelta(hours=6)))
    assert not _refs(day()) & _refs(later)


def _refs(lines: list[Line]) -> set[str]:
    return {line["value"]["incident_ref"] for line in lines if line["topic"] == "incidents"}


def test_a_force_sends_about_as_many_reports_as_it_is_asked_to() -> None:
    for rate in (10, 40):
        assert len(_refs(day(rate=rate))) == pytest.approx(24 * rate, rel=0.25)


def test_a_heartbeat_is_never_ahead_of_what_has_been_sent() -> None:
    known = datetime.min.replace(tzinfo=UTC)
    for at, line in islice(stream_events(5, NOW, 1, 60), 6000):
        event = read(Topic(line["topic"]), line["value"]).event
        if line["topic"] == "feed-heartbeats":
            known = event.as_of  # type: ignore[union-attr]
            assert known < at
        elif line["topic"] == "crime-records" and event.revision == 1:  # type: ignore[union-attr]
            assert event.recorded_at > known or _sent_again(line, at)  # type: ignore[union-attr]


def _sent_again(line: Line, at: datetime) -> bool:
    """Repeats come later than the source's lag, and say nothing new."""
    return at - datetime.fromisoformat(line["value"]["updated_at"]) > timedelta(seconds=60)


def test_every_code_has_a_mapping_but_the_one_that_is_meant_to_have_none() -> None:
    mappings = load_mappings(mapping_path())
    for force in make_forces(len(NAMES), NOW):
        types = mappings.of(force.name)
        for canonical in [*QUIET, *(crime.type for crime in (*CRIMES, *CONTACTS))]:
            assert types.canonical(force.code(canonical)) == canonical
        assert types.canonical(UNMAPPED_CODE) == UNMAPPED


def test_there_are_only_so_many_forces() -> None:
    with pytest.raises(UserError, match="1 to 43 synthetic forces, not 44"):
        make_forces(44, NOW)


def test_what_is_sent_twice_says_the_same() -> None:
    assert judged(demo_lines(NOW)).conflicts == []


def test_a_demonstration_begins_with_alerts_and_they_rise_and_resolve_within_minutes() -> None:
    later = NOW + timedelta(minutes=5)
    before, after = firing(demo_lines(NOW), NOW), firing(demo_lines(later), later)
    assert len(before) > 30
    assert len(after.keys() - before.keys()) >= 5
    assert len(before.keys() - after.keys()) >= 5


def test_a_demonstration_shows_every_kind_of_alert_at_once() -> None:
    alerts = firing(demo_lines(NOW), NOW).values()
    found = Counter(finding.code for alert in alerts for finding in alert.findings)
    kinds = {"due_soon", "closed_without_crime", "cancellation_invalid", "recoded_without_reason", "rationale_missing"}
    assert kinds <= found.keys()
    assert {alert.status for alert in alerts} >= {"unrecorded", "awaiting_record", "partly_recorded"}
    assert {alert.severity for alert in alerts} == {"medium", "high", "critical"}


def test_most_of_what_a_force_does_is_right() -> None:
    lines = list(until(stream_events(2, NOW, 1, 40), NOW + timedelta(hours=48)))
    verdicts = list(judge(lines, NOW + timedelta(hours=48)))
    assert len(firing(lines, NOW + timedelta(hours=48))) < 0.08 * len(verdicts)
    statuses = Counter(verdict.status.value for verdict in verdicts)
    assert statuses["recorded_in_time"] > 10 * statuses["recorded_late"] > 0
    assert statuses["no_crime_justified"] > 0
    assert statuses["feed_behind"] == 0


def demo_lines(end: datetime) -> list[Line]:
    return list(until(demo_events(7, NOW), end))


def judged(lines: list[Line]) -> Batch:
    batch = Batch()
    for line in lines:
        batch.add(read(Topic(line["topic"]), line["value"]))
    return batch


def judge(lines: list[Line], now: datetime) -> Iterator[Verdict]:
    return judged(lines).verdicts(load_rulebook(), load_mappings(mapping_path()), now)


def firing(lines: list[Line], now: datetime) -> dict[str, Verdict]:
    return {verdict.incident_ref: verdict for verdict in judge(lines, now) if verdict.alert == "firing"}
