"""Dead letters as a table, as JSON lines, and one by one."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.cli.consoles import console
from monitor.cli.letter_work import Standing, standing_letters
from monitor.cli.output import Format, print_lines
from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.store.letter_questions import LetterStanding
from monitor.store.letters import LetterState
from monitor.store.stops import stops
from monitor.stream.dead_letters.letters import Letter, Wanted
from monitor.stream.dead_letters.safe import safe_bytes, safe_text

_OPEN = {LetterState.WAITING, LetterState.REPLAYED}
WORDS = {
    LetterState.WAITING: "waiting",
    LetterState.REPLAYED: "sent again",
    LetterState.MERGED: "merged",
    LetterState.UNREADABLE_AGAIN: "unreadable again",
    LetterState.DISCARDED: "discarded",
}
_HEADINGS = ("Since (UTC)", "Letter", "Reason", "Field", "Force", "Incident or record", "State")


def print_letters(
    engine: Any,
    settings: Settings,
    wanted: Wanted,
    settled: bool,
    limit: int,
    format: Format,  # noqa: A002
) -> None:
    shown = _shown(engine, settings, wanted, settled)
    if format == Format.NDJSON:
        print_lines(orjson.dumps(_as_dict(letter, standing)) for letter, standing in shown)
        return
    to_read = console()
    none = "No dead letter is open." if wanted.is_all else "No open dead letter is one of these."
    _print_table(to_read, shown, limit, none)
    for sentence in _stopped(engine):
        to_read.print(Text(sentence, style="bold red"))


def print_letter(letter: Letter, standing: LetterStanding | None, whole: bool) -> None:
    to_read = console()
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _details(letter, standing):
        table.add_row(name, Text(value))
    to_read.print(table)
    to_read.print(Text("\n" + safe_bytes(letter.value, None if whole else 4000)))


def _shown(engine: Any, settings: Settings, wanted: Wanted, settled: bool) -> Iterator[Standing]:
    for part in standing_letters(engine, settings, wanted):
        yield from (each for each in part if settled or each[1].state in _OPEN)


def _as_dict(letter: Letter, standing: LetterStanding) -> dict[str, Any]:
    return {
        "id": letter.id,
        "name": letter.name,
        "at": letter.at,
        "reason": letter.reason,
        "detail": letter.detail,
        "field": letter.field,
        "force": letter.force,
        "ref": letter.ref,
        "bytes": letter.cut_from or len(letter.value),
        "state": standing.state,
        "state_at": standing.at,
        "state_by": standing.by,
        "why": standing.why,
        "first": standing.first,
    }


def _print_table(console: Console, shown: Iterator[Standing], limit: int, none: str) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in _HEADINGS:
        table.add_column(heading, overflow="fold")
    reasons, about = Counter[str](), Counter[tuple[str, str]]()
    for letter, standing in shown:
        if reasons.total() < limit:
            table.add_row(*_cells(letter, standing))
        reasons[letter.reason] += 1
        if letter.force and letter.ref and letter.topic is not Topic.HEARTBEATS:
            about[letter.force, letter.ref] += 1
    if not reasons:
        console.print(none)
        return
    console.print(table)
    if reasons.total() > limit:
        console.print(f"… and {reasons.total() - limit} more (--limit shows them).")
    console.print(Text(_summary(reasons, about), style="bold"))


def _cells(letter: Letter, standing: LetterStanding) -> list[Text]:
    again = f" (again, first {standing.first.rpartition('/')[0]})" if standing.first else ""
    cells = (
        f"{letter.at:%Y-%m-%d %H:%M}", letter.name, letter.reason, letter.field or "",
        letter.force or "", letter.ref or "", WORDS[standing.state] + again,
    )  # fmt: skip
    return [Text(safe_text(cell)) for cell in cells]


def _summary(reasons: Counter[str], about: Counter[tuple[str, str]]) -> str:
    counts = ", ".join(f"{number} {reason}" for reason, number in reasons.most_common())
    known = f" They concern {len(about)} incidents or records by name." if about else ""
    return f"\n{reasons.total()} dead letters: {safe_text(counts)}.{known}"


def _stopped(engine: Any) -> Iterator[str]:
    for (topic, partition), stop in sorted(stops(engine).items()):
        if stop.held_from is not None:
            yield (
                f"{topic.value}, partition {partition}, is stopped at offset {stop.held_from} since "
                f"{stop.since:%Y-%m-%d %H:%M} UTC: too many of its messages cannot be read. When that is mended: "
                f"monitor dead-letters resume {topic.value} {partition}"
            )


def _details(letter: Letter, standing: LetterStanding | None) -> Iterator[tuple[str, str]]:
    yield "Letter", letter.id
    yield "Since", f"{letter.at:%Y-%m-%d %H:%M:%S} UTC"
    yield "Reason", f"{safe_text(letter.reason)}: {safe_text(letter.detail)}"
    if letter.force or letter.ref:
        yield "About", safe_text(f"{letter.force or 'a force that cannot be read'}, {letter.ref or 'no reference'}")
    if standing is not None:
        yield "State", WORDS[standing.state] + _done(standing)
    if first := standing.first if standing else letter.first:
        yield "First", first
    yield "Key", safe_bytes(letter.key or b"")
    for name, value in letter.headers:
        yield "Header", f"{safe_text(name)}: {safe_bytes(value or b'')}"
    yield "Bytes", f"{letter.cut_from} (cut short)" if letter.cut_from else str(len(letter.value))


def _done(standing: LetterStanding) -> str:
    by = f" by {safe_text(standing.by)}" if standing.by else ""
    at = f", {standing.at:%Y-%m-%d %H:%M} UTC" if standing.at else ""
    return f"{by}{at}{': ' + safe_text(standing.why) if standing.why else ''}"
