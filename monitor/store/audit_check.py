"""Whether the audit log is whole: every entry, its end, its guards, and the decisions that it tells of."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import orjson
from sqlalchemy import Connection, Engine, select

from monitor.contract.audit import AuditHead
from monitor.contract.verdict import rfc3339
from monitor.store.audit import GENESIS, Entry, entries, forces, next_hash
from monitor.store.bulk import keys
from monitor.store.desk_tables import audit_heads
from monitor.store.engine import reading
from monitor.store.guards import missing_guards
from monitor.store.tables import decisions

DECIDED = "decided"  # the action of an entry that tells of a decision; its detail has `decision_id` and `digest`
MOST_FAULTS = 20  # of one force: behind the first change every number after it may be wrong


@dataclass(slots=True)
class Chain:
    """The audit log of one force as it was found."""

    force: str
    number: int = 0  # of the last entry
    hash: bytes = GENESIS
    faults: list[str] = field(default_factory=list)  # sentences; none: it is whole


def check_audit(engine: Engine, force: str | None = None, told: Iterable[AuditHead] = ()) -> Iterator[Chain]:
    """Walk every chain, or that of one force, from its first entry. `told`: heads kept elsewhere."""
    by_force: dict[str, dict[int, str]] = defaultdict(dict)
    doubled: dict[str, list[int]] = defaultdict(list)
    for head in told:
        if by_force[head.force].setdefault(head.number, head.hash) != head.hash:
            doubled[head.force].append(head.number)
    for name in sorted({*forces(engine), *by_force} if force is None else {force}):
        chain = _walked(engine, name, by_force.get(name, {}))
        chain.faults += [f"two different heads were told for entry {number}" for number in doubled[name]]
        yield chain


def guards_gone(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [f"the trigger {name} on {table} is gone" for table, name in missing_guards(connection)]


def _walked(engine: Engine, force: str, told: Mapping[int, str]) -> Chain:
    chain, page = Chain(force), list[Entry]()
    for entry in entries(engine, force):
        chain.faults += _faults(chain, entry, told.get(entry.number))
        chain.number, chain.hash = entry.number, entry.hash
        page.append(entry)
        if len(page) == 1000:
            chain.faults += _missing_decisions(engine, force, page)
            page.clear()
        if len(chain.faults) > MOST_FAULTS:
            chain.faults = [*chain.faults[:MOST_FAULTS], "more is wrong after that"]
            return chain
    chain.faults += [*_missing_decisions(engine, force, page), *_at_the_end(engine, chain, told)]
    return chain


def _faults(chain: Chain, entry: Entry, told: str | None) -> Iterator[str]:
    """What is wrong with an entry after the chain so far. Its own hash is then believed: the rest is checked too."""
    expected = chain.number + 1
    if entry.number > expected:
        gap = (
            f"entry {expected} is" if entry.number == expected + 1 else f"entries {expected} to {entry.number - 1} are"
        )
        yield f"{gap} missing"
    elif next_hash(chain.hash, entry.content) != entry.hash:
        yield f"entry {entry.number} is not what was entered: its hash does not follow from it and the entry before"
    if not _agrees(entry):
        yield f"entry {entry.number} has a force, number, time or incident beside it that it does not hold itself"
    if told is not None and told != entry.hash.hex():
        yield f"entry {entry.number} has another hash than was told to the topic of heads: the log was made anew"


def _agrees(entry: Entry) -> bool:
    try:
        said = orjson.loads(entry.content)
    except orjson.JSONDecodeError:
        return False
    beside = {"force": entry.force, "number": entry.number, "at": rfc3339(entry.at), "incident_ref": entry.incident_ref}
    return isinstance(said, dict) and all(said.get(name) == value for name, value in beside.items())


def _at_the_end(engine: Engine, chain: Chain, told: Mapping[int, str]) -> Iterator[str]:
    with reading(engine) as connection:
        head = connection.execute(select(audit_heads).where(audit_heads.c.force == chain.force)).first()
    furthest = max(told, default=0)
    if furthest > chain.number:
        yield f"the topic of heads was told of entry {furthest}, and the log ends at {chain.number}: its end is cut off"
    if head is None:
        if chain.number:
            yield "its head is missing"
    elif head.number > chain.number:
        yield f"its head is entry {head.number}, and the log ends at {chain.number}: its end is cut off"
    elif (head.number, head.hash) != (chain.number, chain.hash):
        yield f"its head is entry {head.number}, and the log ends otherwise, at {chain.number}"


def _missing_decisions(engine: Engine, force: str, page: Sequence[Entry]) -> list[str]:
    """The decisions that these entries tell of and the store no longer holds as they were made."""
    told: dict[str, tuple[int, str]] = {}
    for entry in page:
        detail = _decided(entry)
        if detail:
            told[detail["decision_id"]] = (entry.number, detail["digest"])
    if not told:
        return []
    with reading(engine) as connection:
        held = _held(connection, force, told)
    return [
        f"the decision {name} of entry {number} is not held as it was made"
        for name, (number, digest) in told.items()
        if (name, digest) not in held
    ]


def _decided(entry: Entry) -> dict[str, str] | None:
    try:
        said = orjson.loads(entry.content)
        return said["detail"] if said["action"] == DECIDED else None
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None  # which is a fault, and told as one


def _held(connection: Connection, force: str, wanted: Iterable[str]) -> set[tuple[str, str]]:
    these = keys(connection, [(force, name) for name in wanted])
    query = select(decisions.c.decision_id, decisions.c.digest).join_from(
        these, decisions, (decisions.c.force == these.c.force) & (decisions.c.decision_id == these.c.name)
    )
    return {(row.decision_id, row.digest.hex()) for row in connection.execute(query)}
