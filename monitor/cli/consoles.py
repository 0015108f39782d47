"""Tables to read, at a terminal or in a file."""

from typing import NoReturn

from rich.console import Console

from monitor.cli.output import reader_gone

_NO_EDGE = 10_000  # characters: a reference that is broken over two lines is found by no search


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        reader_gone()


def console() -> Console:
    """Of standard output. Without a terminal no line is broken."""
    made = _Console()
    if not made.is_terminal:
        made.width = _NO_EDGE
    return made
