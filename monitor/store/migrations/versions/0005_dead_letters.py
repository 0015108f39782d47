"""What became of each dead letter, and which partitions are not read on."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "dead_letters",
        sa.Column("id", NAME, nullable=False),
        sa.Column("topic", NAME, nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("reason", NAME, nullable=False),
        sa.Column("field", NAME, nullable=True),
        sa.Column("force", NAME, nullable=True),
        sa.Column("ref", NAME, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", NAME, nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("state_at", sa.BigInteger(), nullable=True),
        sa.Column("state_by", NAME, nullable=True),
        sa.Column("why", NAME, nullable=True),
        sa.Column("first", NAME, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    _partial("dead_letters_open", ["force", "reason"], "state IN ('waiting', 'replayed')")
    _partial("dead_letters_about", ["force", "ref"], "ref IS NOT NULL")
    _partial("dead_letters_again", ["first"], "first IS NOT NULL")
    op.create_table(
        "letter_stops",
        sa.Column("topic", NAME, nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("held_from", sa.BigInteger(), nullable=True),
        sa.Column("free_to", sa.BigInteger(), nullable=True),
        sa.Column("criterion", NAME, nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition"),
        sqlite_with_rowid=False,
    )


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "dead_letters", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    op.drop_table("letter_stops")
    op.drop_table("dead_letters")
