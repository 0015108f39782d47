"""The account of an import that a person reads at its end. The whole of it, as JSON, is the report."""

from collections import Counter
from collections.abc import Iterator

from monitor.importers.tally import Rows, Tally

_CODES_SHOWN = 12
_REASONS = {
    "wrong_number_of_fields": "more or fewer fields than the header",
    "not_in_this_encoding": "bytes that are not in this encoding: give --encoding",
    "not_csv": "not CSV: a quotation mark that does not end, or a field that is too long",
}


def summary(tally: Tally, seconds: float) -> Iterator[str]:
    yield f"{tally.rows:,} rows read in {seconds:.1f} s: {tally.used:,} used, {tally.rows - tally.used:,} unusable."
    yield (
        f"Made {tally.incidents:,} incidents, {tally.crime_records:,} crime records, {tally.heartbeats:,} heartbeats;"
        f" {tally.not_crimes:,} records are no crime by the mapping."
    )
    yield from _kinds("Unusable rows", tally.unusable)
    yield from _kinds("Rows whose crime record is unusable", tally.without_crime)
    yield from _kinds("Values left out", tally.left_out)
    yield from _kinds("Values that the monitor does not know", tally.unknown)
    yield from _kinds("Values that differ within an incident (the first stands; all types are sent)", tally.differing)
    yield from _rows("Local times that came twice", tally.ambiguous)
    yield from _rows("Local times that never were", tally.nonexistent)
    yield from _rows('Rows of incidents sent before (rows = "anywhere" would fold them)', tally.again)
    for name in sorted({*tally.codes, *tally.unmapped}):
        yield from _codes(name, tally.codes[name], tally.unmapped[name])


def _kinds(title: str, kinds: dict[str, Rows]) -> Iterator[str]:
    if kinds:
        yield f"{title}:"
    for name, rows in sorted(kinds.items(), key=lambda kind: -kind[1].count):
        yield f"  {rows.count:>7,}  {_REASONS.get(name, name.replace('_', ' '))} ({_first(rows)})"


def _rows(title: str, rows: Rows) -> Iterator[str]:
    if rows.count:
        yield f"{title}: {rows.count:,} ({_first(rows)})"


def _first(rows: Rows) -> str:
    numbers = ", ".join(f"{number:,}" for number in rows.first)
    return f"row{'s' if rows.count > 1 else ''} {numbers}{', …' if rows.count > len(rows.first) else ''}"


def _codes(name: str, known: Counter[str], unknown: Counter[str]) -> Iterator[str]:
    total = len(known) + len(unknown)
    without = f"{len(unknown):,} have no mapping ({unknown.total():,} times)"
    yield f"Codes of {name.replace('_', ' ')}: {total:,}, of which {without}."
    for code, times in unknown.most_common(_CODES_SHOWN):
        yield f"  {times:>7,}  {code}"
    if len(unknown) > _CODES_SHOWN:
        yield f"           and {len(unknown) - _CODES_SHOWN:,} more; --report has them all"
