from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from monitor.store import migrations
from monitor.store.engine import reading
from monitor.store.tables import metadata


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
        assert made[name]["dialect_options"]["sqlite_where"] is not None


def test_head_is_the_newest_of_the_migrations() -> None:
    folder = str(migrations.__path__[0])
    assert ScriptDirectory(folder).get_heads() == [migrations.HEAD]
