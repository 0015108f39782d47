"""`monitor evaluate`: what the monitor tells of synthetic events, held against what was planted in them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import typer

from monitor.cli.assess import decoded, no_collecting
from monitor.cli.lines import opened
from monitor.clock import clock_from
from monitor.contract.codec import Decoded, Unreadable
from monitor.errors import UserError
from monitor.evaluation.evaluation import Evaluation
from monitor.evaluation.replay import time_of
from monitor.evaluation.run import run
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import load_mappings
from monitor.settings import load_settings
from monitor.simulator import mapping_path
from monitor.simulator.truth import Truth


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


def command(
    truth: Annotated[str, typer.Argument(help="What `monitor simulate --truth` wrote.")],
    events: Annotated[str, typer.Option(help="The events that were written with it.")],
    as_of: Annotated[
        str | None, typer.Option(help="Where to stop: an RFC 3339 time with an offset. Else at the last event.")
    ] = None,
    force_mapping: Annotated[
        Path | None, typer.Option(help="The forces' own codes; if not said, those of the synthetic forces.")
    ] = None,
    format: Annotated[Format, typer.Option(help="Tables to read, JSON, or Markdown.")] = Format.TABLE,  # noqa: A002
) -> None:
    """Replay events as they came, and measure alerts and findings against the truth that the monitor never sees.

    Judged by the same code as everywhere, at the time of each event and whenever a verdict says that time changes it.
    """
    settings = load_settings(clock=as_of, force_mappings=force_mapping)
    with no_collecting():
        read = list(_events(events))
        end = clock_from(settings).now() if settings.clock else _last(read, events)
        mappings = load_mappings(settings.force_mappings or mapping_path())
        _print(run(read, _truths(truth), load_rulebook(settings.rulebook), mappings, end), format)


def _last(events: Iterable[Decoded], file: str) -> datetime:
    last = max(map(time_of, events), default=None)
    if last is None:
        raise UserError(f"There is nothing to read in {file}.")
    return last


def _events(file: str) -> Iterator[Decoded]:
    with opened(file) as lines:
        for number, line in lines:
            try:
                yield decoded(line)
            except Unreadable as error:
                raise UserError(f"{file}, line {number}: {error.detail}.") from None


def _truths(file: str) -> Iterator[Truth]:
    with opened(file) as lines:
        for number, line in lines:
            try:
                yield Truth.from_json(line)
            except (ValueError, TypeError, KeyError):
                raise UserError(f"{file}, line {number} is not what `monitor simulate --truth` writes.") from None


def _print(evaluation: Evaluation, format: Format) -> None:  # noqa: A002
    if format == Format.JSON:
        typer.echo(orjson.dumps(evaluation.as_dict(), option=orjson.OPT_INDENT_2).decode())
    elif format == Format.MARKDOWN:
        from monitor.evaluation.report import markdown

        typer.echo(markdown(evaluation), nl=False)
    else:
        _print_tables(evaluation)


def _print_tables(evaluation: Evaluation) -> None:
    from rich.table import Table

    from monitor.cli.consoles import console
    from monitor.evaluation.report import sections

    to_read = console()
    for section in sections(evaluation):
        table = Table(*section.headings, title=section.title, title_justify="left", box=None, pad_edge=False)
        for row in section.rows:
            table.add_row(*row)
        to_read.print(table)
        to_read.print()
