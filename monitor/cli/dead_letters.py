"""`monitor dead-letters`: what could not be read, and what is done with it."""

import getpass
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from monitor.cli import group
from monitor.cli.operator import opened_store
from monitor.cli.output import Format
from monitor.contract.identity import canonical_force
from monitor.errors import UserError
from monitor.settings import Settings, load_settings

INCOMPLETE = 3  # the exit status where a letter could not be sent again

command = group("What could not be read: look at it, send it again, put it away, and read a stopped partition on.")

_AGO = re.compile(r"(\d+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

Names = Annotated[list[str] | None, typer.Argument(help="TOPIC/PARTITION/OFFSET of the message, as `list` shows them.")]
Reason = Annotated[str | None, typer.Option(help="Only letters of this reason, such as not_json.")]
TopicName = Annotated[str | None, typer.Option("--topic", help="Only messages of this topic.")]
Force = Annotated[str | None, typer.Option(help="Only letters about this force, where that can be read.")]
Since = Annotated[str | None, typer.Option(help="Not before this time: 2026-11-22T09:30:00Z, or 90m, 6h, 2d ago.")]
Until = Annotated[str | None, typer.Option(help="Before this time.")]
Everything = Annotated[bool, typer.Option("--all", help="All that are open; needed where nothing else is given.")]


def _say(line: str) -> None:
    typer.echo(line, err=True)


@command.command("list")
def list_(
    reason: Reason = None,
    topic: TopicName = None,
    force: Force = None,
    since: Since = None,
    until: Until = None,
    settled: Annotated[bool, typer.Option("--settled", help="Those merged or discarded as well.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Rows of the table; the counts are of all.")] = 50,
    format: Annotated[Format, typer.Option(help="A table to read, or one JSON object a line.")] = Format.TABLE,  # noqa: A002
) -> None:
    """Show the letters that are open, with how many there are for each reason. Stopped partitions are named."""
    from monitor.cli.letter_table import print_letters

    wanted = _wanted(None, reason, topic, force, since, until)
    settings = load_settings()
    with _store(settings) as engine:
        print_letters(engine, settings, wanted, settled, limit, format)


@command.command()
def show(
    name: Annotated[str, typer.Argument(help="TOPIC/PARTITION/OFFSET of the message, as `list` shows it.")],
    raw: Annotated[bool, typer.Option("--raw", help="Write the message's bytes as they are, for a file.")] = False,
    whole: Annotated[bool, typer.Option("--whole", help="Show all of a long message.")] = False,
) -> None:
    """Show one letter: why it could not be read, whom it is about, what was done with it, and its bytes made safe."""
    from monitor.cli.letter_table import print_letter
    from monitor.store.letter_questions import letter_standings

    settings = load_settings()
    with _store(settings) as engine:
        letter = _one(settings, name)
        if raw:
            sys.stdout.buffer.write(letter.value)
            sys.stdout.flush()
        else:
            print_letter(letter, letter_standings(engine, [letter.id]).get(letter.id), whole)


@command.command()
def replay(
    names: Names = None,
    reason: Reason = None,
    topic: TopicName = None,
    force: Force = None,
    since: Since = None,
    until: Until = None,
    everything: Everything = False,
    again: Annotated[bool, typer.Option("--again", help="Also those sent again, merged or discarded before.")] = False,
    wait: Annotated[float, typer.Option(min=0, help="Wait up to so many seconds for what comes of them.")] = 0,
) -> None:
    """Send messages to their topics again, to the byte. Safe to repeat: what reads now is merged, once.

    What still cannot be read is a new letter, linked to the first. Exits 3 if a message is not kept any more.
    """
    from monitor.cli.letter_work import replay_letters

    wanted = _wanted(names, reason, topic, force, since, until)
    _refuse_nothing(wanted, everything)
    settings = load_settings()
    with _store(settings, changes=True) as engine:
        if not replay_letters(engine, settings, wanted, again, getpass.getuser(), wait, _say):
            raise typer.Exit(INCOMPLETE)


@command.command()
def discard(
    why: Annotated[str, typer.Option(help="The reason; it is kept with who gave it.")],
    names: Names = None,
    reason: Reason = None,
    topic: TopicName = None,
    force: Force = None,
    since: Since = None,
    until: Until = None,
    everything: Everything = False,
) -> None:
    """Put letters away for good: nobody is told of them any more. They stay on the topic, and can be sent again."""
    from monitor.cli.letter_work import discard_letters

    wanted = _wanted(names, reason, topic, force, since, until)
    _refuse_nothing(wanted, everything)
    if not why.strip():
        raise UserError("--why must say why they are put away, in a few words.")
    settings = load_settings()
    with _store(settings, changes=True) as engine:
        discard_letters(engine, settings, wanted, why.strip(), getpass.getuser(), _say)


@command.command()
def resume(
    topic: Annotated[str, typer.Argument(help="The topic, without a prefix.")],
    partition: Annotated[int, typer.Argument(min=0)],
    divert: Annotated[
        bool,
        typer.Option("--divert", help="Whatever of it stands there now may become a dead letter, however many."),
    ] = False,
) -> None:
    """Read a stopped partition on. It stops again if it is still bad, unless you say --divert."""
    from monitor.cli.letter_work import resume_partition

    settings = load_settings()
    with _store(settings, changes=True) as engine:
        resume_partition(engine, settings, topic, partition, divert, typer.echo)


@contextmanager
def _store(settings: Settings, *, changes: bool = False) -> Iterator[Any]:
    from monitor.stream.outages import BrokerAway

    with opened_store(settings, changes=changes) as engine:
        try:
            yield engine
        except BrokerAway as away:
            raise UserError(f"The broker does not answer ({away}); see to it, or change MONITOR_BROKER.") from None


def _wanted(
    names: list[str] | None,
    reason: str | None,
    topic: str | None,
    force: str | None,
    since: str | None,
    until: str | None,
) -> Any:
    from monitor.contract.topics import INPUT_TOPICS
    from monitor.stream.dead_letters.letters import Wanted

    if topic is not None and topic not in INPUT_TOPICS:
        raise UserError(f"--topic must be one of {', '.join(INPUT_TOPICS)}, not {topic!r}.")
    times = _time("--since", since), _time("--until", until)
    return Wanted(frozenset(names or ()), reason, topic, _canonical(force), *times)


def _refuse_nothing(wanted: Any, everything: bool) -> None:
    if wanted.is_all and not everything:
        raise UserError("Name letters, narrow them by --reason, --topic, --force or --since, or say --all.")


def _canonical(force: str | None) -> str | None:
    try:
        return None if force is None else canonical_force(force)
    except ValueError:
        raise UserError(f"--force must be a force's id, such as west-mercia, not {force!r}.") from None


def _time(option: str, given: str | None, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> datetime | None:
    if given is None:
        return None
    if ago := _AGO.fullmatch(given):
        return now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise UserError(f"{option} must be a time with an offset, such as 2026-11-22T09:30:00Z, or 6h, not {given!r}.")
    return at.astimezone(UTC)


def _one(settings: Settings, name: str) -> Any:
    from monitor.stream.dead_letters.letters import Wanted, read_letters

    found = list(read_letters(settings, Wanted(frozenset({name}))))
    if not found:
        raise UserError(f"There is no letter {name}: `monitor dead-letters list --settled` names them all.")
    if len(found) > 1:
        raise UserError(f"The topic was made anew, so there are several: name {' or '.join(one.id for one in found)}.")
    return found[0]
