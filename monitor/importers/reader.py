"""The rows of a CSV export, and of each only the columns that the mapping names: the others are never looked at."""

import codecs
import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TextIO

from monitor.errors import UserError

_BOMS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF8: "utf-8-sig"}


@dataclass(frozen=True, slots=True)
class BadRow:
    reason: str  # a slug


@dataclass(frozen=True, slots=True)
class Row:
    number: int  # as a spreadsheet counts: the header is 1
    cells: dict[str, str]  # trimmed; undecodable bytes stand as lone surrogates


class Export:
    """An open export. `read_bytes` of `total_bytes` (None for a pipe) have been read so far."""

    def __init__(self, path: Path, encoding: str | None, delimiter: str) -> None:
        self._raw = _open(path)
        self.total_bytes = None if str(path) == "-" else path.stat().st_size
        self._text = _decoded(self._raw, encoding)
        self._rows = csv.reader(self._text, delimiter=delimiter)
        self.header = self._read_header(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._raw.close()

    @property
    def read_bytes(self) -> int:
        return self._raw.tell() if self.total_bytes is not None else 0

    def rows(self, columns: set[str]) -> Iterator[tuple[int, Row | BadRow]]:
        """Each row that is not blank, or why it cannot be used. The columns must stand in the header."""
        wanted = [(index, name) for index, name in enumerate(self.header) if name in columns]
        number = 1
        while True:
            number += 1
            try:
                cells = next(self._rows)
            except StopIteration:
                return
            except csv.Error:
                yield number, BadRow("not_csv")
                continue
            if any(cells):
                yield number, self._row(number, cells, wanted)

    def _row(self, number: int, cells: list[str], wanted: list[tuple[int, str]]) -> Row | BadRow:
        width = len(self.header)
        if len(cells) < width or any(cells[width:]):
            return BadRow("wrong_number_of_fields")
        taken = {name: cells[index].strip() for index, name in wanted}
        return BadRow("not_in_this_encoding") if any(map(_undecoded, taken.values())) else Row(number, taken)

    def _read_header(self, path: Path) -> list[str]:
        try:
            header = [name.strip() for name in next(self._rows, [])]
        except (csv.Error, UnicodeError):
            header = []
        if not any(header):
            raise UserError(f"{path} has no header row that can be read as CSV; if it is not UTF-8, give --encoding.")
        return header


def _open(path: Path) -> BinaryIO:
    if str(path) == "-":
        return sys.stdin.buffer
    try:
        return path.open("rb")
    except OSError as error:
        raise UserError(f"The export {path} cannot be read: {error.strerror}.") from None


def _decoded(raw: BinaryIO, encoding: str | None) -> TextIO:
    """Bytes that are not in the encoding do not end the reading: they mark their row."""
    name = encoding or _sniffed(raw)
    if name.lower().replace("_", "-") in {"utf-8", "utf8"}:
        name = "utf-8-sig"
    wide = name.lower().startswith(("utf-16", "utf16", "utf-32", "utf32"))
    try:
        return io.TextIOWrapper(raw, name, errors="replace" if wide else "surrogateescape", newline="")
    except LookupError:
        raise UserError(
            f"{name} is no encoding of text that Python knows: write utf-8, cp1252, utf-16 and the like."
        ) from None


def _sniffed(raw: BinaryIO) -> str:
    start = raw.peek(4)[:4] if isinstance(raw, io.BufferedReader) else b""
    return next((name for bom, name in _BOMS.items() if start.startswith(bom)), "utf-8-sig")


def _undecoded(text: str) -> bool:
    return not text.isascii() and any("\udc80" <= character <= "\udcff" for character in text)
