"""`monitor verdicts`: what the store holds."""

import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from monitor.cli.output import Format, print_lines, print_verdicts
from monitor.contract.identity import canonical_force
from monitor.contract.verdict import Alert, Verdict
from monitor.errors import UserError
from monitor.settings import Settings, load_settings

NOT_SETTLED = 4  # the exit status where --settle took longer
_POLL_SECONDS = 0.1


def command(
    force: Annotated[str | None, typer.Option(help="Of this force only.")] = None,
    settle: Annotated[
        float | None,
        typer.Option(min=0, help="First wait, up to so many seconds, until all that stands in the topics is judged."),
    ] = None,
    firing: Annotated[bool, typer.Option("--firing", help="Only those whose alert fires.")] = False,
    format: Annotated[Format, typer.Option(help="One JSON object a line, or a table to read.")] = Format.NDJSON,  # noqa: A002
) -> None:
    """Print the verdicts in the form that `assess` has, by force and ref. Exits 4 if they do not settle in time."""
    from monitor.store import DatabaseAway, open_store, stored_verdicts

    settings = load_settings()
    engine = open_store(settings.database_url)
    try:
        if settle is not None:
            _settle(engine, settings, settle)
        lines = _not_in_silence(stored_verdicts(engine, _canonical(force)), _canonical(force))
        if format == Format.NDJSON and not firing:
            print_lines(lines)
        else:
            verdicts = map(Verdict.from_json, lines)
            shown = [each for each in verdicts if not firing or each.alert == Alert.FIRING]
            print_verdicts(shown, format)
            if format == Format.TABLE:
                _print_unread(engine, _canonical(force), shown)
    except DatabaseAway as away:
        raise UserError(f"The database does not answer ({away}); see to it, or change MONITOR_DATABASE_URL.") from None
    finally:
        engine.dispose()


def _not_in_silence(lines: Iterator[bytes], force: str | None) -> Iterator[bytes]:
    """Nothing at all may be another database or force than was meant; it must not look as if nothing were missing."""
    first = next(lines, None)
    if first is None:
        of = f" of {force}" if force else ""
        typer.echo(f"There is no incident{of} in this database (MONITOR_DATABASE_URL).", err=True)
        return
    yield first
    yield from lines


def _print_unread(engine: Any, force: str | None, shown: list[Verdict]) -> None:
    from monitor.cli.unread_notes import print_unread
    from monitor.store.letter_questions import unread_refs

    print_unread(unread_refs(engine, force), shown)


def _canonical(force: str | None) -> str | None:
    try:
        return None if force is None else canonical_force(force)
    except ValueError:
        raise UserError(f"--force must be a force's id, such as west-mercia, not {force!r}.") from None


def _settle(engine: Any, settings: Settings, seconds: float) -> None:
    """What is waited for is what stood in the topics when the broker was asked, once."""
    from monitor.clock import clock_from
    from monitor.store import unsettled

    deadline, clock = time.monotonic() + seconds, clock_from(settings)
    ends = _asked(settings, deadline)
    while waiting := unsettled(engine, ends, clock.now()):
        if time.monotonic() >= deadline:
            _give_up(seconds, waiting)
        time.sleep(_POLL_SECONDS)


def _asked(settings: Settings, deadline: float) -> Any:
    from monitor.stream.ends import EndOffsets
    from monitor.stream.outages import BrokerAway

    source = EndOffsets(settings)
    try:
        while True:
            try:
                return source.ask()
            except BrokerAway as away:
                if time.monotonic() >= deadline:
                    raise UserError(f"The broker does not tell how far its topics reach: {away}.") from None
                time.sleep(_POLL_SECONDS)
    finally:
        source.close()


def _give_up(seconds: float, waiting: list[str]) -> None:
    typer.echo(f"Not settled after {seconds:g} s:", err=True)
    for sentence in waiting:
        typer.echo(f"  {sentence}", err=True)
    raise typer.Exit(NOT_SETTLED)
