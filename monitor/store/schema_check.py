from sqlalchemy import Engine, text

from monitor.store.engine import reading
from monitor.store.migrations import HEAD


def has_current_tables(engine: Engine) -> bool:
    """Whether the tables are of the version that this program was written for, and not of a later or earlier one."""
    with reading(engine) as connection:
        return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD)
