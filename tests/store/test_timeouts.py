"""On PostgreSQL nothing is waited for without end: neither a statement, nor a lock, nor a writer that was halted.

A database that only reads is waited for, as one that is away; and one whose tables are of another version.
"""

import time
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, make_url, text
from sqlalchemy.exc import OperationalError

from monitor.contract.topics import Topic
from monitor.errors import UserError
from monitor.store import Outcome, open_store
from monitor.store import engine as opening
from monitor.store.engine import DatabaseAway, reading, store_at, writing
from monitor.store.tables import known_times
from tests.builders import incident
from tests.postgres import Postgres
from tests.store.desk import Desk


def test_a_lock_that_is_not_given_is_tried_again_later(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(opening._TIMEOUTS, "lock_timeout", 200)
    url = postgres.fresh()
    holder, other = store_at(url), store_at(url)
    with writing(holder) as held:
        held.execute(text("LOCK TABLE cases IN ACCESS EXCLUSIVE MODE"))
        started = time.monotonic()
        with pytest.raises(DatabaseAway, match="lock timeout"), writing(other) as connection:
            connection.execute(text("SELECT count(*) FROM cases"))
        assert time.monotonic() - started < 5
    for each in (holder, other):
        each.dispose()


def test_a_statement_that_takes_too_long_is_ended(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(opening._TIMEOUTS, "statement_timeout", 200)
    engine = store_at(postgres.fresh())
    with pytest.raises(DatabaseAway, match="statement timeout"), reading(engine) as connection:
        connection.execute(text("SELECT pg_sleep(5)"))
    engine.dispose()


def test_a_writer_that_was_halted_gives_its_locks_back(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "IDLE_SECONDS", 0.3)
    engine = store_at(postgres.fresh())
    with pytest.raises(DatabaseAway):
        _halt_within(engine)
    engine.dispose()


def _halt_within(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("LOCK TABLE cases IN ACCESS EXCLUSIVE MODE"))
        time.sleep(1)
        connection.execute(text("SELECT 1"))


def test_a_server_that_only_reads_is_waited_for(postgres: Postgres) -> None:
    """A standby says the same."""
    url = postgres.fresh()
    postgres.do(f'ALTER DATABASE "{make_url(url).database}" SET default_transaction_read_only = on')
    engine = store_at(url)
    with pytest.raises(DatabaseAway, match="read-only transaction"), writing(engine) as connection:
        connection.execute(text("DELETE FROM cases"))
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM cases")) == 0
    engine.dispose()


def test_a_column_that_is_called_otherwise_is_waited_for(postgres: Postgres) -> None:
    """As beside a newer release, which has altered the tables: no message is diverted for it."""
    desk = Desk(store_at(postgres.fresh()))
    sent = desk.send(incident())
    with writing(desk.engine) as connection:
        connection.execute(text("ALTER TABLE person_logs RENAME COLUMN kind TO sort"))
    with pytest.raises(DatabaseAway, match=r'of another version of the monitor, .* column "kind"'):
        desk.merge(sent)
    with writing(desk.engine) as connection:
        connection.execute(text("ALTER TABLE person_logs RENAME COLUMN sort TO kind"))
    assert desk.merge(sent).outcomes == {(Topic.INCIDENTS, Outcome.MERGED): 1}
    desk.engine.dispose()


WITHOUT_RIGHTS = "options=-c%20role%3Dpg_signal_backend"


def test_a_right_that_is_missing_is_waited_for(postgres: Postgres) -> None:
    engine = store_at(_with(postgres.fresh(), WITHOUT_RIGHTS))
    with pytest.raises(DatabaseAway, match="lacks a right: permission denied for table cases"), writing(engine) as held:
        held.execute(text("DELETE FROM cases"))
    engine.dispose()


def test_a_user_who_may_not_make_the_tables_is_told_so(postgres: Postgres) -> None:
    with pytest.raises(UserError, match=r"cannot be used: .* lacks a right: permission denied for schema public\.$"):
        open_store(_with(postgres.empty(), WITHOUT_RIGHTS))


def _with(url: str, query: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{query}"


def test_what_is_too_large_for_an_index_is_not_waited_for(postgres: Postgres) -> None:
    """No waiting would make room for it."""
    engine = store_at(postgres.fresh())
    name = "".join(sha256(str(number).encode()).hexdigest() for number in range(100))
    with pytest.raises(OperationalError, match="index row size"), writing(engine) as connection:
        connection.execute(insert(known_times).values(force=name, heard=False))
    engine.dispose()


def test_a_sqlite_file_that_cannot_be_written_is_waited_for(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path}/monitor.db")
    with reading(engine) as connection:
        connection.execute(text("PRAGMA query_only = on"))  # of the one connection in the pool: root may write anyway
    with pytest.raises(DatabaseAway, match="readonly"), writing(engine) as connection:
        connection.execute(text("DELETE FROM cases"))
    engine.dispose()
