"""What the overview counts. What was judged before is judged again, so that it fills."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

DUE = "status IN ('recorded_in_time', 'recorded_late', 'partly_recorded', 'unrecorded')"


def upgrade() -> None:
    op.add_column("cases", sa.Column("recorded_at", sa.BigInteger(), nullable=True))
    op.add_column("cases", sa.Column("reason", sa.Text().with_variant(sa.Text(collation="C"), "postgresql")))
    op.add_column("queue", sa.Column("opened_as", sa.Text(), nullable=False, server_default=""))
    op.drop_index("cases_by_deadline", "cases")
    _by_deadline("force", "deadline", "status", "severity", "recorded_at")
    given = sa.text("reason IS NOT NULL")
    columns = ["force", "deadline", "reason", "status"]
    op.create_index("cases_by_reason", "cases", columns, sqlite_where=given, postgresql_where=given)
    op.execute(
        "UPDATE cases SET due_since = COALESCE(due_since, judged_at), "
        "due_event_time = COALESCE(due_event_time, judged_at) WHERE judged_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index("cases_by_reason", "cases")
    op.drop_index("cases_by_deadline", "cases")
    _by_deadline("force", "deadline")
    op.drop_column("queue", "opened_as")
    op.drop_column("cases", "reason")
    op.drop_column("cases", "recorded_at")


def _by_deadline(*columns: str) -> None:
    where = sa.text(DUE)
    op.create_index("cases_by_deadline", "cases", [*columns], sqlite_where=where, postgresql_where=where)
