"""When the worker calls itself dead, and when unready."""

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from monitor.contract.topics import OUTPUT_TOPICS, Topic
from monitor.store import open_store
from monitor.store.engine import writing
from monitor.stream.health import Life, Readiness
from monitor.stream.reading import Place, Reading
from monitor.telemetry.stored import AskedEnds

PLACE: Place = (Topic.INCIDENTS, 0)
SECONDS = 60.0


class FakeLoop:
    def __init__(self, name: str) -> None:
        self.name, self.alive = name, True
        self.asked: AskedEnds | None = None
        self.outages = SimpleNamespace(database_away=None, broker_away=None)

    def is_alive(self) -> bool:
        return self.alive


def parts(end: int = 10, silent: float = 0, **more: Any) -> Any:
    """Of a worker to which the broker said, so long ago, that the partition ends there."""
    watch = FakeLoop("ends")
    watch.asked = AskedEnds({PLACE: end}, time.time() - silent)
    merger = SimpleNamespace(tried_at=0.0, stops=SimpleNamespace(held={}), outages=SimpleNamespace(database_away=None))
    loops = {name: FakeLoop(name) for name in ("reviewer", "stops", "heads", "suggester")}
    relays = SimpleNamespace(loops=[FakeLoop(f"{topic.value} relay") for topic in OUTPUT_TOPICS])
    every = [watch, *loops.values(), *relays.loops]
    return SimpleNamespace(watch=watch, merger=merger, relays=relays, loops=lambda: every, **loops, **more)


def reading(merged: int = 5, quiet: float = SECONDS + 1) -> Reading:
    """Nothing happened for so many seconds."""
    read = Reading()
    read.placed({PLACE: merged})
    read.stirred_at = time.monotonic() - quiet
    return read


def problems(parts: Any, read: Reading) -> tuple[str, ...]:
    return Life(parts, read, SECONDS)().problems


def test_it_is_dead_where_nothing_moves_nobody_asks_and_there_are_messages() -> None:
    (problem,) = problems(parts(), reading())
    assert "though incidents 0 is not merged to the end" in problem


def test_it_lives_while_anything_moves_or_is_asked_for() -> None:
    read = reading()
    read.was_read({PLACE: 5}, {})
    assert problems(parts(), read) == ()


def test_it_lives_for_as_long_as_it_may_stand_still() -> None:
    assert problems(parts(), reading(quiet=SECONDS - 5)) == ()


def test_it_lives_where_there_is_nothing_to_read() -> None:
    assert problems(parts(end=5), reading()) == ()


def test_it_lives_while_the_broker_is_away() -> None:
    assert problems(parts(silent=60), reading()) == ()


def test_it_lives_while_it_waits_for_the_database() -> None:
    waiting = parts()
    waiting.merger.tried_at = time.monotonic() - 1
    assert problems(waiting, reading()) == ()


def test_a_partition_that_is_stopped_is_a_note_and_no_death() -> None:
    stopped = parts()
    stopped.merger.stops.held[PLACE] = 5
    report = Life(stopped, reading(), SECONDS)()
    assert report.problems == ()
    assert report.notes == ("incidents, partition 0, is stopped at offset 5: too much cannot be read.",)


def test_it_is_dead_where_any_of_its_loops_has_ended() -> None:
    broken = parts(end=5)
    for loop in broken.loops():
        loop.alive = False
        assert problems(broken, reading(quiet=0)) == (f"The {loop.name} loop has ended.",)
        loop.alive = True


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Any]:
    engine = open_store(f"sqlite:///{tmp_path}/monitor.db")
    yield engine
    engine.dispose()


def test_it_is_ready_once_database_and_broker_answer_and_the_topics_are_read(engine: Any) -> None:
    started = False
    readiness = Readiness(parts(engine=engine), lambda: started)
    assert readiness().problems == ("The topics are not read yet.",)
    started = True
    assert readiness().problems == ()


def test_it_is_not_ready_while_the_broker_is_silent(engine: Any) -> None:
    (problem,) = Readiness(parts(silent=30, engine=engine), lambda: True)().problems
    assert problem.startswith("The broker has not answered for 30 s")
    never = parts(engine=engine)
    never.watch.asked = None
    (problem,) = Readiness(never, lambda: True)().problems
    assert "monitor topics create" in problem


def test_it_is_not_ready_while_a_topic_takes_nothing(engine: Any) -> None:
    stuck = parts(engine=engine)
    stuck.relays.loops[-1].outages.broker_away = "recording-decisions: the broker says no"
    sentence = "The worker waits to send to recording-decisions: the broker says no."
    assert Readiness(stuck, lambda: True)().problems == (sentence,)
    stuck.watch.asked = AskedEnds({}, time.time() - 30)
    (problem,) = Readiness(stuck, lambda: True)().problems
    assert problem.startswith("The broker has not answered"), "which is reason enough"


def test_it_is_not_ready_while_the_database_answers_and_takes_nothing(engine: Any) -> None:
    full = parts(engine=engine)
    readiness = Readiness(full, lambda: True)
    for waiting in (full.merger, full.reviewer):
        waiting.outages.database_away = "database or disk is full"
        assert readiness().problems == ("The worker waits for the database: database or disk is full.",)
        waiting.outages.database_away = None
        assert readiness().problems == ()


def test_it_is_not_ready_on_tables_of_another_version_or_none(engine: Any) -> None:
    readiness = Readiness(parts(engine=engine), lambda: True)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert readiness().problems == ("The database's tables are of another version of the monitor.",)
    with writing(engine) as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    (problem,) = readiness().problems
    assert problem.startswith("The database does not answer")
