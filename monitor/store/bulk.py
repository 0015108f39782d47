"""Many rows at once: sets of keys as one parameter, and inserts that skip or replace what is there.

What differs between SQLite and PostgreSQL in this stands here and nowhere else.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import (
    CTE,
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Table,
    Text,
    bindparam,
    cast,
    collate,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite

from monitor.store.instants import Instant

Key = tuple[str, str]  # a force, and a reference or node in it
Row = tuple[Any, ...]

MOST_PARAMETERS = 8192  # of one statement: SQLite takes 32,766


def keys(connection: Connection, of: Iterable[Key]) -> CTE:
    """These keys as a table of `force` and `name`: one parameter, however many they are."""
    by_force: dict[str, list[str]] = {}
    for force, name in of:
        by_force.setdefault(force, []).append(name)
    content = orjson.dumps(by_force).decode()
    key: ColumnElement[str]
    value: ColumnElement[str]
    if connection.dialect.name == "postgresql":
        forces = func.jsonb_each(cast(literal(content, Text()), postgresql.JSONB)).table_valued(
            "key", "value", name="forces"
        )
        names = func.jsonb_array_elements_text(forces.c.value).table_valued("value", name="names")
        key, value = collate(forces.c.key, "C"), collate(names.c.value, "C")
    else:
        forces = func.json_each(content).table_valued("key", "value", name="forces")
        names = func.json_each(forces.c.value).table_valued("value", name="names")
        key, value = forces.c.key, names.c.value
    pairs = select(key.label("force"), value.label("name")).select_from(forces.join(names, true()))
    return pairs.cte("wanted").prefix_with("MATERIALIZED")  # else SQLite would scan all rows of a force for each name


@dataclass(frozen=True, eq=False)
class Insertion:
    """Rows of these columns (in the table's order; times in microseconds), and what to do where the key is there.

    By default such a row is left alone. `replace` names the columns to overwrite instead, `only_if` on what condition
    (of `table.c` and `new`, the row that is to be inserted), `add_to` a column to add the new number to.
    """

    table: Table
    columns: tuple[str, ...]
    replace: tuple[str, ...] = ()
    add_to: str | None = None
    only_if: Any = None  # a function of the table's columns and the new row's

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Sorted rows keep writers out of each other's way.

        In SQLite many rows are one statement, not one statement many times: each execution gives up the interpreter
        lock and has to win it back, which beside a busy thread costs more than the row.
        """
        if connection.dialect.name == "postgresql":
            if rows:
                connection.execute(
                    _statement(self, "postgresql"), [dict(zip(self.columns, row, strict=True)) for row in rows]
                )
            return
        start = 0
        for size in _sizes(len(rows), MOST_PARAMETERS // len(self.columns)):
            values = tuple(chain.from_iterable(rows[start : start + size]))
            connection.exec_driver_sql(_sqlite_text(self, size), values)
            start += size


def _sizes(rows: int, most: int) -> Iterator[int]:
    """Powers of two, so that few different statements are ever prepared."""
    size = 1 << (most.bit_length() - 1)
    while rows:
        while size > rows:
            size //= 2
        yield size
        rows -= size


@cache
def _sqlite_text(insertion: Insertion, rows: int) -> str:
    compiled = _statement(insertion, "sqlite").compile(dialect=sqlite.dialect())
    if tuple(compiled.positiontup or ()) != insertion.columns:
        raise ValueError(f"the columns of {insertion.table.name} stand in another order")
    one = f"({', '.join('?' * len(insertion.columns))})"
    before, after = str(compiled).split(one)
    return f"{before}{', '.join([one] * rows)}{after}"


@cache
def _statement(insertion: Insertion, dialect: str) -> Any:
    """Both dialects have the same upsert, each in its own class."""
    table = insertion.table
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    statement = insert.values({name: _parameter(table.c[name]) for name in insertion.columns})
    new = statement.excluded
    setting = {name: new[name] for name in insertion.replace}
    if insertion.add_to:
        setting[insertion.add_to] = table.c[insertion.add_to] + new[insertion.add_to]
    if not setting:
        return statement.on_conflict_do_nothing()
    where = insertion.only_if(table.c, new) if insertion.only_if else None
    return statement.on_conflict_do_update(index_elements=[*table.primary_key], set_=setting, where=where)


def _parameter(column: Column[Any]) -> BindParameter[Any]:
    """Rows hold times as the database does."""
    return bindparam(column.name, type_=BigInteger() if isinstance(column.type, Instant) else column.type)
