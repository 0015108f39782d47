"""Whatever a message bears, it is merged or becomes a letter, and progress goes on."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from monitor import store
from monitor.clock import FrozenClock
from monitor.contract.codec import Decoded, Unreadable
from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.store import BrokerEnds, open_store
from monitor.store.engine import reading
from monitor.store.instants import BEGINNING, UNTIMED, wall_clock
from monitor.store.known_time import held_at
from monitor.store.letter_questions import unread_about
from monitor.stream import merger as merging
from monitor.stream import receiving, reviewer
from monitor.stream.dead_letters.limit import Limit
from monitor.stream.dead_letters.stops import Stops
from monitor.stream.merger import MOST_MESSAGES, Merger
from monitor.stream.receiving import received
from monitor.stream.relay import Relays
from monitor.stream.reviewer import Reviewer
from monitor.telemetry.metrics import VERDICT_DELAY
from tests.builders import FORCE, Line, crime, incident
from tests.store.desk import JUDGE, clock

MICROSECONDS = 1768424520000000  # where Kafka wants milliseconds
NEXT_DAY = int(clock(24).timestamp() * 1000)


def message(line: Line, offset: int = 0, timestamp: int | None = NEXT_DAY, headers: Any = ()) -> Any:
    value = orjson.dumps(line["value"])
    return SimpleNamespace(
        partition=0, offset=offset, timestamp=timestamp, key=b"k", value=value, headers=headers
    )  # fmt: skip


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Any]:
    engine = open_store(f"sqlite:///{tmp_path}/monitor.db")
    yield engine
    engine.dispose()


@pytest.fixture
def merger(engine: Any) -> Iterator[Merger]:
    ends = SimpleNamespace(broker=BrokerEnds({(Topic.CRIME_RECORDS, 0): 1}, clock(60)))
    relays = Relays(engine, Settings())
    reviewer = Reviewer(engine, JUDGE, FrozenClock(clock(60)), ends, relays)  # type: ignore[arg-type]
    made = Merger(engine, ends, reviewer, relays, Stops(engine, Limit(None, None, 10)))  # type: ignore[arg-type]
    yield made
    made.stop()


@pytest.mark.parametrize("timestamp", [MICROSECONDS, 2**63 - 1, -1, None])
def test_a_time_that_is_none_is_told_from_all_others(timestamp: int | None) -> None:
    assert received(Topic.INCIDENTS, message(incident(), timestamp=timestamp)).broker_time == UNTIMED
    assert received(Topic.INCIDENTS, message(incident())).broker_time == clock(24)


@pytest.mark.parametrize("timestamp", [MICROSECONDS, -1])
def test_a_message_with_a_time_that_is_none_is_merged_and_known_time_leans_not_on_it(
    engine: Any, merger: Merger, timestamp: int
) -> None:
    merger.merge([(Topic.CRIME_RECORDS, message(crime(), timestamp=timestamp))])
    merged, place = store.progress(engine), (Topic.CRIME_RECORDS, 0)
    assert (merged[place].next_offset, merged[place].broker_time) == (1, None)
    assert held_at(merged, BrokerEnds({place: 2}, clock(60)), {}, clock(60)) == BEGINNING
    merger.merge([(Topic.CRIME_RECORDS, message(crime("C2"), offset=1))])
    assert store.progress(engine)[Topic.CRIME_RECORDS, 0].broker_time == clock(24)


def test_no_delay_is_counted_from_a_time_that_is_none(merger: Merger) -> None:
    def counted() -> float:
        return float(VERDICT_DELAY._sum.get())

    before = counted()
    merger.merge([(Topic.INCIDENTS, message(incident(), timestamp=-1))])
    merger._reviewer.step()
    assert counted() == before
    merger.merge([(Topic.INCIDENTS, message(incident("INC-2"), offset=1))])
    merger._reviewer.step()
    assert counted() > before


def test_a_letter_with_a_time_that_is_none_came_when_it_was_merged(engine: Any, merger: Merger) -> None:
    merger.merge([(Topic.INCIDENTS, message(incident()))])
    merger.merge([(Topic.INCIDENTS, message(incident(updated_at=None), offset=1, timestamp=MICROSECONDS))])
    with reading(engine) as connection:
        (letter,) = unread_about(connection, FORCE, ["INC-1"])
    assert abs(letter.at - wall_clock()) < timedelta(minutes=1)
    assert not letter.read_since


def test_while_messages_pour_in_a_log_is_judged_once_all_of_it_is_there(
    engine: Any, merger: Merger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviewer, "FLOOD_SECONDS", 60)
    merger.merge([(Topic.INCIDENTS, message(incident(), offset)) for offset in range(MOST_MESSAGES)])
    assert not merger._reviewer._woken.is_set()
    merger._reviewer.step()
    assert not list(store.stored_verdicts(engine))
    with monkeypatch.context() as patch:
        patch.setattr(store, "merge", stepping_meanwhile(merger))
        merger.merge([(Topic.CRIME_RECORDS, message(crime()))])  # less than there may be: that was all
    assert merger._reviewer._woken.is_set()
    merger._reviewer.step()
    (change,) = store.history(engine, FORCE, "INC-1")
    assert orjson.loads(change.verdict)["status"] == "recorded_in_time"


def stepping_meanwhile(merger: Merger) -> Any:
    merge = store.merge

    def merge_slowly(*arguments: Any) -> Any:
        merger._reviewer.step()
        return merge(*arguments)

    return merge_slowly


def test_a_batch_of_few_large_messages_is_full_too(merger: Merger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "MOST_BYTES", 2000)
    large = incident(narrative="x" * 1500)
    merger.merge([(Topic.INCIDENTS, message(large, offset)) for offset in range(2)])
    assert not merger._reviewer._woken.is_set()
    merger.merge([(Topic.INCIDENTS, message(large, 2))])
    assert merger._reviewer._woken.is_set()


def test_a_header_without_a_value_makes_no_letter() -> None:
    for headers in ([("content-type", None)], [("anything", None)], None):
        assert isinstance(received(Topic.INCIDENTS, message(incident(), headers=headers)).content, Decoded)


def test_what_fails_for_a_reason_that_nobody_foresaw_is_a_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Decoded:
        raise ZeroDivisionError

    monkeypatch.setattr(receiving, "decode", fails)
    content = received(Topic.INCIDENTS, message(incident())).content
    assert isinstance(content, Unreadable)
    assert (content.reason, content.detail) == ("not_decoded", "the message could not be decoded (ZeroDivisionError)")


def test_whoever_lost_a_partition_and_skips_marks_of_it_takes_no_progress_back(engine: Any, merger: Merger) -> None:
    place = (Topic.INCIDENTS, 0)
    merger.merge([(Topic.INCIDENTS, message(incident(f"INC-{number}"), offset=number)) for number in range(3)])
    merger.skip_to({place: 2})
    assert store.progress(engine)[place] == store.Progress(3, clock(24))
    merger.skip_to({place: 5, (Topic.DECISIONS, 1): 4})
    assert store.progress(engine)[place] == store.Progress(5, clock(24))
    assert store.progress(engine)[Topic.DECISIONS, 1] == store.Progress(4, None)
