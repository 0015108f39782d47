"""The queue as CSV, for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from monitor.store.queue import QueueRow
from monitor.web.parts import Parts
from monitor.web.queue.live import LiveQueue
from monitor.web.queue.shown import Shown, in_words
from monitor.web.words import machine_time

CHUNK = 1000
_COLUMNS = (
    "Force", "Incident", "Severity", "Status", "Missing", "Findings", "Deadline (UTC)", "Time left or overdue",
    "Type", "Type code", "Unit", "Channel", "Crime records", "Held by",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_lines(web: Parts, live: LiveQueue, rows: Sequence[QueueRow]) -> Iterator[str]:
    """With a mark of its encoding, which spreadsheets ask for. In chunks: nobody waits for the last row."""
    yield "\ufeff" + _lines([_COLUMNS])
    for start in range(0, len(rows), CHUNK):
        yield _lines(map(_cells, in_words(web, live, rows[start : start + CHUNK])))


def harmless(cell: str) -> str:
    """What a spreadsheet would run as a formula, it is made to show."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _cells(row: Shown) -> tuple[str, ...]:
    return (
        row.force,
        row.ref,
        row.severity.value,
        row.status,
        row.missing,
        "; ".join(row.findings),
        machine_time(row.deadline),
        row.time_left,
        row.type,
        row.type_code,
        row.unit,
        row.channel,
        "; ".join(row.crime_refs),
        row.holder,
    )


def _lines(rows: Iterable[Iterable[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows([harmless(cell) for cell in row] for row in rows)
    return written.getvalue()
