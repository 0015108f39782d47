"""Bringing the tables of a database up to this version of the monitor."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from monitor.errors import UserError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0012"
_VERSIONS = "alembic_version"


def migrate(connection: Connection, name: str) -> None:
    """Make the tables, or alter them. `name` is how errors call the database. Raises UserError with one sentence."""
    if _version(connection, name) == HEAD:
        return
    _in_turn(connection)
    if _version(connection, name) != HEAD:  # nobody else has done it meanwhile
        _upgrade(connection)


def _version(connection: Connection, name: str) -> str | None:
    """None: there are no tables yet."""
    tables = set(inspect(connection).get_table_names())
    if tables and _VERSIONS not in tables:
        raise UserError(
            f"The database {name} holds tables of another program: name another one in MONITOR_DATABASE_URL."
        )
    version: str | None = connection.scalar(text(f"SELECT version_num FROM {_VERSIONS}")) if tables else None  # noqa: S608
    if version is not None and version > HEAD:
        raise UserError(f"The database {name} was made by a later version of the monitor: install that one.")
    return version


def _in_turn(connection: Connection) -> None:
    """Of processes that start together one migrates, however long that takes, and the others wait for it."""
    if connection.dialect.name != "postgresql":  # there whoever writes is alone anyway
        return
    limit = connection.scalar(_GIVEN_TIME)
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(_GIVE_TIME, {"limit": "0"})
    connection.execute(_TURN)
    connection.execute(_GIVE_TIME, {"limit": limit})


_GIVEN_TIME = text("SELECT current_setting('lock_timeout')")
_GIVE_TIME = text("SELECT set_config('lock_timeout', :limit, true)")
_TURN = text(f"SELECT pg_advisory_xact_lock({0x6D696772617465})")  # a number of ours: "migrate"


def migrate_down(connection: Connection, to: str) -> None:
    """Take the tables back to an earlier version, `base` for none, for an older release of the monitor to open.

    What only a later version keeps is lost. Raises UserError where that would be an audit log.
    """
    from alembic import command

    command.downgrade(_config(connection), to)


def _upgrade(connection: Connection) -> None:
    from alembic import command

    command.upgrade(_config(connection), HEAD)


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    if connection.dialect.name == "postgresql":  # an index over millions of rows takes what it takes
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
