"""Tables of what is suggested to a person beside the verdicts: see occasions.py and suggestions.py."""

from sqlalchemy import Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table

from monitor.store.tables import Name, metadata

# Written with the review of its log: what may be part of a course of conduct.
occasions = Table(
    "occasions",
    metadata,
    Column("force", Name, nullable=False),
    Column("ref", Name, nullable=False),
    Column("content", LargeBinary, nullable=False),  # JSON
    Column("mark", Integer, nullable=False),  # of the content: their sum tells whether any has changed
    PrimaryKeyConstraint("force", "ref"),
    Index("occasions_marks", "force", "mark"),
    sqlite_with_rowid=False,
)

# Only ever written by the worker that leads.
suggestions = Table(
    "suggestions",
    metadata,
    Column("force", Name, nullable=False),
    Column("ref", Name, nullable=False),  # of the incident that it is shown with
    Column("kind", Name, nullable=False),  # course_of_conduct
    Column("content", LargeBinary, nullable=False),  # JSON
    PrimaryKeyConstraint("force", "ref", "kind"),
    sqlite_with_rowid=False,
)
