"""Files of lines, each a JSON object."""

import codecs
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

from monitor.errors import UserError

NumberedLines = Iterator[tuple[int, bytes]]


@contextmanager
def opened(file: str | Path) -> Iterator[NumberedLines]:
    """The lines of a file that are not blank, each with its number; `-` is standard input. Raises UserError."""
    with nullcontext(sys.stdin.buffer) if file == "-" else _open(Path(file)) as lines:
        yield _numbered(lines)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from None


def _numbered(lines: Iterable[bytes]) -> NumberedLines:
    """A mark of UTF-8 before the first, as some programs of Windows write it, is left out."""
    for number, line in enumerate(lines, 1):
        content = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if content.strip():
            yield number, content
