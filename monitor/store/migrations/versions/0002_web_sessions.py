"""Who is signed in to the web pages."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "web_sessions",
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_digest"),
        sqlite_with_rowid=False,
    )
    op.create_index("web_sessions_by_expiry", "web_sessions", ["expires_at"])


def downgrade() -> None:
    op.drop_table("web_sessions")
