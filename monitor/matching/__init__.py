"""Which crime record, linked to nothing, may be an incident's: a suggestion, never part of a verdict. Pure."""
