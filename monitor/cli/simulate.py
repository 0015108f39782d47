"""`monitor simulate`: the events of forces that do not exist, to a file or live to the broker."""

import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Annotated, Any, BinaryIO

import orjson
import typer

from monitor.errors import UserError
from monitor.simulator import demo_events, mapping_path, stream_events, truth_of
from monitor.simulator.likeness import plans_like
from monitor.simulator.live import as_time_passes, until
from monitor.simulator.story import Sent, Story

Line = dict[str, Any]


def command(
    seed: Annotated[int, typer.Option(help="The same seed gives the same events.")] = 1,
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 366 * 10, help="How much time before --as-of.")] = 36,
    as_of: Annotated[
        str | None, typer.Option(help="Where the events end, or live ones begin; now if not said.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write here; - is standard output.")] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Go on as time passes, with alerts that rise and resolve.")
    ] = False,
    rate: Annotated[float, typer.Option(min=0.1, max=10_000, help="Reports an hour of each force.")] = 60,
    forces: Annotated[int, typer.Option(help="How many forces, 1 to 43.")] = 1,
    truth: Annotated[
        Path | None, typer.Option(help="Write here what was planted, a line for each story; not with --live.")
    ] = None,
    like: Annotated[
        str | None, typer.Option(help="Fail as much as inspectors published: hertfordshire-2017 or hertfordshire-2024.")
    ] = None,
    mapping: Annotated[bool, typer.Option("--mapping", help="Only print where the forces' mapping lies.")] = False,
) -> None:
    """Write synthetic events, or with --live send them to the broker of MONITOR_BROKER until Ctrl-C.

    Nothing in them is real: forces are called synthetic-…, references begin with SYN-. To judge them, the monitor needs
    the force mapping that --mapping names.
    """
    if mapping:
        typer.echo(mapping_path())
        return
    end, plans = _instant(as_of), plans_like(like)
    if live and truth:
        raise UserError("--truth goes with a file of events, not with --live.")
    if live:
        lines = _until_interrupted(demo_events(seed, end, forces, hours, rate, plans))
    else:
        lines = _with_truth(
            truth, end, lambda told: stream_events(seed, end - timedelta(hours=hours), forces, rate, told, plans)
        )
    try:
        _send(lines, out, live)
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)


def _with_truth(
    path: Path | None, end: datetime, stream: Callable[[Callable[[Story], object]], Iterator[Sent]]
) -> Iterator[Line]:
    """The events before the end; beside them the truth of every story that began before it."""
    with ExitStack() as files:
        target = files.enter_context(_opened(path)) if path else None

        def tell(story: Story) -> None:
            if target and story.begun < end:
                target.write(truth_of(story).to_json() + b"\n")

        yield from until(stream(tell), end)


def _until_interrupted(events: Iterable[Sent]) -> Iterator[Line]:
    """Ends at the first signal, so that what has been handed to the broker arrives; a second one breaks off."""
    stop = Event()

    def end(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    yield from as_time_passes(events, lambda: datetime.now(UTC), stop.wait, stop.is_set)
    typer.echo("Stopped.", err=True)


def _instant(text: str | None) -> datetime:
    instant: datetime | None
    try:
        instant = datetime.now(UTC).replace(microsecond=0) if text is None else datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise UserError(f"--as-of must be a time with an offset, such as 2026-11-22T09:30:00Z, not {text!r}.")
    return instant.astimezone(UTC)


def _send(lines: Iterable[Line], out: Path | None, live: bool) -> None:
    if live and out is None:
        from monitor.settings import load_settings
        from monitor.stream.publishing import publish

        publish(lines, load_settings(), lambda line: typer.echo(line, err=True))
        return
    with _target(out) as target:
        for line in lines:
            target.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
            if live:
                target.flush()


def _target(out: Path | None) -> AbstractContextManager[BinaryIO]:
    if out is None or str(out) == "-":
        return nullcontext(sys.stdout.buffer)
    return _opened(out)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("wb")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from None
