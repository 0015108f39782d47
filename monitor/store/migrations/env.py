"""Alembic runs this. The connection, and its transaction, are those of `migrate`."""

from alembic import context

from monitor.store import (  # noqa: F401 - they add their tables to the metadata
    desk_tables,
    letter_tables,
    match_tables,
    queue_tables,
    upkeep_tables,
)
from monitor.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
