"""`monitor rulebook`: what the rules say, and what the monitor makes of one offence or type."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

import typer

from monitor.contract.events import Offence
from monitor.contract.identity import canonical_category, canonical_code
from monitor.errors import UserError
from monitor.rulebook import Rulebook, limits, load_rulebook, severity, types
from monitor.rulebook.offences import GROUP_CATEGORIES, GROUP_CLASSES, GROUP_CODES, OffenceFacts


def command(
    what: Annotated[
        str | None, typer.Argument(help="A Home Office code (8/6), a category (8N) or a type (crime.violence).")
    ] = None,
    category: Annotated[str | None, typer.Option(help="The category beside a code that belongs to several.")] = None,
) -> None:
    """Show edition, limits and groups; or what one offence or type would expect, and how severe it is."""
    rulebook = load_rulebook()
    lines = _about(rulebook, what, category) if what else _overview(rulebook)
    for line in lines:
        typer.echo(line)


def _overview(rulebook: Rulebook) -> Iterator[str]:
    table = rulebook.offences
    yield f"Edition   {rulebook.edition}, {rulebook.rules}"
    yield f"Source    {rulebook.source}"
    yield f"SHA-256   {rulebook.sha256}"
    yield f"Offences  {len(table.by_code)} codes, {len(table.by_category)} categories"
    yield "\nLimits"
    for name, length in _lengths().items():
        yield f"  {name:<58}{length}"
    yield "\nGroups of offences, and how severe each is by itself"
    for group, members in _groups().items():
        level = severity.GROUP_SEVERITY.get(group)
        yield f"  {group:<20}{level or '-':<10}{members}"
    yield "\nCanonical types (a force's own codes are mapped to these)"
    for kind in sorted(types.CANONICAL_TYPES):
        groups = ", ".join(sorted(types.groups_of(kind)))
        yield f"  {kind:<34}{'expects a crime' if types.expects_crime(kind) else '-':<18}{groups}".rstrip()


def _lengths() -> dict[str, str]:
    return {
        "a crime is recorded within, of the first report (p10)": _hours(limits.RECORD_WITHIN),
        "  reported before 1 April 2015": _hours(limits.RECORD_WITHIN_ONCE),
        "due soon, before the deadline": _hours(limits.DUE_SOON),
        "closed without a crime, after closing": _hours(limits.CLOSED_FOR),
        "a record older than the report by more does not count": _hours(limits.OLD_RECORD),
        "a report continues conduct, before the crime was recorded": _hours(limits.CONTINUATION_BEFORE),
        "  after the last report (p57-58)": f"{limits.CONTINUATION_MONTHS} calendar months",
        "a heartbeat ahead of the clock by more is left out": f"{limits.HEARTBEAT_AHEAD.seconds // 60} minutes",
    }


def _hours(length: timedelta) -> str:
    return f"{length // timedelta(hours=1)} hours"


def _groups() -> dict[str, str]:
    described = {group: "categories " + " ".join(sorted(members)) for group, members in GROUP_CATEGORIES.items()}
    described |= {group: f"class {offence_class}" for group, offence_class in GROUP_CLASSES.items()}
    return described | {group: "codes " + " ".join(sorted(codes)) for group, codes in GROUP_CODES.items()}


def _about(rulebook: Rulebook, what: str, category: str | None) -> Iterator[str]:
    kind = what.strip().lower()
    if kind in types.CANONICAL_TYPES:
        return _about_type(kind)
    code = canonical_code(what)
    of = canonical_category(category or ("" if code else what)) or None
    facts = rulebook.offences.facts(Offence(ho_code=code, category=of))
    if facts.unknown or not (code or of):
        raise UserError(
            f"{of or what!r} is neither a Home Office code, nor a category of the list, nor a canonical type: "
            "try 8/6, 8N or crime.violence."
        )
    return _about_offence(rulebook, facts)


def _about_type(kind: str) -> Iterator[str]:
    yield kind
    yield f"  expects a crime record  {'yes' if types.expects_crime(kind) else 'no'}"
    yield f"  groups                  {', '.join(sorted(types.groups_of(kind))) or '-'}"
    domestic = kind == types.DOMESTIC_INCIDENT
    level = severity.DOMESTIC_ABUSE if domestic else severity.of_groups(types.groups_of(kind))
    yield f"  severity                {level}"


def _about_offence(rulebook: Rulebook, facts: OffenceFacts) -> Iterator[str]:
    table = rulebook.offences
    yield " ".join(part for part in (facts.ho_code, facts.category) if part)
    rows = table.by_code.get(facts.ho_code or "", ()) or table.by_category.get(facts.category or "", ())
    for text in dict.fromkeys(f"{row.offence} ({row.offence_class}, {row.mark})" for row in rows[:10]):
        yield f"  {text}"
    if len(rows) > 10:
        yield f"  and {len(rows) - 10} more rows"
    belongs = facts.category or ", ".join(table.categories_of(facts.ho_code or "")) or "-"
    yield f"  category                {belongs}"
    yield f"  on the list             {'yes: a log that reports it expects a crime record' if facts.on_list else 'no'}"
    yield f"  groups                  {', '.join(sorted(facts.groups)) or '-'}"
    yield f"  severity                {severity.of_groups(facts.groups)}"
    yield f"  victim to be told       {'no' if facts.state_only else 'yes'}"
