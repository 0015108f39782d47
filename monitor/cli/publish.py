"""`monitor publish`: events from a file to their topics."""

from collections.abc import Iterator
from typing import Annotated, Any

import orjson
import typer

from monitor.cli.lines import NumberedLines, opened
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
    with opened(file) as lines, Publisher(settings, _say) as publisher:
        for number, line in _read(lines, refused):
            refused.unless_sent(number, publisher, line)
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


def _read(lines: NumberedLines, refused: Refused) -> Iterator[tuple[int, Any]]:
    for number, line in lines:
        try:
            yield number, orjson.loads(line)
        except orjson.JSONDecodeError as error:
            refused.add(number, f"it is not JSON in UTF-8: {error}")


def _say(line: str) -> None:
    typer.echo(line, err=True)
