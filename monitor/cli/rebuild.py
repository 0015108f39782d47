"""`monitor rebuild`: the store made anew from the topics."""

import getpass
from typing import Annotated

import typer

from monitor.cli.operator import OPERATOR, opened_store, say
from monitor.clock import clock_from
from monitor.errors import UserError
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import load_mappings
from monitor.settings import Settings, load_settings

_STANDS = "The store stands as it was."


def command(
    database_url: Annotated[str | None, typer.Option(help="The store; MONITOR_DATABASE_URL by default.")] = None,
) -> None:
    """Read the input topics again into a fresh store, and put it in the place of the old one once it has caught up.

    Stop workers and web servers first. What does not come from topics is carried over, and no alert is told again.
    Until the last step nothing is changed: it can be broken off and run again.
    """
    settings = load_settings(database_url=database_url)
    try:
        _rebuild(settings)
    except KeyboardInterrupt:
        say(f"Broken off. {_STANDS}")
        raise typer.Exit(130) from None


def _rebuild(settings: Settings) -> None:
    from monitor.store import judge_with
    from monitor.store.people import Actor
    from monitor.store.presence import Occupied
    from monitor.store.rebuild import ChangedMeanwhile, Rebuild
    from monitor.stream.outages import BrokerAway
    from monitor.stream.rereading import InputTopics

    judge = judge_with(load_rulebook(settings.rulebook), load_mappings(settings.force_mappings))
    user = getpass.getuser()
    with opened_store(settings) as engine:
        try:
            with InputTopics(settings) as topics:
                now, by = clock_from(settings).now, Actor(user, user, OPERATOR)
                Rebuild(engine, settings.database_url, judge, now, say, by).run(topics)
        except Occupied as occupied:
            raise UserError(
                f"Others work with this store: {occupied}. Stop them first (one that was killed is gone after 30 s)."
            ) from None
        except BrokerAway as away:
            raise UserError(f"The topics cannot be read ({away}). {_STANDS}") from None
        except ChangedMeanwhile:
            raise UserError(
                f"Somebody wrote to the store meanwhile. {_STANDS} Run it again when nobody does."
            ) from None
    say("The store is made anew. Start workers and web servers again.")
