"""`monitor audit`: whether the audit log is whole, and what stands in it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli import group
from monitor.contract.audit import AuditHead
from monitor.contract.identity import canonical_force, canonical_ref
from monitor.errors import UserError
from monitor.settings import Settings, load_settings

BROKEN = 5  # the exit status where the log is not whole

command = group("The audit log: verify that it is whole, export it.")

Force = Annotated[str | None, typer.Option(help="Of this force only.")]


@command.command()
def verify(
    force: Force = None,
    heads: Annotated[
        Path | None, typer.Option(help="Hold it against heads kept in this file, JSON lines, instead of the topic's.")
    ] = None,
    offline: Annotated[bool, typer.Option(help="Hold it against nothing but itself; a cut is not noticed.")] = False,
) -> None:
    """Check every entry, the end, the guards of the tables, and the heads told to the topic recording-audit-heads.

    Exits 5 if anything is wrong.
    """
    settings = load_settings()
    told = [] if offline else _told(settings, heads)
    with _store(settings) as engine:
        wanted = _force(force)
        if wanted and all(head.force != wanted for head in told):
            _must_have_a_log(engine, wanted)
        wrong = _say_guards(engine) + _say_chains(engine, wanted, told)
    if wrong:
        raise typer.Exit(BROKEN)


@command.command()
def export(
    force: Force = None,
    incident: Annotated[str | None, typer.Option(help="Of this incident only.")] = None,
) -> None:
    """Print the entries as JSON lines, each with its hash.

    It is the SHA-256 of the hash before it (32 bytes; zeros before the first) and the entry in canonical JSON: keys
    sorted, no spaces.
    """
    from monitor.store.audit import entries, exported, forces

    with _store(load_settings()) as engine:
        wanted = _force(force)
        if wanted:
            _must_have_a_log(engine, wanted)
        for name in [wanted] if wanted else forces(engine):
            for entry in entries(engine, name, incident_ref=canonical_ref(incident) if incident else None):
                sys.stdout.buffer.write(exported(entry) + b"\n")
    sys.stdout.flush()


def _must_have_a_log(engine: Any, force: str) -> None:
    from monitor.store.audit import forces

    if force not in forces(engine):
        raise UserError(f"There is no audit log of {force} in this database (MONITOR_DATABASE_URL).")


@contextmanager
def _store(settings: Settings) -> Iterator[Any]:
    from monitor.store import DatabaseAway, open_store

    engine = open_store(settings.database_url)
    try:
        yield engine
    except DatabaseAway as away:
        raise UserError(f"The database does not answer ({away}); see to it, or change MONITOR_DATABASE_URL.") from None
    finally:
        engine.dispose()


def _force(name: str | None) -> str | None:
    try:
        return None if name is None else canonical_force(name)
    except ValueError:
        raise UserError(f"--force must be a force's id, such as west-mercia, not {name!r}.") from None


def _told(settings: Settings, heads: Path | None) -> list[AuditHead]:
    from monitor.stream.audit_heads import told_heads
    from monitor.stream.outages import BrokerAway

    if heads is not None:
        return _read_heads(heads)
    try:
        return told_heads(settings)
    except BrokerAway as away:
        raise UserError(
            f"The heads cannot be read ({away}): see to the broker, give a file of them with --heads, or say --offline."
        ) from None


def _read_heads(path: Path) -> list[AuditHead]:
    from pydantic import ValidationError

    heads = []
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read as UTF-8 text: {error}.") from None
    for number, line in enumerate(lines, 1):
        try:
            heads += [AuditHead.model_validate_json(line)] if line.strip() else []
        except ValidationError:
            raise UserError(
                f"{path}, line {number}: it is no head as the topic recording-audit-heads has it."
            ) from None
    return heads


def _say_guards(engine: Any) -> int:
    from monitor.store.audit_check import guards_gone

    gone = guards_gone(engine)
    for sentence in gone:
        typer.echo(f"guards: {sentence}")
    return len(gone)


def _say_chains(engine: Any, force: str | None, told: list[AuditHead]) -> int:
    from monitor.store.audit_check import check_audit

    wrong = 0
    for chain in check_audit(engine, force, told):
        wrong += len(chain.faults)
        for sentence in chain.faults:
            typer.echo(f"{chain.force}: {sentence}")
        if not chain.faults:
            heads = sum(head.force == chain.force for head in told)
            typer.echo(f"{chain.force}: {chain.number} entries, whole; {heads} heads agree; {chain.hash.hex()}")
    return wrong
