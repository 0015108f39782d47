"""How verdicts are printed, by every command that prints some."""

import sys
from collections.abc import Iterable
from enum import StrEnum

from monitor.contract.verdict import Verdict


class Format(StrEnum):
    NDJSON = "ndjson"
    TABLE = "table"


def print_lines(lines: Iterable[bytes]) -> None:
    for line in lines:
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.flush()


def print_verdicts(verdicts: Iterable[Verdict], format: Format) -> None:  # noqa: A002
    if format == Format.TABLE:
        from monitor.cli.table import print_table

        print_table(verdicts)
    else:
        print_lines(verdict.to_json() for verdict in verdicts)
