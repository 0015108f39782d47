"""CSV exports of other systems, turned into events of the contract by a mapping that the force writes."""
