"""By what crime records are found that no log names. Of the records that are there already it is filled here."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

from monitor.contract.reading import read_time

revision = "0011"
down_revision = "0010"

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CONDENSED = -2  # the partition of what retention made: nobody is to be found by it


def upgrade() -> None:
    op.create_table(
        "crime_marks",
        sa.Column("force", NAME, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("ref", NAME, nullable=False),
        sa.PrimaryKeyConstraint("force", "key", "recorded_at", "ref"),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    after: tuple[object, ...] = ("", "", -1, b"")
    while page := connection.execute(_RECORDS, dict(zip("frvd", after, strict=True))).all():
        kept = [each for each in page if each.partition != CONDENSED]
        rows = {row for each in kept for row in _marks(each.force, each.ref, orjson.loads(each.content))}
        if rows:
            connection.execute(_NOTE, [dict(zip("fkar", row, strict=True)) for row in sorted(rows)])
        after = tuple(page[-1][:4])
    op.execute(  # a review notes the records whose link a registrar has rejected
        "UPDATE cases SET due_since = COALESCE(due_since, judged_at), "
        "due_event_time = COALESCE(due_event_time, judged_at) "
        "WHERE judged_at IS NOT NULL AND (force, ref) IN (SELECT force, incident_ref FROM decisions)"
    )


def downgrade() -> None:
    op.drop_table("crime_marks")


_RECORDS = sa.text(
    'SELECT force, ref, revision, digest, content, "partition" FROM crime_revisions '
    "WHERE (force, ref, revision, digest) > (:f, :r, :v, :d) ORDER BY force, ref, revision, digest LIMIT 1000"
)
_NOTE = sa.text("INSERT INTO crime_marks (force, key, recorded_at, ref) VALUES (:f, :k, :a, :r) ON CONFLICT DO NOTHING")


def _marks(force: str, ref: str, record: dict[str, Any]) -> Iterator[tuple[str, str, int, str]]:
    at = (read_time(record["recorded_at"]) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    if any(_text(each) for each in record.get("incident_refs") or ()):
        return
    yield force, "record", at, ref
    for person in (*(record.get("victims") or ()), *(record.get("suspects") or ())):
        if isinstance(person, dict) and (key := _text(person.get("person_key"))):
            yield force, f"person:{_short(key)}", at, ref
    place = record.get("location") or {}
    lat, lon = place.get("lat"), place.get("lon")
    if isinstance(lat, int | float) and isinstance(lon, int | float):
        yield force, f"spot:{round(lat * 1000)},{round(lon * 1000)}", at, ref
    for name in ("beat", "lsoa"):
        if area := _text(place.get(name)):
            yield force, _short(f"{name}:{area.casefold()}"), at, ref


def _text(value: object) -> str:
    return str(value).strip() if value is not None else ""


def _short(key: str) -> str:
    return key if len(key) <= 200 else blake2b(key.encode(), digest_size=16).hexdigest()
