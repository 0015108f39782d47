from collections.abc import Iterator
from datetime import timedelta

from monitor.doctor.amounts import number_of, some, span
from monitor.doctor.facts import Facts
from monitor.doctor.finding import Finding, fail, ok, unless, warn
from monitor.rulebook.limits import HEARTBEAT_AHEAD

CRIME_RECORDS = "crime_records"
SILENT = timedelta(minutes=30)  # without a heartbeat of the crime system
HARDLY_LATE = timedelta(minutes=2)  # by a heartbeat a minute
BEHIND = timedelta(minutes=10)  # the monitor itself, of that heartbeat


def check_mappings(facts: Facts) -> Iterator[Finding]:
    if facts.rulebook is not None:
        yield fail("rulebook", facts.rulebook.rstrip(".") + ".", "Mend MONITOR_RULEBOOK: no worker starts with it.")
    path, mappings = facts.settings.force_mappings, facts.mappings
    if isinstance(mappings, str):
        yield fail("mappings", mappings.rstrip(".") + ".", "Mend that line: no worker starts with it as it is.")
        return
    unmapped = sorted(set(_forces(facts)) - mappings.forces.keys())
    if path is None and unmapped:
        sentence = f"No force mapping is set: of {some(unmapped)} only canonical types are understood."
        yield warn("mappings", sentence, "Set MONITOR_FORCE_MAPPINGS; every other code expects a crime until then.")
    elif unmapped:
        sentence = f"{some(unmapped)} sent events and {'has' if len(unmapped) == 1 else 'have'} no mapping in {path}."
        yield warn("mappings", sentence, "Add a table for each; every code expects a crime until then.")
    elif path is not None:
        yield ok("mappings", f"{path} maps the codes of {number_of(len(mappings.forces), 'force')}.")


def check_known_time(facts: Facts) -> list[Finding]:
    forces = _forces(facts)
    if not forces:
        return []
    found = (finding for force in forces for finding in _force(facts, force))
    return unless(found, ok("known time", _known(facts, forces)))


def _known(facts: Facts, forces: list[str]) -> str:
    assert facts.store is not None
    late = facts.now - min((at for force in forces if (at := facts.store.known[force])), default=facts.now)
    up_to = f"up to {span(late)} ago" if late > HARDLY_LATE else "up to now"
    return f"The crime records of {number_of(len(forces), 'force')} are known {up_to}."


def _force(facts: Facts, force: str) -> Iterator[Finding]:
    assert facts.store is not None
    heartbeat, known = facts.store.heartbeats.get((force, CRIME_RECORDS)), facts.store.known[force]
    if heartbeat is None:
        sentence = f"{force} sends no heartbeats of its crime records: a feed that is late looks like missing crimes."
        yield warn("known time", sentence, "Have its supplier send them, every minute or so.")
    elif heartbeat > facts.now + HEARTBEAT_AHEAD:
        ahead = span(heartbeat - facts.now)
        sentence = f"{force}'s crime system says that it has sent everything up to a time {ahead} from now."
        yield warn("known time", sentence, "Tell its supplier; such heartbeats are left out until their time is near.")
    elif facts.now - heartbeat > SILENT:
        sentence = f"{force}'s crime system last said {span(facts.now - heartbeat)} ago that it had sent everything."
        advice = (
            "Ask its supplier. Until then nothing that fell due since is called unrecorded: it waits as feed_behind."
        )
        yield warn("known time", sentence, advice)
    expected = facts.now if heartbeat is None else min(heartbeat, facts.now)
    if known is None:
        sentence = f"Nothing is known of {force}'s crime records yet."
        yield warn("known time", sentence, "If that lasts, see that a worker runs and is not far behind.")
    elif expected - known > BEHIND:
        late = span(expected - known)
        sentence = f"The monitor knows {force}'s crime records only up to {late} before what was sent."
        yield warn("known time", sentence, "See that a worker runs and that no partition of crime-records is stopped.")


def _forces(facts: Facts) -> list[str]:
    return sorted(facts.store.known) if facts.store is not None else []
