"""`monitor compare`: two sets of verdicts side by side, of two runs or by two mappings."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import orjson
import typer

from monitor.cli.lines import opened
from monitor.cli.output import Format, print_lines
from monitor.contract.verdict import Alert, Verdict
from monitor.errors import UserError

DIFFERENT = 1  # the exit status where anything differs, as of `diff`
MOST = 50  # incidents that a table names

Key = tuple[str, str]
Told = tuple[str, str, str, tuple[str, ...]]  # status, severity, alert, finding codes


class Difference(NamedTuple):
    key: Key
    first: Told | None
    second: Told | None


def command(
    first: Annotated[Path, typer.Argument(help="Verdicts, as `monitor assess` or `monitor verdicts` print them.")],
    second: Annotated[Path, typer.Argument(help="Those to hold against them.")],
    format: Annotated[Format, typer.Option(help="One JSON object a difference, or a table to read.")] = Format.TABLE,  # noqa: A002
) -> None:
    """Show where two sets of verdicts differ: status, severity, alert, findings. Exits 1 where any does.

    An alert that was resolved counts as none: a single look has no past.
    """
    one, other = _read(first), _read(second)
    found = [each for key in sorted(one.keys() | other.keys()) if (each := _difference(key, one, other))]
    if format == Format.NDJSON:
        print_lines(map(_line, found))
    else:
        for line in _report(one, other, found):
            typer.echo(line)
    if found:
        raise typer.Exit(DIFFERENT)


def _read(path: Path) -> dict[Key, Told]:
    with opened(path) as lines:
        verdicts = [_verdict(path, number, line) for number, line in lines]
    if not verdicts:
        raise UserError(f"There are no verdicts in {path}.")
    return {(each.force, each.incident_ref): _told(each) for each in verdicts}


def _verdict(path: Path, number: int, line: bytes) -> Verdict:
    try:
        return Verdict.from_json(line)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UserError(f"Line {number} of {path} is no verdict as `monitor assess` prints it.") from None


def _told(verdict: Verdict) -> Told:
    alert = Alert.NONE if verdict.alert is Alert.RESOLVED else verdict.alert
    return verdict.status.value, verdict.severity.value, alert.value, tuple(each.code for each in verdict.findings)


def _difference(key: Key, one: dict[Key, Told], other: dict[Key, Told]) -> Difference | None:
    first, second = one.get(key), other.get(key)
    return None if first == second else Difference(key, first, second)


def _line(difference: Difference) -> bytes:
    (force, ref), first, second = difference
    return orjson.dumps({"force": force, "incident_ref": ref, "first": _named(first), "second": _named(second)})


def _named(told: Told | None) -> dict[str, Any] | None:
    return told and dict(zip(("status", "severity", "alert", "findings"), told, strict=True))


def _report(one: dict[Key, Told], other: dict[Key, Told], found: list[Difference]) -> Iterator[str]:
    yield f"{'':<34}{'first':>10}{'second':>10}"
    yield f"{'incidents':<34}{len(one):>10}{len(other):>10}"
    for place, name in enumerate(("status", "severity", "alert")):
        counts = [Counter(str(told[place]) for told in side.values()) for side in (one, other)]
        for value in sorted(counts[0].keys() | counts[1].keys()):
            yield f"{f'{name} {value}':<34}{counts[0][value]:>10}{counts[1][value]:>10}"
    yield ""
    yield f"{len(found)} of {len(one.keys() | other.keys())} incidents differ."
    for move, number in sorted(Counter(move for each in found for move in _moves(each)).items()):
        yield f"{number:>8}  {move}"
    if found:
        yield ""
    for each in found[:MOST]:
        yield f"{each.key[0]:<24} {each.key[1]:<24} {', '.join(_moves(each))}"
    if len(found) > MOST:
        yield f"… and {len(found) - MOST} more: --format ndjson names them all."


def _moves(difference: Difference) -> Iterable[str]:
    first, second = difference.first, difference.second
    if first is None or second is None:
        there = "the second" if first is None else "the first"
        return [f"only in {there}"]
    pairs = zip(("status", "severity", "alert"), first, second, strict=False)
    moves = [f"{name}: {before} > {after}" for name, before, after in pairs if before != after]
    codes = set(first[3]), set(second[3])
    return [
        *moves,
        *[f"+{code}" for code in sorted(codes[1] - codes[0])],
        *[f"-{code}" for code in sorted(codes[0] - codes[1])],
    ]
