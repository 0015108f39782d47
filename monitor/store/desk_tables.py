"""Tables of the registrars' desk: the audit log, who holds a case, and which logs name whom."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, PrimaryKeyConstraint, Table, Text

from monitor.store.instants import Instant
from monitor.store.tables import Name, metadata

# Only ever added to; triggers refuse anything else (see the migration and audit_check.py).
audit_entries = Table(
    "audit_entries",
    metadata,
    Column("force", Name, nullable=False),
    Column("number", BigInteger, nullable=False),  # 1, 2, 3, … in a force
    Column("at", Instant, nullable=False),  # wall clock
    Column("incident_ref", Name, nullable=True),
    Column("content", LargeBinary, nullable=False),  # canonical JSON
    Column("hash", LargeBinary, nullable=False),  # SHA-256 of the hash before and the content
    PrimaryKeyConstraint("force", "number"),
    Index("audit_entries_of_incident", "force", "incident_ref", "number"),
    sqlite_with_rowid=False,
)

audit_heads = Table(
    "audit_heads",
    metadata,
    Column("force", Name, nullable=False),
    Column("number", BigInteger, nullable=False),  # of the last entry
    Column("hash", LargeBinary, nullable=False),  # of the last entry
    Column("at", Instant, nullable=False),
    Column("told", BigInteger, nullable=False),  # the number up to which the topic of heads was told
    Column("told_at", Instant, nullable=False),
    PrimaryKeyConstraint("force"),
    sqlite_with_rowid=False,
)

# What happened to it stands in the audit log; here only who holds a case now. No row: nobody ever did.
case_holders = Table(
    "case_holders",
    metadata,
    Column("force", Name, nullable=False),
    Column("ref", Name, nullable=False),
    Column("holder", Name, nullable=True),  # null: it was put back
    Column("since", Instant, nullable=False),  # wall clock
    Column("given_by", Name, nullable=False),
    Column("changes", BigInteger, nullable=False),  # how often it changed hands
    PrimaryKeyConstraint("force", "ref"),
    Index("case_holders_by_holder", "force", "holder"),
    sqlite_with_rowid=False,
)

# Who works on a force's cases: their names, and whom a case can be handed to.
desk_people = Table(
    "desk_people",
    metadata,
    Column("force", Name, nullable=False),
    Column("subject", Name, nullable=False),  # as decisions and the audit log name them
    Column("name", Text, nullable=False),
    Column("role", Name, nullable=False),
    Column("seen_at", Instant, nullable=False),  # wall clock
    PrimaryKeyConstraint("force", "subject"),
    sqlite_with_rowid=False,
)

# Only ever added to, like `dependencies`: whom a log once named, it named.
person_logs = Table(
    "person_logs",
    metadata,
    Column("force", Name, nullable=False),
    Column("kind", Name, nullable=False),  # victim, suspect or place
    Column("key", Name, nullable=False),  # a pseudonym, or a place
    Column("ref", Name, nullable=False),
    PrimaryKeyConstraint("force", "kind", "key", "ref"),
    sqlite_with_rowid=False,
)
