"""How verdicts are printed, by every command that prints some."""

import os
import sys
from collections.abc import Iterable
from enum import StrEnum
from typing import NoReturn

from monitor.contract.verdict import Verdict


class Format(StrEnum):
    NDJSON = "ndjson"
    TABLE = "table"


READER_GONE = 141  # the exit status that a shell gives to whom the same signal ended


def print_lines(lines: Iterable[bytes]) -> None:
    try:
        for line in lines:
            sys.stdout.buffer.write(line + b"\n")
        sys.stdout.flush()
    except BrokenPipeError:
        reader_gone()


def reader_gone() -> NoReturn:
    """Whoever reads, such as `head`, has read enough: nothing went wrong, and nothing is said."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still to be flushed goes there
    sys.exit(READER_GONE)


def print_verdicts(verdicts: Iterable[Verdict], format: Format) -> None:  # noqa: A002
    if format == Format.TABLE:
        from monitor.cli.table import print_table

        print_table(verdicts)
    else:
        print_lines(verdict.to_json() for verdict in verdicts)
