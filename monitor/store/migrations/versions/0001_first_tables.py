"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBERED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "case_counts",
        sa.Column("force", NAME, nullable=False),
        sa.Column("status", NAME, nullable=False),
        sa.Column("severity", NAME, nullable=False),
        sa.Column("alert", NAME, nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("force", "status", "severity", "alert", "open"),
    )
    op.create_table(
        "cases",
        sa.Column("force", NAME, nullable=False),
        sa.Column("ref", NAME, nullable=False),
        sa.Column("due_since", sa.BigInteger(), nullable=True),
        sa.Column("due_event_time", sa.BigInteger(), nullable=True),
        sa.Column("review_at", sa.BigInteger(), nullable=True),
        sa.Column("review_at_known", sa.BigInteger(), nullable=True),
        sa.Column("status", NAME, nullable=True),
        sa.Column("severity", NAME, nullable=True),
        sa.Column("alert", NAME, nullable=True),
        sa.Column("open", sa.Boolean(), nullable=True),
        sa.Column("alert_changes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("firing_since", sa.BigInteger(), nullable=True),
        sa.Column("judged_at", sa.BigInteger(), nullable=True),
        sa.Column("content_digest", sa.LargeBinary(), nullable=True),
        sa.Column("meaning_digest", sa.LargeBinary(), nullable=True),
        sa.Column("failures", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("force", "ref"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "cases_by_clock",
        "cases",
        ["review_at"],
        sqlite_where=sa.text("review_at IS NOT NULL"),
        postgresql_where=sa.text("review_at IS NOT NULL"),
    )
    op.create_index(
        "cases_by_known_time",
        "cases",
        ["force", "review_at_known"],
        sqlite_where=sa.text("review_at_known IS NOT NULL"),
        postgresql_where=sa.text("review_at_known IS NOT NULL"),
    )
    op.create_index(
        "cases_marked",
        "cases",
        ["due_since"],
        sqlite_where=sa.text("due_since IS NOT NULL"),
        postgresql_where=sa.text("due_since IS NOT NULL"),
    )
    op.create_table(
        "crime_revisions",
        sa.Column("force", NAME, nullable=False),
        sa.Column("ref", NAME, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("broker_time", sa.BigInteger(), nullable=False),
        sa.Column("merged_at", sa.BigInteger(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("force", "ref", "revision", "digest"),
    )
    op.create_table(
        "decisions",
        sa.Column("force", NAME, nullable=False),
        sa.Column("decision_id", NAME, nullable=False),
        sa.Column("incident_ref", NAME, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("broker_time", sa.BigInteger(), nullable=False),
        sa.Column("merged_at", sa.BigInteger(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("force", "decision_id", "digest"),
    )
    op.create_table(
        "dependencies",
        sa.Column("force", NAME, nullable=False),
        sa.Column("dependent", NAME, nullable=False),
        sa.Column("depends_on", NAME, nullable=False),
        sa.PrimaryKeyConstraint("force", "dependent", "depends_on"),
        sqlite_with_rowid=False,
    )
    op.create_index("dependencies_backwards", "dependencies", ["force", "depends_on", "dependent"])
    op.create_table(
        "feeds",
        sa.Column("force", NAME, nullable=False),
        sa.Column("feed", NAME, nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("force", "feed"),
    )
    op.create_table(
        "fences",
        sa.Column("force", NAME, nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("force", "as_of"),
    )
    op.create_table(
        "incident_revisions",
        sa.Column("force", NAME, nullable=False),
        sa.Column("ref", NAME, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("broker_time", sa.BigInteger(), nullable=False),
        sa.Column("merged_at", sa.BigInteger(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("force", "ref", "revision", "digest"),
    )
    op.create_table(
        "known_times",
        sa.Column("force", NAME, nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=True),
        sa.Column("heartbeat", sa.BigInteger(), nullable=True),
        sa.Column("heard", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("force"),
    )
    op.create_table(
        "outbox",
        sa.Column("number", NUMBERED, nullable=False),
        sa.Column("id", NAME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("topic", NAME, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("headers", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(
        "outbox_unsent",
        "outbox",
        ["number"],
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_table(
        "progress",
        sa.Column("topic", NAME, nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("broker_time", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("topic", "partition"),
    )
    op.create_table(
        "verdict_history",
        sa.Column("number", NUMBERED, nullable=False),
        sa.Column("force", NAME, nullable=False),
        sa.Column("ref", NAME, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=True),
        sa.Column("cause", NAME, nullable=False),
        sa.Column("cause_ref", NAME, nullable=True),
        sa.Column("cause_revision", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("verdict_history_of_case", "verdict_history", ["force", "ref"])
    op.create_table(
        "verdicts",
        sa.Column("force", NAME, nullable=False),
        sa.Column("ref", NAME, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("force", "ref"),
    )


def downgrade() -> None:
    """The events are in their topics. What is only here, such as an audit log, is in the way before this."""
    for table in (
        "case_counts",
        "cases",
        "crime_revisions",
        "decisions",
        "dependencies",
        "feeds",
        "fences",
        "incident_revisions",
        "known_times",
        "outbox",
        "progress",
        "verdict_history",
        "verdicts",
    ):
        op.drop_table(table)
