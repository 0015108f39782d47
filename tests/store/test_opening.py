"""Opening a database: made where there is none, and one sentence where it cannot be used."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from monitor import store
from monitor.contract.topics import Topic
from monitor.errors import UserError
from monitor.store import DatabaseAway, open_store, tables
from monitor.store import engine as opening
from monitor.store.engine import reading, writing
from monitor.store.inspection import inspected
from tests.builders import crime, heartbeat, incident
from tests.store.desk import Desk


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


def refusal(path: Path) -> str:
    with pytest.raises(UserError) as raised:
        open_store(url_of(path))
    sentence = str(raised.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_a_database_is_made_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "monitor.db"
    engine = open_store(url_of(path))
    assert path.exists()
    assert list(store.stored_verdicts(engine)) == []
    engine.dispose()


def test_everything_is_there_when_it_is_opened_again(database_url: str) -> None:
    desk = Desk(open_store(database_url))
    desk.receive(incident(), crime(), heartbeat(40))
    desk.receive({"topic": Topic.INCIDENTS, "value": b"no json"})
    desk.review(hours=60)
    before = desk.verdicts(), store.unsent(desk.engine), store.progress(desk.engine), store.known_times(desk.engine)
    desk.engine.dispose()

    desk.engine = open_store(database_url)
    assert (
        desk.verdicts(),
        store.unsent(desk.engine),
        store.progress(desk.engine),
        store.known_times(desk.engine),
    ) == before
    assert desk.review(hours=60).taken == 0
    desk.engine.dispose()


def test_it_outlives_a_power_cut_and_readers_do_not_wait_for_writers(database_url: str) -> None:
    engine = open_store(database_url)
    with reading(engine) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    with writing(engine), reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar() == 0
    engine.dispose()


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Buy milk. " * 1000)
    assert "is damaged or no database" in refusal(path)
    assert path.read_text().startswith("Buy milk.")


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert "cannot be opened" in refusal(tmp_path)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "name a file that can be written in MONITOR_DATABASE_URL" in refusal(tmp_path / "file" / "monitor.db")


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(UserError, match="must name a file"):
        open_store("sqlite://")


def test_a_database_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (number INTEGER)")
    connection.close()
    assert "another program" in refusal(path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("orders",)]
    connection.close()


def test_a_database_of_a_later_version_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    open_store(url_of(path)).dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert "later version of the monitor" in refusal(path)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.close()


def test_a_locked_database_is_said_to_be_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "BUSY_SECONDS", 0.05)
    path = tmp_path / "monitor.db"
    open_store(url_of(path)).dispose()
    with locked(path):
        assert "is locked by another program" in refusal(path)
    open_store(url_of(path)).dispose()


def _overwrite(start: int) -> Callable[[bytes], bytes]:
    return lambda content: content[:start] + b"\xff" * (len(content) - start)


@pytest.mark.parametrize(
    "damage", [_overwrite(0), _overwrite(100), _overwrite(4096), lambda content: content[: len(content) // 2]]
)
def test_a_damaged_database_is_said_to_be_damaged(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "monitor.db"
    open_store(url_of(path)).dispose()
    path.write_bytes(damage(path.read_bytes()))
    assert "is damaged or no database" in refusal(path)


def test_a_database_that_is_locked_later_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "BUSY_SECONDS", 0.05)
    path = tmp_path / "monitor.db"
    desk = Desk(open_store(url_of(path)))
    sent = desk.send(incident(), {"topic": Topic.INCIDENTS, "value": b"no json"})
    with locked(path):
        with pytest.raises(DatabaseAway, match="locked"):
            store.merge(desk.engine, sent)
        with pytest.raises(DatabaseAway):
            store.mark_sent(desk.engine, [1], sent[0].broker_time)
    store.merge(desk.engine, sent)
    assert len(desk.rows(tables.incident_revisions)) == len(store.unsent(desk.engine)) == 1
    desk.engine.dispose()


@pytest.mark.parametrize(
    "address",
    [
        "monitor:secret@127.0.0.1:1/monitor?connect_timeout=1",
        "monitor@127.0.0.1:1/monitor?password=secret",
        "monitor:hidden@127.0.0.1:1/monitor?sslpassword=secret",
    ],
)
def test_what_is_written_by_an_address_with_a_password_does_not_show_it(address: str) -> None:
    url = f"postgresql+psycopg://{address}"
    with pytest.raises(UserError) as raised:
        open_store(url)
    assert "127.0.0.1:1/monitor does not answer" in str(raised.value)
    with inspected(url) as (facts, _):
        assert facts.name.endswith("127.0.0.1:1/monitor")
    for text_of_it in (str(raised.value), repr(facts)):
        assert "secret" not in text_of_it
        assert "hidden" not in text_of_it


def test_the_size_of_a_file_is_told_with_what_is_not_in_it_yet(tmp_path: Path) -> None:
    url, file = f"sqlite:///{tmp_path}/monitor.db", tmp_path / "monitor.db"
    desk = Desk(open_store(url))
    desk.receive(*(incident(f"INC-{number}") for number in range(200)))
    log = file.with_name("monitor.db-wal")
    with inspected(url) as (facts, _):
        assert log.stat().st_size > 0
        assert facts.bytes == file.stat().st_size + log.stat().st_size
    desk.engine.dispose()


def test_a_reader_sees_one_state_throughout(desk: Desk) -> None:
    counted = select(func.count()).select_from(tables.cases)
    with reading(desk.engine) as connection:
        before = connection.scalar(counted)
        desk.receive(incident())
        assert (before, connection.scalar(counted)) == (0, 0)
    with reading(desk.engine) as connection:
        assert connection.scalar(counted) == 1
