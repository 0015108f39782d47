"""Each topic is sent to by itself: what waits for one is found without a look at what waits for the others."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

WAITS = sa.text("sent_at IS NULL")


def upgrade() -> None:
    op.drop_index("outbox_unsent", "outbox")
    op.create_index("outbox_unsent", "outbox", ["topic", "number"], sqlite_where=WAITS, postgresql_where=WAITS)


def downgrade() -> None:
    op.drop_index("outbox_unsent", "outbox")
    op.create_index("outbox_unsent", "outbox", ["number"], sqlite_where=WAITS, postgresql_where=WAITS)
