"""`monitor import`: a CSV export to events, in a file or on the broker."""

import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO, TextIO

import orjson
import typer

from monitor.errors import UserError
from monitor.importers.load import MappingFile
from monitor.importers.persons import Pseudonyms, read_secret
from monitor.importers.progress import progress
from monitor.importers.reader import Export
from monitor.importers.rejects import Rejects
from monitor.importers.run import Import
from monitor.importers.summary import summary

Line = dict[str, Any]
INCOMPLETE = 3  # the exit status where something could not be used, as with `assess`


def command(
    file: Annotated[Path, typer.Argument(help="The export; - is standard input.")],
    mapping: Annotated[Path, typer.Option("--mapping", "-m", help="What its columns mean (TOML; see examples/).")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the events here; - is standard output.")
    ] = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="Send the events to the broker of MONITOR_BROKER.")
    ] = False,
    encoding: Annotated[
        str | None, typer.Option(help="Of the export, such as cp1252; else UTF-8 or by its mark.")
    ] = None,
    exported_at: Annotated[
        str | None, typer.Option(help="When the export was made: heartbeats say that it is complete up to then.")
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option(help="The secret for pseudonyms, else MONITOR_PSEUDONYM_KEY.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write the whole account here, as JSON.")] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Keep unusable rows here, as CSV, persons pseudonymised.")
    ] = None,
) -> None:
    """Turn a CSV export into events. Exits 3 where rows could not be used, and says which and why."""
    _refuse_overwriting([file, mapping], [path for path in (out, report, rejects) if path])
    given = MappingFile(mapping)
    pseudonyms = _pseudonyms(given, key_file)
    shape = given.mapping.csv
    with ExitStack() as files:
        export = files.enter_context(Export(file, encoding or shape.encoding, shape.delimiter))
        work = Import(given, export, str(file), pseudonyms, _instant(exported_at))
        if rejects:
            work.rejects = Rejects(files.enter_context(_text_file(rejects)), given, pseudonyms)
        target = _target(out, publish)
        started = time.monotonic()
        work.tick = files.enter_context(progress(export, file.name))
        _send(work.lines(), files.enter_context(target) if target else None, publish)
    _account(work, report, time.monotonic() - started)


def _refuse_overwriting(read: list[Path], written: list[Path]) -> None:
    given = [path.resolve() for path in (*read, *written) if str(path) != "-"]
    if len(set(given)) < len(given):
        raise UserError("Two of the export, the mapping and the files to write are the same file: name different ones.")


def _pseudonyms(given: MappingFile, key_file: Path | None) -> Pseudonyms | None:
    if not given.persons:
        return None
    return Pseudonyms(read_secret(key_file), given.mapping.force, given.mapping.persons.unknown)


def _instant(text: str | None) -> datetime | None:
    try:
        instant = None if text is None else datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if text is None or (instant is not None and instant.tzinfo is not None):
        return instant and instant.astimezone(UTC)
    raise UserError(f"--exported-at must be a time with an offset, such as 2026-11-22T09:30:00Z, not {text!r}.")


def _target(out: Path | None, publish: bool) -> AbstractContextManager[BinaryIO] | None:
    """Standard output where nothing else is said."""
    if out is None and publish:
        return None
    if out is None or str(out) == "-":
        return nullcontext(sys.stdout.buffer)
    try:
        return out.open("wb")
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}.") from None


def _text_file(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from None


def _send(lines: Iterable[Line], target: BinaryIO | None, publish: bool) -> None:
    written = lines if target is None else _written(lines, target)
    if not publish:
        deque(written, maxlen=0)
        return
    from monitor.settings import load_settings
    from monitor.stream.publishing import publish as send

    settings = load_settings()
    for topic, sent in sorted(send(written, settings, _say).items()):
        _say(f"{sent:,} sent to {settings.topic(topic)}")


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _written(lines: Iterable[Line], target: BinaryIO) -> Iterator[Line]:
    for line in lines:
        target.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        yield line
    target.flush()


def _account(work: Import, report: Path | None, seconds: float) -> None:
    for text in summary(work.tally, seconds):
        typer.echo(text, err=True)
    if report:
        with _text_file(report) as file:
            file.write(orjson.dumps(work.as_json(seconds), option=orjson.OPT_INDENT_2).decode() + "\n")
    if work.tally.rows == 0:
        raise UserError(f"{work.source} has a header and no rows: there is nothing to import.")
    if not work.tally.complete:
        raise typer.Exit(INCOMPLETE)
