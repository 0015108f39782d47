"""Who holds a case, in its row of the queue."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("queue", sa.Column("holder", sa.Text(), nullable=False, server_default=""))
    op.execute(
        "UPDATE queue SET holder = COALESCE((SELECT case_holders.holder FROM case_holders "
        "WHERE case_holders.force = queue.force AND case_holders.ref = queue.ref), '')"
    )


def downgrade() -> None:
    op.drop_column("queue", "holder")
