"""The table by which crime records are found that may be an incident's: see crime_marks.py."""

from sqlalchemy import Column, PrimaryKeyConstraint, Table

from monitor.store.instants import Instant
from monitor.store.tables import Name, metadata

# Only ever added to: a record that is found by what it once said is compared by what it says now.
crime_marks = Table(
    "crime_marks",
    metadata,
    Column("force", Name, nullable=False),
    Column("key", Name, nullable=False),  # a person, a place or an area; or `record`, which each record has
    Column("recorded_at", Instant, nullable=False),
    Column("ref", Name, nullable=False),
    PrimaryKeyConstraint("force", "key", "recorded_at", "ref"),
    sqlite_with_rowid=False,
)
