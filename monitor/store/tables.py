"""The tables. `migrations/` makes them; a test holds the two together."""

from typing import Any

from sqlalchemy import BigInteger as Whole
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

from monitor.store.instants import Instant

metadata = MetaData()
Name: TypeEngine[str] = Text().with_variant(
    Text(collation="C"), "postgresql"
)  # sorted by code point, as `assess` sorts
Numbered: TypeEngine[int] = Whole().with_variant(Integer(), "sqlite")  # SQLite counts up only an INTEGER key


def _name(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Name, nullable=null)


def _instant(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Instant, nullable=null)


def _received() -> list[Column[Any]]:
    """What every stored event carries: its canonical JSON, the digest of that, and whence and when it came."""
    return [
        Column("digest", LargeBinary, nullable=False),
        Column("content", LargeBinary, nullable=False),
        _instant("broker_time"),
        _instant("merged_at"),
        Column("partition", Integer, nullable=False),
        Column("offset", Whole, nullable=False),
    ]


def _revisions(name: str) -> Table:
    """Every distinct revision received. Two digests with one revision are a conflict."""
    columns: list[Column[Any]] = [_name("force"), _name("ref"), Column("revision", Whole, nullable=False), *_received()]
    return Table(name, metadata, *columns, PrimaryKeyConstraint("force", "ref", "revision", "digest"))


def _where(name: str, *columns: str, where: str) -> Index:
    condition: ColumnElement[bool] = text(where)  # type: ignore[assignment]
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


incident_revisions = _revisions("incident_revisions")
crime_revisions = _revisions("crime_revisions")

decisions = Table(
    "decisions",
    metadata,
    _name("force"),
    _name("decision_id"),
    _name("incident_ref"),
    *_received(),
    PrimaryKeyConstraint("force", "decision_id", "digest"),
)

# Only ever added to: what a log once named can still matter, and a dependency too many costs a review, no more.
dependencies = Table(
    "dependencies",
    metadata,
    _name("force"),
    _name("dependent"),
    _name("depends_on"),
    PrimaryKeyConstraint("force", "dependent", "depends_on"),
    Index("dependencies_backwards", "force", "depends_on", "dependent"),
    sqlite_with_rowid=False,
)

# Whether these were recorded in time is counted by week; see week.py.
DUE = ("recorded_in_time", "recorded_late", "partly_recorded", "unrecorded")

# Narrow, because every merge and every review writes it. The verdict itself lies apart.
cases = Table(
    "cases",
    metadata,
    _name("force"),
    _name("ref"),
    _instant("due_since", null=True),  # wall clock; null = no event waits
    _instant("due_event_time", null=True),  # broker time of the event that made it due
    _instant("review_at", null=True),
    _instant("review_at_known", null=True),
    _name("status", null=True),
    _name("severity", null=True),
    _name("alert", null=True),
    Column("open", Boolean, nullable=True),
    Column("alert_changes", Integer, nullable=False, server_default=text("0")),
    _instant("firing_since", null=True),
    _instant("deadline", null=True),
    _instant("recorded_at", null=True),  # when enough was recorded
    _name("reason", null=True),  # the code of the standing reason for no crime
    _instant("judged_at", null=True),  # wall clock
    Column("content_digest", LargeBinary, nullable=True),
    Column("meaning_digest", LargeBinary, nullable=True),  # of the verdict but for next_review_at and rulebook
    Column("failures", SmallInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("force", "ref"),
    _where("cases_marked", "due_since", where="due_since IS NOT NULL"),
    _where("cases_by_clock", "review_at", where="review_at IS NOT NULL"),
    _where(
        "cases_by_deadline",
        "force",
        "deadline",
        "status",
        "severity",
        "recorded_at",
        where=f"status IN ({', '.join(map(repr, DUE))})",
    ),
    _where("cases_by_reason", "force", "deadline", "reason", "status", where="reason IS NOT NULL"),
    _where("cases_by_known_time", "force", "review_at_known", where="review_at_known IS NOT NULL"),
    sqlite_with_rowid=False,
)

verdicts = Table(
    "verdicts",
    metadata,
    _name("force"),
    _name("ref"),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("force", "ref"),
)

verdict_history = Table(
    "verdict_history",
    metadata,
    Column("number", Numbered, primary_key=True),
    _name("force"),
    _name("ref"),
    _instant("at"),
    _instant("known", null=True),
    _name("cause"),
    _name("cause_ref", null=True),
    Column("cause_revision", Whole, nullable=True),
    Column("content", LargeBinary, nullable=False),
    Index("verdict_history_of_case", "force", "ref"),
)

# Kept up by the review, so that a gauge never counts a million cases.
case_counts = Table(
    "case_counts",
    metadata,
    _name("force"),
    _name("status"),
    _name("severity"),
    _name("alert"),
    Column("open", Boolean, nullable=False),
    Column("cases", Whole, nullable=False),
    PrimaryKeyConstraint("force", "status", "severity", "alert", "open"),
)

progress = Table(
    "progress",
    metadata,
    _name("topic"),
    Column("partition", Integer, nullable=False),
    Column("next_offset", Whole, nullable=False),
    _instant("broker_time", null=True),  # of the last message merged
    PrimaryKeyConstraint("topic", "partition"),
)

feeds = Table(
    "feeds",
    metadata,
    _name("force"),
    _name("feed"),
    _instant("as_of"),
    PrimaryKeyConstraint("force", "feed"),
)

# Heartbeats of crime-records newer than the one that counts, with the end offsets that progress must reach first.
fences = Table(
    "fences",
    metadata,
    _name("force"),
    _instant("as_of"),
    Column("ends", Text, nullable=False),  # JSON: {"partition": end offset}
    PrimaryKeyConstraint("force", "as_of"),
)

known_times = Table(
    "known_times",
    metadata,
    _name("force"),
    _instant("known", null=True),  # null = nothing is known yet
    _instant("heartbeat", null=True),  # the newest that counts
    Column("heard", Boolean, nullable=False),  # whether a heartbeat of crime-records has ever borne on it
    PrimaryKeyConstraint("force"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("number", Numbered, primary_key=True),
    _name("id"),
    _name("kind"),
    _name("topic"),
    Column("key", LargeBinary, nullable=True),
    Column("value", LargeBinary, nullable=True),
    Column("headers", LargeBinary, nullable=False),  # JSON: [[name, base64 of the value]]
    _instant("created_at"),
    _instant("sent_at", null=True),
    UniqueConstraint("id"),
    _where("outbox_unsent", "topic", "number", where="sent_at IS NULL"),
)

# Of the browser only the digest of its token is kept: who reads this table cannot sign in with it.
web_sessions = Table(
    "web_sessions",
    metadata,
    Column("token_digest", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),  # JSON
    _instant("seen_at"),
    _instant("expires_at"),
    PrimaryKeyConstraint("token_digest"),
    Index("web_sessions_by_expiry", "expires_at"),
    sqlite_with_rowid=False,
)
