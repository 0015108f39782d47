"""`monitor purge`: take the people, and all that no verdict needs, out of incidents closed long ago."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from monitor.cli.operator import actor, force_named, opened_store, say
from monitor.clock import clock_from
from monitor.errors import UserError
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import load_mappings
from monitor.settings import load_settings

UNLIKE = 3  # the exit status where a group was left as it is because a verdict would have changed
_EVERY = 10_000  # incidents, between two lines that say how far it is


def command(
    closed_before: Annotated[
        str, typer.Option(help="A day, such as 2019-04-01, or a time with an offset. Closed since before then, in UTC.")
    ],
    force: Annotated[str | None, typer.Option(help="Of this force only.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many there are, and change nothing.")] = False,
    by: Annotated[str | None, typer.Option(help="Who does it, for the audit log.")] = None,
    because: Annotated[str | None, typer.Option(help="Why, for the audit log.")] = None,
) -> None:
    """Remove people's keys and old revisions of settled incidents closed before a day, and of their crime records.

    Verdicts, their history and all counts stay. It cannot be undone, and does not reach the topics or backups.
    """
    from monitor.store import judge_with
    from monitor.store.purge import Order, purge

    settings = load_settings()
    now = clock_from(settings).now()
    who, why = (None, "") if dry_run else actor(by, because, "A purge")
    order = Order(_instant(closed_before, now), now, force_named(force), who, why)
    judge = judge_with(load_rulebook(settings.rulebook), load_mappings(settings.force_mappings))
    with opened_store(settings, changes=not dry_run) as engine:
        _report(purge(engine, judge, order), dry_run)


def _instant(text: str, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(f"--closed-before must be a day, such as 2019-04-01, not {text!r}.") from None
    if at.tzinfo is None and len(text.strip()) > len("2019-04-01"):
        raise UserError(f"--closed-before must be a day, or a time with an offset, not {text!r}.")
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    if at > now:
        raise UserError("--closed-before lies in the future: name a day that has been.")
    return at


def _report(pages: Any, dry_run: bool) -> None:
    incidents = crimes = revisions = held_back = said = 0
    unlike = []
    for page in pages:
        incidents, crimes = incidents + page.incidents, crimes + page.crimes
        revisions, held_back = revisions + page.revisions, held_back + page.held_back
        unlike += page.unlike
        if incidents >= said + _EVERY:
            said = incidents
            say(f"{incidents} incidents …")
    done = "would be purged" if dry_run else "purged"
    typer.echo(f"{incidents} incidents and {crimes} crime records {done}, {revisions} revisions of them.")
    typer.echo(
        f"{held_back} incidents stay: they, or others with the same crime records, are open, unsettled or recent."
    )
    for force, ref in unlike:
        say(f"{force} {ref} and what goes with it was left as it is: a verdict would have changed.")
    if unlike:
        raise typer.Exit(UNLIKE)
