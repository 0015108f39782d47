"""A progress bar by bytes read, on a terminal only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from monitor.importers.reader import Export


@contextmanager
def progress(export: Export, name: str) -> Iterator[Callable[[], None]]:
    """To be called now and then while the export is read."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=export.total_bytes)
        yield lambda: bar.update(task, completed=export.read_bytes)
