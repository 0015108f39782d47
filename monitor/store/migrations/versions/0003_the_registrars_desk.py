"""The audit log with its guards, who holds a case, and which logs name whom."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

from monitor.errors import UserError

revision = "0003"
down_revision = "0002"

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("force", NAME, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("incident_ref", NAME, nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("force", "number"),
        sqlite_with_rowid=False,
    )
    op.create_index("audit_entries_of_incident", "audit_entries", ["force", "incident_ref", "number"])
    op.create_table(
        "audit_heads",
        sa.Column("force", NAME, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("force"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "case_holders",
        sa.Column("force", NAME, nullable=False),
        sa.Column("ref", NAME, nullable=False),
        sa.Column("holder", NAME, nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("given_by", NAME, nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("force", "ref"),
        sqlite_with_rowid=False,
    )
    op.create_index("case_holders_by_holder", "case_holders", ["force", "holder"])
    op.create_table(
        "desk_people",
        sa.Column("force", NAME, nullable=False),
        sa.Column("subject", NAME, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", NAME, nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("force", "subject"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "person_logs",
        sa.Column("force", NAME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.Column("ref", NAME, nullable=False),
        sa.PrimaryKeyConstraint("force", "kind", "key", "ref"),
        sqlite_with_rowid=False,
    )
    _note_whom_the_logs_name(op.get_bind())
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def _note_whom_the_logs_name(connection: sa.Connection) -> None:
    """Of the logs that are there already; of new ones the merge does."""
    after: tuple[object, ...] = ("", "", -1, b"")
    while page := connection.execute(_LOGS, dict(zip("frvd", after, strict=True))).all():
        rows = {row for force, ref, _, _, content in page for row in _named(force, ref, orjson.loads(content))}
        if rows:
            connection.execute(_NOTE, [dict(zip("fkyr", row, strict=True)) for row in sorted(rows)])
        after = tuple(page[-1][:4])


_LOGS = sa.text(
    "SELECT force, ref, revision, digest, content FROM incident_revisions "
    "WHERE (force, ref, revision, digest) > (:f, :r, :v, :d) ORDER BY force, ref, revision, digest LIMIT 1000"
)
_NOTE = sa.text("INSERT INTO person_logs (force, kind, key, ref) VALUES (:f, :k, :y, :r) ON CONFLICT DO NOTHING")


def _named(force: str, ref: str, log: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for kind, people in (("victim", log.get("victims")), ("suspect", log.get("suspects"))):
        for person in people or ():
            key = ((person or {}).get("person_key") or "").strip()
            if key:
                yield force, kind, _short(key), ref
    place = log.get("location") or {}
    lat, lon = place.get("lat"), place.get("lon")
    if isinstance(lat, int | float) and isinstance(lon, int | float):
        yield force, "place", _short(f"{lat:.4f},{lon:.4f}"), ref


def _short(key: str) -> str:
    return key if len(key) <= 200 else blake2b(key.encode(), digest_size=16).hexdigest()


def downgrade() -> None:
    """Refused where there are entries: an audit log is never deleted."""
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT count(*) FROM audit_entries")):
        raise UserError("The audit log has entries, and is never deleted: go back no further than to 0003.")
    for name in ("decisions_stand", "decisions_stay"):
        op.execute(f"DROP TRIGGER {name}" + (" ON decisions" if connection.dialect.name == "postgresql" else ""))
    if connection.dialect.name == "sqlite":
        op.execute("DROP TRIGGER decisions_are_made_once")
    for table in ("person_logs", "desk_people", "case_holders", "audit_heads", "audit_entries"):
        op.drop_table(table)
    if connection.dialect.name == "postgresql":
        op.execute("DROP FUNCTION monitor_audit_in_turn, monitor_refuse")


SQLITE_GUARDS = (
    """
    CREATE TRIGGER audit_entries_stand BEFORE UPDATE ON audit_entries
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to: no entry is changed'); END
    """,
    """
    CREATE TRIGGER audit_entries_stay BEFORE DELETE ON audit_entries
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to: no entry is deleted'); END
    """,
    # REPLACE would delete without the trigger above: it is refused as an entry out of turn.
    """
    CREATE TRIGGER audit_entries_in_turn BEFORE INSERT ON audit_entries
    WHEN NEW.number <> 1 + (SELECT coalesce(max(number), 0) FROM audit_entries WHERE force = NEW.force)
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to: an entry takes the next number'); END
    """,
    """
    CREATE TRIGGER audit_heads_move_on BEFORE UPDATE ON audit_heads
    WHEN NEW.force <> OLD.force OR NEW.number < OLD.number OR NEW.told < OLD.told
    BEGIN SELECT RAISE(ABORT, 'the head of the audit log never goes back'); END
    """,
    """
    CREATE TRIGGER audit_heads_stay BEFORE DELETE ON audit_heads
    BEGIN SELECT RAISE(ABORT, 'the head of the audit log is never deleted'); END
    """,
    # Nor is anything there replaced: the insertion is passed over.
    """
    CREATE TRIGGER audit_heads_begin_once BEFORE INSERT ON audit_heads
    WHEN EXISTS (SELECT 1 FROM audit_heads WHERE force = NEW.force)
    BEGIN SELECT RAISE(IGNORE); END
    """,
    """
    CREATE TRIGGER decisions_stand BEFORE UPDATE ON decisions
    BEGIN SELECT RAISE(ABORT, 'no decision is changed: withdraw it'); END
    """,
    """
    CREATE TRIGGER decisions_stay BEFORE DELETE ON decisions
    BEGIN SELECT RAISE(ABORT, 'no decision is deleted: withdraw it'); END
    """,
    """
    CREATE TRIGGER decisions_are_made_once BEFORE INSERT ON decisions
    WHEN EXISTS (
        SELECT 1 FROM decisions
        WHERE force = NEW.force AND decision_id = NEW.decision_id AND digest = NEW.digest
    )
    BEGIN SELECT RAISE(IGNORE); END
    """,
)
POSTGRESQL_GUARDS = (
    """
    CREATE FUNCTION monitor_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    """
    CREATE FUNCTION monitor_audit_in_turn() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.number <> 1 + (SELECT coalesce(max(number), 0) FROM audit_entries WHERE force = NEW.force) THEN
            RAISE EXCEPTION 'the audit log is only added to: an entry takes the next number'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER audit_entries_stand BEFORE UPDATE ON audit_entries FOR EACH STATEMENT
    EXECUTE FUNCTION monitor_refuse('the audit log is only added to: no entry is changed')
    """,
    """
    CREATE TRIGGER audit_entries_stay BEFORE DELETE OR TRUNCATE ON audit_entries FOR EACH STATEMENT
    EXECUTE FUNCTION monitor_refuse('the audit log is only added to: no entry is deleted')
    """,
    """
    CREATE TRIGGER audit_entries_in_turn BEFORE INSERT ON audit_entries FOR EACH ROW
    EXECUTE FUNCTION monitor_audit_in_turn()
    """,
    """
    CREATE TRIGGER audit_heads_move_on BEFORE UPDATE ON audit_heads FOR EACH ROW
    WHEN (NEW.force <> OLD.force OR NEW.number < OLD.number OR NEW.told < OLD.told)
    EXECUTE FUNCTION monitor_refuse('the head of the audit log never goes back')
    """,
    """
    CREATE TRIGGER audit_heads_stay BEFORE DELETE OR TRUNCATE ON audit_heads FOR EACH STATEMENT
    EXECUTE FUNCTION monitor_refuse('the head of the audit log is never deleted')
    """,
    """
    CREATE TRIGGER decisions_stand BEFORE UPDATE ON decisions FOR EACH STATEMENT
    EXECUTE FUNCTION monitor_refuse('no decision is changed: withdraw it')
    """,
    """
    CREATE TRIGGER decisions_stay BEFORE DELETE OR TRUNCATE ON decisions FOR EACH STATEMENT
    EXECUTE FUNCTION monitor_refuse('no decision is deleted: withdraw it')
    """,
)
GUARDS = {"sqlite": SQLITE_GUARDS, "postgresql": POSTGRESQL_GUARDS}
