"""What a table of verdicts cannot show: incidents and records about which a message could not be read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from monitor.contract.verdict import Verdict
from monitor.stream.dead_letters.safe import safe_text

MOST_LINES = 20


def print_unread(unread: Mapping[tuple[str, str], int], verdicts: Sequence[Verdict]) -> None:
    """`unread`: how many messages about each incident or record, by force and reference, wait as dead letters."""
    if not unread:
        return
    lines = list(_lines(unread, verdicts))
    console = Console(soft_wrap=True)
    console.print(Text("\nMessages about these cannot be read, so they may stand otherwise than shown:", style="bold"))
    for line in lines[:MOST_LINES]:
        console.print(Text(safe_text(line)))
    if len(lines) > MOST_LINES:
        console.print(f"  … and {len(lines) - MOST_LINES} more")
    console.print("`monitor dead-letters list` says why.")


def _lines(unread: Mapping[tuple[str, str], int], verdicts: Sequence[Verdict]) -> Iterator[str]:
    shown = {(verdict.force, verdict.incident_ref) for verdict in verdicts}
    linked = _linked(verdicts)
    for (force, ref), number in sorted(unread.items()):
        of = f", linked to {', '.join(linked[force, ref])}" if (force, ref) in linked else ""
        missing = "" if of or (force, ref) in shown else ", not in the table"
        yield f"  {force} {ref}{of}{missing}: {'1 message' if number == 1 else f'{number} messages'}"


def _linked(verdicts: Iterable[Verdict]) -> Mapping[tuple[str, str], list[str]]:
    """The incidents of each crime record."""
    linked: dict[tuple[str, str], list[str]] = defaultdict(list)
    for verdict in verdicts:
        for crime_ref in verdict.crime_refs:
            linked[verdict.force, crime_ref].append(verdict.incident_ref)
    return dict(linked)
