"""`monitor doctor`: what is wrong here, and what to do."""

import sys
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import orjson
import typer

from monitor.doctor.finding import Finding, Level, fail
from monitor.settings import SettingsError, load_settings


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"


_STYLES = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "bold red"}


def command(
    format: Annotated[Format, typer.Option(help="A table to read, or one JSON document.")] = Format.TABLE,  # noqa: A002
) -> None:
    """Look at settings, broker, topics, workers, database, clocks, feeds and dead letters. Changes nothing.

    Each finding is ok, warn or fail, with what to do. Exits 1 if anything fails, else 0.
    """
    findings = _findings()
    if format == Format.JSON:
        sys.stdout.buffer.write(orjson.dumps([each.as_dict() for each in findings], option=orjson.OPT_INDENT_2) + b"\n")
        sys.stdout.flush()
    else:
        _print(findings)
    if any(each.level is Level.FAIL for each in findings):
        raise typer.Exit(1)


def _findings() -> Sequence[Finding]:
    from monitor.doctor.examine import examine
    from monitor.doctor.gather import gather

    try:
        settings = load_settings()
    except SettingsError as error:
        return [fail("settings", str(error), "Mend that setting; nothing else can be looked at before.")]
    return examine(gather(settings))


def _print(findings: Sequence[Finding]) -> None:
    from rich.table import Table
    from rich.text import Text

    from monitor.cli.consoles import console

    to_read = console()
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for each in findings:
        sentence = Text(each.sentence)
        if each.advice:
            sentence.append(f"\n→ {each.advice}", style="bold" if each.level is Level.FAIL else "")
        table.add_row(Text(each.level, style=_STYLES[each.level]), each.check, sentence)
    to_read.print(table)
    counts = Counter(each.level for each in findings)
    to_read.print(Text(f"\n{counts[Level.FAIL]} fail, {counts[Level.WARN]} warn, {counts[Level.OK]} ok.", style="bold"))
