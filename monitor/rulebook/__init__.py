"""What the rules say, as data: limits, offences, types, reasons, cancellations, severity, and a force's own codes."""

from monitor.rulebook.edition import Rulebook, load_rulebook

__all__ = ["Rulebook", "load_rulebook"]
