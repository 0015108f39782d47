"""`monitor assess`: judge the events in a file."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import orjson
import typer

from monitor.cli.lines import NumberedLines, opened
from monitor.cli.output import Format, print_verdicts
from monitor.clock import clock_from
from monitor.compliance.batch import Batch
from monitor.contract.codec import Decoded, Unreadable, read
from monitor.contract.topics import INPUT_TOPICS, Topic
from monitor.errors import UserError
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import load_mappings
from monitor.settings import load_settings


def command(
    file: Annotated[str, typer.Argument(help='Lines of {"topic": …, "value": …}, in any order; - is standard input.')],
    as_of: Annotated[
        str | None, typer.Option(help="The clock: an RFC 3339 time with an offset. Else it is now.")
    ] = None,
    force_mapping: Annotated[
        Path | None, typer.Option(help="A TOML file of the forces' own codes, or a folder.")
    ] = None,
    format: Annotated[Format, typer.Option(help="One JSON object a line, or a table to read.")] = Format.NDJSON,  # noqa: A002
) -> None:
    """Judge every incident in FILE, without broker or database. Exit status 3 where a line cannot be read."""
    settings = load_settings(clock=as_of, force_mappings=force_mapping)
    mappings = load_mappings(settings.force_mappings)
    batch = Batch()
    with opened(file) as lines, no_collecting():
        unreadable = _fill(batch, lines, file)
    for conflict in batch.conflicts:
        typer.echo(f"conflict: two different snapshots of {conflict}; the later one stands", err=True)
    print_verdicts(batch.verdicts(load_rulebook(settings.rulebook), mappings, clock_from(settings).now()), format)
    if unreadable:
        raise typer.Exit(3)


@contextmanager
def no_collecting() -> Iterator[None]:
    """All that is read is kept until the end: looking for garbage in it only costs time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _fill(batch: Batch, lines: NumberedLines, file: str) -> int:
    """Add every line that can be read; say of each other its number and why, and count them."""
    empty, unreadable = True, 0
    for number, line in lines:
        empty = False
        try:
            batch.add(decoded(line))
        except Unreadable as error:
            unreadable += 1
            typer.echo(f"line {number}: {error.detail}", err=True)
    if empty:
        raise UserError(f"There is nothing to read in {'standard input' if file == '-' else file}.")
    return unreadable


def decoded(line: bytes) -> Decoded:
    try:
        envelope = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Unreadable("not_json", f"the line is not JSON in UTF-8: {error}") from None
    if not isinstance(envelope, dict) or "topic" not in envelope:
        raise Unreadable("not_an_object", 'the line is no object with "topic" and "value"')
    if envelope["topic"] not in INPUT_TOPICS:
        raise Unreadable("unknown_topic", f"topic is none of {', '.join(INPUT_TOPICS)}")
    return read(Topic(envelope["topic"]), envelope.get("value"))
