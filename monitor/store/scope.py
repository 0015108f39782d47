"""Which forces a person may see. Every query on behalf of a person takes one."""

from typing import Any

from sqlalchemy import ColumnElement, true

Scope = frozenset[str] | None  # None: every force


def within(force: ColumnElement[Any], scope: Scope) -> ColumnElement[bool]:
    """The condition that keeps a query to the forces of a scope. Of an empty scope nothing is found."""
    return true() if scope is None else force.in_(sorted(scope))
