from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from monitor import store
from monitor.errors import UserError
from monitor.store import engine as opening
from monitor.store import migrations, open_store
from monitor.store.engine import reading, store_at, writing
from monitor.store.migrations import migrate, migrate_down
from monitor.store.tables import metadata
from tests.builders import crime, decision, heartbeat, incident
from tests.postgres import Postgres
from tests.store.desk import Desk


def test_the_migrations_make_the_tables_as_they_are_declared(engine: Engine) -> None:
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _is_ours})
        assert compare_metadata(context, metadata) == []
        assert {"cases", "outbox"} <= set(inspect(connection).get_table_names())


def _is_ours(thing: object, name: str, kind: str, reflected: bool, other: object) -> bool:
    return kind != "table" or name in metadata.tables


def test_the_partial_indexes_are_partial(engine: Engine) -> None:
    """What the gauges and the review look at grows with what is due, not with all there is."""
    with reading(engine) as connection:
        made = {index["name"]: index for index in inspect(connection).get_indexes("cases")}
    for name in ("cases_marked", "cases_by_clock", "cases_by_known_time"):
        assert made[name]["dialect_options"][f"{engine.dialect.name}_where"] is not None


def test_head_is_the_newest_of_the_migrations() -> None:
    folder = str(migrations.__path__[0])
    assert ScriptDirectory(folder).get_heads() == [migrations.HEAD]


def test_of_two_that_start_together_one_makes_the_tables_and_the_other_waits(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than it waits for any other lock."""
    monkeypatch.setitem(opening._TIMEOUTS, "lock_timeout", 100)
    url = postgres.empty()
    one, opened = store_at(url), list[Engine]()
    beside = Thread(target=lambda: opened.append(open_store(url)))
    with writing(one) as connection:
        migrate(connection, "test")
        beside.start()
        beside.join(0.5)
        assert beside.is_alive()
    beside.join()
    (other,) = opened
    with reading(other) as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == migrations.HEAD
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "100ms"
    one.dispose()
    other.dispose()


def fill(desk: Desk) -> None:
    desk.receive(incident(), incident("INC-2"), crime(), heartbeat(40), decision("note", text="Seen."))
    desk.review(hours=60)


def test_a_filled_database_goes_down_and_up_again_and_holds_the_same(desk: Desk) -> None:
    fill(desk)
    before = desk.verdicts(), store.history(desk.engine, "synthetic-northshire", "INC-1")
    for target in ("0010", "0009", "0008", "0007", "0006", "0005", "0004", "0003"):
        with writing(desk.engine) as connection:
            migrate_down(connection, target)
        with writing(desk.engine) as connection:
            migrate(connection, "test")
    desk.review(hours=60)
    assert (desk.verdicts(), store.history(desk.engine, "synthetic-northshire", "INC-1")) == before


def test_it_goes_down_to_nothing_and_up_again(desk: Desk) -> None:
    fill(desk)
    with writing(desk.engine) as connection:
        migrate_down(connection, "base")
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
    with writing(desk.engine) as connection:
        migrate(connection, "test")
    desk.topics = Desk(desk.engine).topics
    fill(desk)
    assert desk.verdicts().keys() == {"INC-1", "INC-2"}


def test_an_audit_log_is_not_taken_down(desk: Desk) -> None:
    with writing(desk.engine) as connection:
        connection.exec_driver_sql(
            "INSERT INTO audit_entries (force, number, at, content, hash) VALUES ('synthetic-x', 1, 1, '{}', 'x')"
        )
    with pytest.raises(UserError, match="audit log"), writing(desk.engine) as connection:
        migrate_down(connection, "base")
