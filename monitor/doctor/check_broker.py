from collections.abc import Iterator

from monitor.doctor.amounts import number_of, size
from monitor.doctor.facts import DiskFacts, Facts
from monitor.doctor.finding import Finding, fail, ok, warn

OLDEST = (3, 0)  # has all that is asked of it
LITTLE, NEXT_TO_NOTHING = 2 * 2**30, 256 * 2**20  # bytes


def check_broker(facts: Facts) -> Iterator[Finding]:
    broker = facts.broker
    if broker.away is not None:
        advice = "Start it (`monitor broker` runs one here), or set MONITOR_BROKER. Nothing is lost while it is away."
        yield fail("broker", f"The broker is away: {broker.away}.", advice)
        return
    version = ".".join(map(str, broker.version))
    if broker.version < OLDEST:
        yield warn("broker", f"Kafka {version} is older than any that was tried.", "Use Kafka 3.0 or later.")
    yield ok("broker", f"Kafka {version} answers, with {number_of(broker.brokers, 'broker')}.")
    for disk in broker.disks:
        yield from check_space("broker", disk)


def check_space(check: str, disk: DiskFacts) -> Iterator[Finding]:
    sentence = f"{disk.name} has {size(disk.free)} free of {size(disk.total)}."
    if disk.free < NEXT_TO_NOTHING:
        yield fail(check, sentence, "Make room now: nothing can be written once it is full.")
    elif disk.free < LITTLE or disk.free < disk.total / 20:
        yield warn(check, sentence, "Make room before it is full.")
