"""What is suggested beside the verdicts. What was judged before is judged again, so that the occasions fill."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "occasions",
        sa.Column("force", NAME, nullable=False),
        sa.Column("ref", NAME, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("force", "ref"),
        sqlite_with_rowid=False,
    )
    op.create_index("occasions_marks", "occasions", ["force", "mark"])
    op.create_table(
        "suggestions",
        sa.Column("force", NAME, nullable=False),
        sa.Column("ref", NAME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("force", "ref", "kind"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "UPDATE cases SET due_since = COALESCE(due_since, judged_at), "
        "due_event_time = COALESCE(due_event_time, judged_at) WHERE judged_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("suggestions")
    op.drop_index("occasions_marks", "occasions")
    op.drop_table("occasions")
