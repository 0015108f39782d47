"""What is known of an installation, gathered once. No fact is a finding yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.contract.topics import Topic
from monitor.rulebook.mapping import ForceMappings
from monitor.settings import Settings
from monitor.store import Due, Places, Progress
from monitor.store.inspection import DatabaseFacts
from monitor.store.stops import Stop


@dataclass(frozen=True, slots=True)
class TopicFacts:
    partitions: int
    copies: int  # of the partition that has the fewest
    out_of_step: int  # partitions with a copy that lags behind its leader
    leaderless: int  # partitions that nobody can read or write
    configs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DiskFacts:
    name: str
    free: int  # bytes
    total: int


@dataclass(frozen=True, slots=True)
class BrokerFacts:
    away: str | None = None  # why nothing of this is known
    version: tuple[int, ...] = ()
    brokers: int = 0
    topics: Mapping[str, TopicFacts] = field(
        default_factory=dict
    )  # by the contract's name; none for one that is missing
    group_state: str | None = None  # None: nobody has ever joined it
    members: int = 0
    ends: Places = field(default_factory=dict)
    ahead: timedelta | None = None  # its clock, of this machine's; None: it does not tell
    disks: tuple[DiskFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What stands in a database that answers and is current."""

    progress: Mapping[tuple[Topic, int], Progress] = field(default_factory=dict)
    known: Mapping[str, datetime | None] = field(default_factory=dict)  # by force
    heartbeats: Mapping[tuple[str, str], datetime] = field(default_factory=dict)  # by force and feed
    letters: Mapping[tuple[str, str], int] = field(default_factory=dict)  # open, by force and reason
    stopped: Mapping[tuple[Topic, int], Stop] = field(default_factory=dict)
    unsent: int = 0
    unsent_since: datetime | None = None  # wall clock
    due: Due = field(default_factory=lambda: Due(0, None))


@dataclass(frozen=True, slots=True)
class Facts:
    settings: Settings
    now: datetime  # by the monitor's clock, which may be set to stand
    wall: datetime
    broker: BrokerFacts
    database: DatabaseFacts
    store: StoreFacts | None = None  # None: the database does not answer, or is not current
    mappings: ForceMappings | str = field(default_factory=ForceMappings)  # a sentence: why they cannot be read
    rulebook: str | None = None  # why it cannot be read
    answers: Mapping[str, str | None] = field(default_factory=dict)  # by address: why it does not answer; None: it does
