"""Verdicts as a table to read, the worst first where the reader's eye falls: at the top."""

from collections import Counter
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.cli.consoles import console as standard_console
from monitor.contract.verdict import Alert, Severity, Status, Verdict

WORDS = {
    Status.NO_CRIME_EXPECTED: "no crime expected",
    Status.RECORDED_IN_TIME: "recorded in time",
    Status.RECORDED_LATE: "recorded late",
    Status.NO_CRIME_JUSTIFIED: "no crime, justified",
    Status.AWAITING_RECORD: "awaiting record",
    Status.FEED_BEHIND: "crime feed behind",
    Status.PARTLY_RECORDED: "partly recorded",
    Status.UNRECORDED: "UNRECORDED",
}
_STYLES = {Severity.CRITICAL: "bold red", Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: ""}


def print_table(verdicts: Iterable[Verdict], console: Console | None = None) -> None:
    shown = sorted(verdicts, key=_worst_first)
    console = console or standard_console()
    console.print(_table(shown))
    console.print(_summary(shown))


def _worst_first(verdict: Verdict) -> tuple[bool, int, str, str, str]:
    deadline = verdict.deadline.isoformat()
    return verdict.alert != Alert.FIRING, -verdict.severity.rank, deadline, verdict.force, verdict.incident_ref


def _table(verdicts: list[Verdict]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Alert", "Severity", "Status", "Force", "Incident", "Deadline (UTC)", "Crime records", "Findings"):
        table.add_column(heading, overflow="fold")
    for verdict in verdicts:
        table.add_row(
            Text(verdict.alert if verdict.alert != Alert.NONE else "", style="bold"),
            Text(verdict.severity, style=_STYLES[verdict.severity]),
            WORDS[verdict.status],
            verdict.force,
            verdict.incident_ref,
            f"{verdict.deadline:%Y-%m-%d %H:%M}",
            Text(", ".join(verdict.crime_refs)),
            ", ".join(finding.code.replace("_", " ") for finding in verdict.findings),
        )
    return table


def _summary(verdicts: list[Verdict]) -> Text:
    counts = Counter(verdict.status for verdict in verdicts)
    parts = [f"{counts[status]} {WORDS[status]}" for status in reversed(Status) if counts[status]]
    firing = sum(verdict.alert == Alert.FIRING for verdict in verdicts)
    incidents = "1 incident" if len(verdicts) == 1 else f"{len(verdicts)} incidents"
    counted = f": {', '.join(parts)}" if parts else ""
    return Text(f"\n{incidents}, {firing} with a firing alert{counted}.", style="bold")
