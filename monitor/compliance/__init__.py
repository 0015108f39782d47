"""Judgement: what is known of an incident, and what the rules make of it. Pure: no I/O, no clock of its own."""
