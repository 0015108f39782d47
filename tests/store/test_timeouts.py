"""On PostgreSQL nothing is waited for without end: neither a statement, nor a lock, nor a writer that was halted."""

import time

import pytest
from sqlalchemy import Engine, text

from monitor.store import engine as opening
from monitor.store.engine import DatabaseAway, reading, store_at, writing
from tests.postgres import Postgres


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
