"""Incidents with the crime records that they have in common: people are compared within such a group, nowhere else."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, and_, select

from monitor.compliance.dependencies import decision_node
from monitor.store.bulk import Key, keys
from monitor.store.tables import cases, crime_revisions, dependencies

_DECISION = decision_node("")


@dataclass(frozen=True, slots=True)
class Group:
    incidents: tuple[Key, ...]  # sorted
    crimes: tuple[Key, ...]  # sorted

    @property
    def force(self) -> str:
        return self.incidents[0][0]

    @property
    def name(self) -> str:
        """Of no other group of the force."""
        return self.incidents[0][1]


def groups_of(connection: Connection, starts: Iterable[Key]) -> list[Group]:
    """The groups that these incidents are in, by their first incident."""
    links: dict[Key, set[Key]] = defaultdict(set)
    incidents, crimes = set(starts), set[Key]()
    ahead, seen = set(incidents), set[Key]()
    while ahead:
        seen |= ahead
        pairs = [*_pairs(connection, ahead)]
        nodes = {node for pair in pairs for node in pair}
        incidents |= _known(connection, cases, nodes - incidents)
        crimes |= _known(connection, crime_revisions, nodes - crimes)
        for one, other in pairs:
            if (one in incidents and other in crimes) or (one in crimes and other in incidents):
                links[one].add(other)
                links[other].add(one)
        ahead = {node for node in nodes if node in links} - seen
    return _parted(sorted(incidents & seen), links, incidents, crimes)


def _pairs(connection: Connection, nodes: Iterable[Key]) -> Iterator[tuple[Key, Key]]:
    """What these depend on, and what depends on them."""
    these, on = keys(connection, nodes), dependencies.c
    for column in (on.dependent, on.depends_on):
        matches = and_(on.force == these.c.force, column == these.c.name)
        query = select(on.force, on.dependent, on.depends_on).select_from(these.join(dependencies, matches))
        for force, dependent, depends_on in connection.execute(query):
            if not dependent.startswith(_DECISION) and not depends_on.startswith(_DECISION):
                yield (force, dependent), (force, depends_on)


def _known(connection: Connection, table: Table, wanted: Iterable[Key]) -> set[Key]:
    """Which of these there are. A name that many logs give, and nothing has, ties nobody together."""
    these = keys(connection, wanted)
    matches = and_(table.c.force == these.c.force, table.c.ref == these.c.name)
    query = select(table.c.force, table.c.ref).select_from(these.join(table, matches)).distinct()
    return {(force, ref) for force, ref in connection.execute(query)}


def _parted(starts: Sequence[Key], links: dict[Key, set[Key]], incidents: set[Key], crimes: set[Key]) -> list[Group]:
    found, placed = [], set[Key]()
    for start in starts:
        if start in placed:
            continue
        group, ahead = {start}, [start]
        while ahead:
            further = links.get(ahead.pop(), set()) - group
            group |= further
            ahead += further
        placed |= group
        found.append(Group(tuple(sorted(group & incidents)), tuple(sorted(group & crimes))))
    return found
