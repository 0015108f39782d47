"""A synthetic force: logs and records of nobody, with planted faults, as a file or live.

Nothing in it is a person, a place or an event; every force is called `synthetic-`, every reference begins with `SYN-`.
"""

from monitor.simulator.force import mapping_path
from monitor.simulator.stream import demo_events, stream_events
from monitor.simulator.truth import truth_of

__all__ = ["demo_events", "mapping_path", "stream_events", "truth_of"]
