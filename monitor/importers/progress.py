"""A progress bar by bytes, on a terminal only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from monitor.importers.reader import Export

_T = TypeVar("_T")
_EVERY = 500  # lines


def shown(lines: Iterator[_T], export: Export, name: str) -> Iterator[_T]:
    """The same lines; on a terminal, how much of the export they are of."""
    if not sys.stderr.isatty():
        yield from lines
        return
    with _bar(export, name) as advance:
        for count, line in enumerate(lines):
            if count % _EVERY == 0:
                advance()
            yield line
        advance()


@contextmanager
def _bar(export: Export, name: str) -> Iterator[Callable[[], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name, total=export.total_bytes)
        yield lambda: progress.update(task, completed=export.read_bytes)
