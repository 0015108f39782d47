"""`monitor reassess`: all stored incidents by another edition of the rules or other force mappings."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from monitor.cli.operator import actor, force_named, opened_store, say
from monitor.cli.output import Format
from monitor.clock import clock_from
from monitor.errors import UserError
from monitor.rulebook import Rulebook, load_rulebook
from monitor.rulebook.mapping import ForceMappings, load_mappings
from monitor.settings import Settings, load_settings

FAILED = 3  # the exit status where an incident could not be judged
_EVERY = 20_000  # incidents, between two lines that say how far it is

Rules = tuple[Rulebook, ForceMappings]


def command(
    rulebook: Annotated[
        str | None, typer.Option(help="The edition: its name, or the folder of its files. MONITOR_RULEBOOK by default.")
    ] = None,
    force_mapping: Annotated[
        Path | None, typer.Option(help="The forces' own codes. MONITOR_FORCE_MAPPINGS by default.")
    ] = None,
    force: Annotated[str | None, typer.Option(help="The incidents of this force only.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Judge them so, after showing what that changes.")] = False,
    by: Annotated[str | None, typer.Option(help="Who applies it, for the audit log.")] = None,
    because: Annotated[str | None, typer.Option(help="Why, for the audit log.")] = None,
    format: Annotated[Format, typer.Option(help="One JSON object a changed incident, or a table.")] = Format.TABLE,  # noqa: A002
) -> None:
    """Show which stored verdicts would change under other rules, and how many; with --apply, then judge them so.

    Exits 3 if some could not be judged.
    """
    present = load_settings()
    settings = load_settings(rulebook=rulebook, force_mappings=force_mapping)
    rules, now_rules = _rules(settings), _rules(present)
    who = actor(by, because, "Applying it") if apply else None
    with opened_store(settings, changes=apply) as engine:
        if apply:
            _must_agree(engine, rules, now_rules)
        found = _show(engine, settings, now_rules, rules, force_named(force), format)
        if who:
            _apply(engine, settings, rules, found, *who)
    if any(each.failed for each in found.values()):
        raise typer.Exit(FAILED)


def _rules(settings: Settings) -> Rules:
    return load_rulebook(settings.rulebook), load_mappings(settings.force_mappings)


def _must_agree(engine: Any, rules: Rules, present: Rules) -> None:
    """Else the next event would have an incident judged by the other rules again."""
    from monitor.store.presence import Work, judging_by
    from monitor.store.presence import present as who_is_present

    if judging_by(*rules) != judging_by(*present):
        raise UserError(
            "MONITOR_RULEBOOK and MONITOR_FORCE_MAPPINGS name other rules than these: set them for the workers and the "
            "web server, start those again, and apply it then."
        )
    others = [each for each in who_is_present(engine) if each.kind in {Work.WORKER, Work.SHADOW}]
    if odd := [each for each in others if each.judges_by != judging_by(*rules)]:
        raise UserError(f"There is {odd[0]}, and it judges by other rules: start it again with the new settings first.")


def _show(
    engine: Any,
    settings: Settings,
    present: Rules,
    rules: Rules,
    force: str | None,
    format: Format,  # noqa: A002
) -> dict[str, Any]:
    from monitor.store import judge_with
    from monitor.store.reassess import Comparison, compare

    found: dict[str, Comparison] = {}
    judges = judge_with(*present), judge_with(*rules)
    for difference in _counted(compare(engine, *judges, clock_from(settings).now(), found, force), found):
        sys.stdout.buffer.write((_line if format == Format.NDJSON else _row)(difference) + b"\n")
    sys.stdout.flush()
    for line in _summary(found, rules[0].name):
        typer.echo(line, err=format == Format.NDJSON)
    return found


def _counted(differences: Iterable[Any], found: dict[str, Any]) -> Iterable[Any]:
    said = 0
    for difference in differences:
        seen = sum(each.cases for each in found.values())
        if seen >= said + _EVERY:
            said = seen
            say(f"{seen} incidents compared …")
        yield difference


def _line(difference: Any) -> bytes:
    after = difference.after
    told = {"alert_change": difference.alert}
    sides = {"before": _brief(difference.before), "after": _brief(after)}
    return orjson.dumps({"force": after.force, "incident_ref": after.incident_ref, **sides, **told})


def _brief(verdict: Any) -> dict[str, Any]:
    codes = [finding.code for finding in verdict.findings]
    shown = {name: getattr(verdict, name) for name in ("status", "severity", "alert")}
    return {**shown, "expected": verdict.expects_crime, "deadline": verdict.deadline, "findings": codes}


def _row(difference: Any) -> bytes:
    """Plain columns: a table of a million rows is not laid out in memory."""
    before, after = difference.before, difference.after
    moves = [f"{one} > {other}" for _, one, other in difference.transitions]
    codes = [{finding.code for finding in verdict.findings} for verdict in (before, after)]
    moves += [f"+{code}" for code in sorted(codes[1] - codes[0])] + [f"-{code}" for code in sorted(codes[0] - codes[1])]
    return f"{after.force:<24} {after.incident_ref:<24} {', '.join(moves) or 'other details'}".encode()


def _summary(found: dict[str, Any], name: str) -> list[str]:
    lines = [f"By {name}:"]
    for force, each in sorted(found.items()):
        lines.append(f"{force}: {each.changed} of {each.cases} incidents change.")
        moves = sorted(each.transitions.items())
        lines += [f"  {number:>8}  {what}: {one} > {other}" for (what, one, other), number in moves]
        lines += [f"  {number:>8}  alerts would be told as {change}" for change, number in sorted(each.alerts.items())]
        lines += [f"  {each.failed:>8}  could not be judged"] if each.failed else []
    return lines if found else [*lines, "There are no incidents."]


def _apply(engine: Any, settings: Settings, rules: Rules, found: dict[str, Any], by: Any, because: str) -> None:
    from monitor.store import judge_with
    from monitor.store.presence import judging_by
    from monitor.store.reassess import apply, enter

    shared = {"judged_by": judging_by(*rules), "because": because}
    enter(engine, by, {force: {**shared, **each.as_dict()} for force, each in found.items()})
    judged = changed = said = 0
    for force in sorted(found):
        for reviewed in apply(engine, judge_with(*rules), rules[0].edition, clock_from(settings).now, force):
            judged, changed = judged + reviewed.taken, changed + reviewed.changed
            if judged >= said + _EVERY:
                said = judged
                say(f"{judged} incidents judged …")
    say(f"Applied: {judged} incidents judged, {changed} verdicts changed.")
