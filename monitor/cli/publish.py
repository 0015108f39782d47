"""`monitor publish`: events from a file to their topics."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import orjson
import typer

from monitor.errors import UserError
from monitor.settings import load_settings

INCOMPLETE = 3  # the exit status where a line could not be sent, as with `assess`


def command(
    file: Annotated[str, typer.Argument(help='Lines of {"topic": …, "value": …}; - is standard input.')],
) -> None:
    """Send each line's value to its topic, also one that nobody will be able to read. Exits 3 where a line is none."""
    from monitor.stream.publishing import Publisher

    settings = load_settings()
    refused = Refused()
    try:
        with _opened(file) as source, Publisher(settings, _say) as publisher:
            for number, line in _lines(source, refused):
                refused.unless_sent(number, publisher, line)
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror or error}.") from None
    for topic, sent in sorted(publisher.sent.items()):
        _say(f"{sent} sent to {settings.topic(topic)}")
    if refused.lines:
        raise typer.Exit(INCOMPLETE)
    if not publisher.sent:
        raise UserError(f"There is nothing to send in {'standard input' if file == '-' else file}.")


class Refused:
    """Lines that no message can be made of. Each is named at once."""

    def __init__(self) -> None:
        self.lines = 0

    def add(self, number: int, reason: str) -> None:
        self.lines += 1
        _say(f"line {number}: {reason}")

    def unless_sent(self, number: int, publisher: Any, line: Any) -> None:
        from monitor.stream.publishing import LineRefused

        try:
            publisher.send(line)
        except LineRefused as refused:
            self.add(number, str(refused))


def _opened(file: str) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb")


def _lines(source: Iterable[bytes], refused: Refused) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(source, 1):
        if not line.strip():
            continue
        try:
            yield number, orjson.loads(line)
        except orjson.JSONDecodeError as error:
            refused.add(number, f"it is not JSON in UTF-8: {error}")


def _say(line: str) -> None:
    typer.echo(line, err=True)
