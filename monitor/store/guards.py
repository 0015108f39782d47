"""The triggers that keep the audit log and the decisions from being changed: whether they are all there."""

from sqlalchemy import Connection, text

# As the migration makes them, by table. SQLite needs one more each where REPLACE would delete unseen.
EVERYWHERE = {
    "audit_entries": ("audit_entries_in_turn", "audit_entries_stand", "audit_entries_stay"),
    "audit_heads": ("audit_heads_move_on", "audit_heads_stay"),
    "decisions": ("decisions_stand", "decisions_stay"),
}
ONLY_SQLITE = {"audit_heads": ("audit_heads_begin_once",), "decisions": ("decisions_are_made_once",)}

_PRESENT = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """
        SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND relnamespace = current_schema()::regnamespace
    """,
}


def missing_guards(connection: Connection) -> list[tuple[str, str]]:
    """(table, trigger) of each that was dropped or switched off."""
    dialect = connection.dialect.name
    present = {(table, name) for table, name in connection.execute(text(_PRESENT[dialect]))}
    wanted = {(table, name) for table, names in EVERYWHERE.items() for name in names}
    if dialect == "sqlite":
        wanted |= {(table, name) for table, names in ONLY_SQLITE.items() for name in names}
    return sorted(wanted - present)
