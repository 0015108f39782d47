"""/metrics, and the gauges that are read from the store when it is scraped."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from monitor import store
from monitor.clock import FrozenClock
from monitor.contract.topics import Topic
from monitor.errors import UserError
from monitor.telemetry import metrics
from monitor.telemetry.server import MetricsServer
from monitor.telemetry.stored import AskedEnds, StoredGauges

NOW = datetime(2026, 1, 17, 12, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Any]:
    made = store.open_store(f"sqlite:///{tmp_path}/monitor.db")
    yield made
    made.dispose()


def page(engine: Any, asked: AskedEnds | None = None) -> list[str]:
    registry = CollectorRegistry()
    registry.register(StoredGauges(engine, FrozenClock(NOW), lambda: asked))
    lines = generate_latest(registry).decode().splitlines()
    return [line.removeprefix(metrics.PREFIX) for line in lines if not line.startswith("#")]


def test_it_serves_on_the_address_that_it_names_and_not_after_it_is_closed() -> None:
    with MetricsServer("127.0.0.1", 0) as server, urlopen(server.address, timeout=5) as answer:
        assert b"# HELP recording_monitor_reviews_total Incidents that were judged." in answer.read()
    with pytest.raises(OSError, match="refused"):
        urlopen(server.address, timeout=5)


def test_a_taken_port_is_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UserError, match="MONITOR_METRICS_PORT"):
            MetricsServer("127.0.0.1", taken.getsockname()[1])


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.7"])
def test_an_address_that_is_not_ours_is_a_sentence(host: str) -> None:
    with pytest.raises(UserError, match="MONITOR_METRICS_HOST"):
        MetricsServer(host, 0)


def test_an_empty_store_has_nothing_due_and_a_lag_of_all_that_the_topics_hold(engine: Any) -> None:
    found = page(engine, AskedEnds({(Topic.INCIDENTS, 0): 7, (Topic.INCIDENTS, 1): 0}, asked_at=1.5e9))
    assert found == [
        "schema_current 1.0",
        "due_cases 0.0",
        *(f'outbox_messages{{kind="{kind}"}} 0.0' for kind in ("alert", "audit_head", "dead_letter", "decision")),
        'partition_lag_messages{partition="0",topic="incidents"} 7.0',
        'partition_lag_messages{partition="1",topic="incidents"} 0.0',
        "database_up 1.0",
        "broker_answered_timestamp_seconds 1.5e+09",
    ]


def test_what_is_merged_is_not_behind(engine: Any) -> None:
    store.place(engine, {(Topic.INCIDENTS, 0): 5})
    found = page(engine, AskedEnds({(Topic.INCIDENTS, 0): 7}, asked_at=1.5e9))
    assert 'partition_lag_messages{partition="0",topic="incidents"} 2.0' in found


def test_a_broker_that_never_answered_leaves_lag_and_its_time_out(engine: Any) -> None:
    assert not [line for line in page(engine) if "lag" in line or "broker_answered" in line]


def test_a_database_that_is_away_breaks_no_scrape(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise store.DatabaseAway("gone")

    monkeypatch.setattr(store, "due_cases", away)
    assert page(engine) == ["database_up 0.0"]


def test_each_metric_says_what_it_is_in_a_sentence() -> None:
    said = [gauge.sentence for gauge in metrics.STORED]
    said += [one.documentation for one in metrics.REGISTRY.collect() if one.name.startswith(metrics.PREFIX)]
    assert len(said) > 25
    assert [sentence for sentence in said if not (sentence[0].isupper() and sentence.endswith("."))] == []
