import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from monitor import store
from monitor.errors import UserError
from monitor.store import migrations
from monitor.store.engine import reading, writing
from monitor.store.migrations import migrate, migrate_down
from monitor.store.tables import metadata
from tests.builders import crime, decision, heartbeat, incident
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
