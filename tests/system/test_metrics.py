"""What a scrape of a working monitor shows."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.settings import Settings
from monitor.telemetry import metrics
from tests.builders import FORCE, at, crime, heartbeat, incident
from tests.system.running import metric, send, settled, until, worker

LINES = [
    incident("INC-1"),
    incident("INC-2", opening_type="crime.rape"),
    incident("INC-3", opening_type="nsir.alarm", status="closed"),
    incident("INC-4"),
    crime("CR-4", incident_refs=["INC-4"]),
    incident("INC-1"),
    incident("INC-5", status="pondered"),
    heartbeat(48),
]


@pytest.fixture
def page(kafka_settings: Settings, tmp_path: Path) -> Iterator[str]:
    settings = kafka_settings.model_copy(update={"clock": Settings.model_validate({"clock": at(60)}).clock})
    send(LINES, settings)
    with worker(settings, tmp_path / "log") as running:
        settled(settings)
        until(lambda: metric(running.metrics(), "outbox_messages") == 0, 30, "all is sent")
        yield running.metrics()
        assert running.stop() == 0


def test_every_metric_of_the_issue_is_there_and_none_names_an_incident(page: str) -> None:
    assert metric(page, "messages_merged_total", topic="incidents", outcome="merged") == 4
    assert metric(page, "messages_merged_total", topic="incidents", outcome="repeat") == 1
    assert metric(page, "messages_merged_total", topic="incidents", outcome="unreadable") == 1
    assert metric(page, "dead_letters_total", reason="unknown_value") == 1
    assert metric(page, "due_cases") == 0
    assert metric(page, "reviews_total") >= 4
    assert metric(page, "review_duration_seconds_count") >= 1
    assert metric(page, "event_to_verdict_seconds_count") >= 4
    assert metric(page, "partition_lag_messages") == 0
    assert metric(page, "last_merged_broker_timestamp_seconds", topic="crime-records") > 1.7e9
    assert metric(page, "known_time_timestamp_seconds", force=FORCE) == datetime.fromisoformat(at(48)).timestamp()
    assert metric(page, "open_incidents", force=FORCE, status="unrecorded") == 2
    assert metric(page, "incidents", status="no_crime_expected", severity="low") == 1
    assert metric(page, "alerts_firing", force=FORCE, severity="critical") == 1
    assert metric(page, "alerts_firing", force=FORCE) == 2
    assert metric(page, "sent_total", kind="alert") == 2
    assert metric(page, "sent_total", kind="dead_letter") == 1
    assert metric(page, "database_up") == 1
    assert not re.search(r"INC-|CR-4|p1\b", page)


def test_all_that_is_exported_stands_in_one_module_with_a_sentence_and_a_base_unit(page: str) -> None:
    families = {family.name: family for family in text_string_to_metric_families(page)}
    ours = {name: family for name, family in families.items() if name.startswith(metrics.PREFIX)}
    source = Path(metrics.__file__).read_text("utf-8")
    named = {name: name.removeprefix(metrics.PREFIX) for name in ours}
    assert [name for name, short in named.items() if f'"{short}' not in source] == []
    assert [name for name, family in ours.items() if not family.documentation.endswith(".")] == []
    assert [name for name in ours if re.search(r"_(ms|milliseconds|minutes|hours|kb|mb)\b", name)] == []
    assert {gauge.name for gauge in metrics.STORED} <= set(ours)
