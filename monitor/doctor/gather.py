"""Everything that the checks look at, asked once."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from monitor import store
from monitor.clock import clock_from
from monitor.doctor.ask_broker import ask_broker
from monitor.doctor.facts import Facts, StoreFacts
from monitor.errors import UserError
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import ForceMappings, load_mappings
from monitor.settings import Settings
from monitor.store.inspection import inspected
from monitor.store.letter_questions import open_letters
from monitor.store.stops import stops

_TIMEOUT = 3.0  # seconds


def gather(settings: Settings) -> Facts:
    now = clock_from(settings).now()
    broker = ask_broker(settings)
    with inspected(settings.database_url) as (database, engine):
        held = None if engine is None else _held(engine, now)
    return Facts(
        settings=settings,
        now=now,
        wall=datetime.now(UTC),
        broker=broker,
        database=database,
        store=held,
        mappings=_mappings(settings),
        rulebook=_rulebook(settings),
        answers={address: _why_silent(address) for address in _addresses(settings)},
    )


def alertmanager_address(settings: Settings) -> str | None:
    return settings.alertmanager_url and f"{settings.alertmanager_url}/-/ready"


def issuer_address(settings: Settings) -> str | None:
    return settings.oidc_issuer and f"{settings.oidc_issuer}/.well-known/openid-configuration"


def _addresses(settings: Settings) -> Iterable[str]:
    return filter(None, (alertmanager_address(settings), issuer_address(settings)))


def _held(engine: Any, now: datetime) -> StoreFacts | None:
    try:
        waiting = store.unsent(engine, 1)
        return StoreFacts(
            progress=store.progress(engine),
            known=store.known_times(engine),
            heartbeats=store.heartbeats(engine),
            letters=open_letters(engine),
            stopped={place: stop for place, stop in stops(engine).items() if stop.held_from is not None},
            unsent=store.unsent_count(engine),
            unsent_since=waiting[0].created_at if waiting else None,
            due=store.due_cases(engine, now),
        )
    except store.DatabaseAway:  # it went away between two questions; what was told of it says so soon enough
        return None


def _mappings(settings: Settings) -> ForceMappings | str:
    try:
        return load_mappings(settings.force_mappings)
    except UserError as error:
        return str(error)


def _rulebook(settings: Settings) -> str | None:
    try:
        load_rulebook(settings.rulebook)
    except UserError as error:
        return str(error)
    return None


def _why_silent(address: str) -> str | None:
    try:
        with urlopen(Request(address, headers={"Accept": "*/*"}), timeout=_TIMEOUT) as answer:  # noqa: S310 - from settings
            answer.read(65536)
        return None
    except HTTPError as error:
        return f"it answers {error.code} {error.reason}"
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error))
