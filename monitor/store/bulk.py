"""Many rows at once: sets of keys as one parameter, and inserts that skip or replace what is there.

What differs between SQLite and PostgreSQL in this stands here and nowhere else.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    BindParameter,
    Column,
    ColumnClause,
    Connection,
    CursorResult,
    Executable,
    Select,
    String,
    Table,
    Text,
    bindparam,
    collate,
    column,
    func,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite

from monitor.store.instants import Instant

Key = tuple[str, str]  # a force, and a reference or node in it
Row = tuple[Any, ...]

MOST_PARAMETERS = 8192  # of one statement: SQLite takes 32,766


def keys(connection: Connection, of: Iterable[Key]) -> CTE:
    """These keys as a table of `force` and `name`: one parameter or two, however many they are."""
    values = _values(connection, of)
    own = [bindparam(None, values[each.key], each.type, unique=True) for each in _PARAMETERS[connection.dialect.name]]
    return _table_of(connection.dialect.name, own)


class Asked:
    """A statement about keys that every merge or review asks: made once, for that costs more than to answer it."""

    def __init__(self, make: Callable[[CTE], Executable]) -> None:
        """`make` is given the keys as `keys` gives them."""
        self._made = cache(lambda dialect: make(_table_of(dialect, _PARAMETERS[dialect])))

    def of(self, connection: Connection, wanted: Iterable[Key], **others: object) -> CursorResult[*tuple[Any, ...]]:
        """`others`: the parameters that it has beside the keys."""
        return connection.execute(self._made(connection.dialect.name), {**_values(connection, wanted), **others})


_PARAMETERS: dict[str, list[BindParameter[Any]]] = {
    "postgresql": [bindparam("forces", type_=ARRAY(Text())), bindparam("names", type_=ARRAY(Text()))],
    "sqlite": [bindparam("names_by_force", type_=Text())],
}


def _values(connection: Connection, of: Iterable[Key]) -> dict[str, Any]:
    """Arrays: PostgreSQL's planner knows how long they are. JSON it takes for thousands, and reads whole tables."""
    if connection.dialect.name == "postgresql":
        forces, names = zip(*unique, strict=True) if (unique := sorted(set(of))) else ((), ())
        return {"forces": list(forces), "names": list(names)}
    by_force: dict[str, list[str]] = {}
    for force, name in of:
        by_force.setdefault(force, []).append(name)
    return {"names_by_force": orjson.dumps(by_force).decode()}


def _table_of(dialect: str, parameters: Sequence[BindParameter[Any]]) -> CTE:
    table: Select[Any] = (_table_postgresql if dialect == "postgresql" else _table_sqlite)(*parameters)
    return table.cte("wanted").prefix_with("MATERIALIZED")  # else SQLite would scan all rows of a force for each name


def _table_postgresql(forces: Any, names: Any) -> Any:
    given = _arrays({"force": forces, "name": names}, "given")
    return select(collate(given.c.force, "C").label("force"), collate(given.c.name, "C").label("name"))


def _table_sqlite(names_by_force: Any) -> Any:
    forces = func.json_each(names_by_force).table_valued("key", "value", name="forces")
    names = func.json_each(forces.c.value).table_valued("value", name="names")
    return select(forces.c.key.label("force"), names.c.value.label("name")).select_from(forces.join(names, true()))


def _arrays(columns: Mapping[str, Any], name: str) -> Any:
    """A table of these arrays, a column each."""
    shaped: list[ColumnClause[Any]] = [column(each, array.type.item_type) for each, array in columns.items()]
    table: Any = func.unnest(*columns.values()).table_valued(*shaped, name=name)
    shaped_and_named: Any = table.render_derived()
    return shaped_and_named


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

    def __post_init__(self) -> None:
        if tuple(each.name for each in self.table.columns if each.name in self.columns) != self.columns:
            raise ValueError(f"the columns of {self.table.name} stand in another order")

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Sorted rows keep writers out of each other's way.

        In SQLite many rows are one statement, not one statement many times: each execution gives up the interpreter
        lock and has to win it back, which beside a busy thread costs more than the row.
        """
        if rows:
            (self._run_postgresql if connection.dialect.name == "postgresql" else self._run_sqlite)(connection, rows)

    def _run_postgresql(self, connection: Connection, rows: Sequence[Row]) -> None:
        """An array for each column. Such a statement may meet each key but once: where one comes twice, row by row."""
        if self._keys_differ(rows):
            arrays = {name: list(values) for name, values in zip(self.columns, zip(*rows, strict=True), strict=True)}
            connection.execute(_from_arrays(self), arrays)
        else:
            connection.execute(
                _statement(self, "postgresql"), [dict(zip(self.columns, row, strict=True)) for row in rows]
            )

    def _keys_differ(self, rows: Sequence[Row]) -> bool:
        if not (self.replace or self.add_to):
            return True
        places = [self.columns.index(column.name) for column in self.table.primary_key]
        return len({tuple(row[place] for place in places) for row in rows}) == len(rows)

    def _run_sqlite(self, connection: Connection, rows: Sequence[Row]) -> None:
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
    one = f"({', '.join('?' * len(insertion.columns))})"
    before, after = str(compiled).split(one)
    return f"{before}{', '.join([one] * rows)}{after}"


@cache
def _statement(insertion: Insertion, dialect: str) -> Any:
    """One row. Both dialects have the same upsert, each in its own class."""
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(insertion.table)
    return _or_else(insertion, insert.values({name: _parameter(insertion.table.c[name]) for name in insertion.columns}))


@cache
def _from_arrays(insertion: Insertion) -> Any:
    """Many rows, from one array for each column: of all that was measured, what PostgreSQL takes quickest."""
    table, names = insertion.table, insertion.columns
    given = _arrays({name: bindparam(name, type_=ARRAY(_plain(table.c[name]))) for name in names}, "given")
    select_all = select(*[given.c[name] for name in names])
    return _or_else(insertion, postgresql.insert(table).from_select(names, select_all))


def _plain(of: Column[Any]) -> Any:
    """Its type within an array, where no collation can stand."""
    if isinstance(of.type, Instant):
        return BigInteger()
    return Text() if isinstance(of.type, String) else of.type


def _or_else(insertion: Insertion, statement: Any) -> Any:
    """What is to be done where the key is there."""
    table = insertion.table
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
