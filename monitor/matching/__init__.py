"""Which crime record, linked to nothing, may be an incident's: a suggestion to a person, never part of a verdict. Pure."""
