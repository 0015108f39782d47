"""What was purged, and which processes work with the store."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "purged_revisions",
        sa.Column("force", NAME, nullable=False),
        sa.Column("ref", NAME, nullable=False),
        sa.Column("topic", NAME, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("purged_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("force", "ref", "topic", "revision", "digest"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "presences",
        sa.Column("id", NAME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("host", NAME, nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("judges_by", NAME, nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("presences")
    op.drop_table("purged_revisions")
