"""The replay judges as `monitor assess` does, at whatever time it is asked."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.compliance.batch import Batch
from monitor.contract.codec import Decoded, read
from monitor.contract.topics import Topic
from monitor.evaluation.replay import replay, time_of
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import load_mappings
from monitor.simulator import mapping_path, stream_events
from monitor.simulator.live import until

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def events() -> list[Decoded]:
    lines = until(stream_events(3, START, 2, 15), START + timedelta(hours=60))
    return [read(Topic(line["topic"]), line["value"]) for line in lines]


@pytest.mark.parametrize("hours", [7, 23.5, 31, 59])
def test_the_last_verdict_on_each_incident_is_that_of_a_single_look(events: list[Decoded], hours: float) -> None:
    now, rulebook, mappings = START + timedelta(hours=hours), load_rulebook(), load_mappings(mapping_path())
    batch = Batch()
    for decoded in events:
        if time_of(decoded) <= now:
            batch.add(decoded)
    last = {verdict.incident_ref: verdict for _, verdict, _ in replay(events, rulebook, mappings, now)}
    looked = {verdict.incident_ref: verdict for verdict in batch.verdicts(rulebook, mappings, now)}
    assert last == looked


def test_judgements_come_in_the_order_of_their_times(events: list[Decoded]) -> None:
    end = START + timedelta(hours=59)
    times = [judgement.at for judgement in replay(events, load_rulebook(), load_mappings(mapping_path()), end)]
    assert times == sorted(times)
