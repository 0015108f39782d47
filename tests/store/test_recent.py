"""What was read lately: by number and by size, and never more."""

from sqlalchemy import Engine

from monitor.compliance.dependencies import Judged
from monitor.contract.codec import read
from monitor.contract.events import Heartbeat
from monitor.contract.topics import Topic
from monitor.store import keep_merged
from monitor.store.engine import recent as recent_of
from monitor.store.recent import KEPT, KEPT_OF_MERGED, Recalled, Recent
from tests.builders import incident


def recalled(number: int, size: int = 10) -> Recalled:
    return Recalled(Topic.INCIDENTS, bytes([number]), event(number), size)


def event(number: int) -> Judged:
    found = read(Topic.INCIDENTS, incident(f"INC-{number}")["value"]).event
    assert not isinstance(found, Heartbeat)
    return found


def kept(recent: Recent, *numbers: int) -> list[int]:
    return [number for number in numbers if recent.get(Topic.INCIDENTS, bytes([number]))]


def test_the_oldest_makes_room() -> None:
    recent = Recent(most=2)
    recent.put(recalled(number) for number in (1, 2, 3))
    assert kept(recent, 1, 2, 3) == [2, 3]
    assert recent.get(Topic.INCIDENTS, bytes([3])) == event(3)
    assert recent.get(Topic.CRIME_RECORDS, bytes([3])) is None


def test_a_few_large_ones_make_as_much_room_as_many_small_ones() -> None:
    recent = Recent(most=100, most_bytes=100)
    recent.put(recalled(number) for number in range(10))
    recent.put([recalled(10, size=85)])
    assert kept(recent, *range(11)) == [9, 10]
    recent.put([recalled(11, size=101)])
    assert kept(recent, *range(12)) == []
    recent.put([recalled(12)])
    assert kept(recent, *range(13)) == [12]


def test_one_that_comes_again_counts_once() -> None:
    recent = Recent(most=3, most_bytes=30)
    for _ in range(5):
        recent.put([recalled(1), recalled(2)])
    recent.put([recalled(3)])
    assert kept(recent, 1, 2, 3) == [1, 2, 3]


def test_a_backlog_takes_more_memory_only_beside_a_server(engine: Engine) -> None:
    keep_merged(engine)
    assert recent_of(engine)._most == (KEPT_OF_MERGED if engine.dialect.name == "postgresql" else KEPT)
