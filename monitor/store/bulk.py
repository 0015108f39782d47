"""Many rows at once: sets of keys as one parameter, inserts that skip or replace what is there.

What differs between SQLite and PostgreSQL in this stands here and nowhere else.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, FromClause, Subquery, Table, Text, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite

Row = dict[str, Any]
Key = tuple[str, str]  # a force, and a reference or node in it


def keys(connection: Connection, of: Iterable[Key]) -> Subquery:
    """These keys as a table of `force` and `name`: one parameter, however many they are."""
    content = orjson.dumps([*of]).decode()
    if connection.dialect.name == "postgresql":
        each = func.jsonb_array_elements(cast(content, postgresql.JSONB)).table_valued("value")
        return select(_part(each, 0).label("force"), _part(each, 1).label("name")).subquery("wanted")
    each = func.json_each(content).table_valued("value")
    force, name = func.json_extract(each.c.value, "$[0]"), func.json_extract(each.c.value, "$[1]")
    return select(force.label("force"), name.label("name")).subquery("wanted")


def _part(each: FromClause, number: int) -> Any:
    return cast(each.c.value.op("->>")(number), Text(collation="C"))


def insert_new(connection: Connection, table: Table, rows: Collection[Row]) -> None:
    """Insert; rows whose key is there already are left alone. Sorted input keeps writers from each other's way."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), [*rows])


def upsert(connection: Connection, table: Table, rows: Sequence[Row], newer_by: str | None = None) -> None:
    """Insert or replace by primary key; with `newer_by` only where that column does not go down."""
    if not rows:
        return
    statement = _insert(connection, table)
    named = {name: statement.excluded[name] for name in rows[0] if name not in table.primary_key.columns}
    where = None if newer_by is None else statement.excluded[newer_by] >= table.c[newer_by]
    upserting = statement.on_conflict_do_update(index_elements=[*table.primary_key], set_=named, where=where)
    connection.execute(upserting, rows)


def add_up(connection: Connection, table: Table, rows: Sequence[Row], column: str) -> None:
    """Insert, or add to that column of the row that is there."""
    if rows:
        statement = _insert(connection, table)
        total = {column: table.c[column] + statement.excluded[column]}
        connection.execute(statement.on_conflict_do_update(index_elements=[*table.primary_key], set_=total), [*rows])


def _insert(connection: Connection, table: Table) -> Any:
    """Both dialects have the same upsert, each in its own class."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
