"""The deadline of each case, to count a week by. What was judged before is judged again, so that it fills."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

DUE = "status IN ('recorded_in_time', 'recorded_late', 'partly_recorded', 'unrecorded')"


def upgrade() -> None:
    op.add_column("cases", sa.Column("deadline", sa.BigInteger(), nullable=True))
    where = sa.text(DUE)
    op.create_index("cases_by_deadline", "cases", ["force", "deadline"], sqlite_where=where, postgresql_where=where)
    standing = sa.text("NOT gone")
    op.create_index("queue_standing", "queue", ["force"], sqlite_where=standing, postgresql_where=standing)
    op.execute(
        "UPDATE cases SET due_since = COALESCE(due_since, judged_at), "
        "due_event_time = COALESCE(due_event_time, judged_at) WHERE judged_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index("queue_standing", "queue")
    op.drop_index("cases_by_deadline", "cases")
    op.drop_column("cases", "deadline")
