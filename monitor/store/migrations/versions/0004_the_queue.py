"""The queue. What was judged before is judged again, so that it fills."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "queue",
        sa.Column("force", NAME, nullable=False),
        sa.Column("ref", NAME, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("concerns", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("crime_refs", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("force", "ref"),
        sqlite_with_rowid=False,
    )
    op.create_index("queue_by_version", "queue", ["version"])
    op.create_table("queue_version", sa.Column("version", sa.BigInteger(), nullable=False))
    op.execute("INSERT INTO queue_version (version) VALUES (0)")
    op.execute(
        "UPDATE cases SET due_since = COALESCE(due_since, judged_at), "
        "due_event_time = COALESCE(due_event_time, judged_at) WHERE judged_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("queue_version")
    op.drop_table("queue")
