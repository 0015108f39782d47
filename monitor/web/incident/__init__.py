"""The page of one incident: what the monitor says of it and why, all that happened, and what can be decided.

The way of a view: `pages` asks the store for the case file and enters the look in the audit log -> `view` (the case in
the terms of the rules) -> `sentences`, `log_changes`, `timeline`, `crimes`, `others` (words) -> the template.
"""
