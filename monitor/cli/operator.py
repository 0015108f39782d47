"""What commands that change the store have in common: who does it and why, the database, and how it is printed."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import typer

from monitor.contract.identity import canonical_force
from monitor.errors import UserError
from monitor.settings import Settings

OPERATOR = "operator"  # the role under which the audit log has them


def say(line: str) -> None:
    """To standard error, so that results can be piped."""
    typer.echo(line, err=True)


def actor(by: str | None, because: str | None, what: str) -> tuple[Any, str]:
    """Who and why, for the audit log. Raises UserError where either is not said."""
    from monitor.store.people import Actor

    who, why = (by or "").strip(), (because or "").strip()
    if not who or not why:
        raise UserError(f"{what} is entered in the audit log: say who does it with --by and why with --because.")
    return Actor(who, who, OPERATOR), why


def force_named(name: str | None) -> str | None:
    try:
        return None if name is None else canonical_force(name)
    except ValueError:
        raise UserError(f"--force must be a force's id, such as west-mercia, not {name!r}.") from None


@contextmanager
def opened_store(settings: Settings, *, changes: bool = False) -> Iterator[Any]:
    """`changes`: what is stored is changed, so not during a rebuild, which would lose that or give up because of it."""
    from monitor.store import DatabaseAway, open_store
    from monitor.store.attendance import attending
    from monitor.store.presence import Work

    engine = open_store(settings.database_url)
    try:
        with attending(engine, Work.COMMAND) if changes else nullcontext():
            yield engine
    except DatabaseAway as away:
        raise UserError(f"The database does not answer ({away}); see to it, or change MONITOR_DATABASE_URL.") from None
    finally:
        engine.dispose()
