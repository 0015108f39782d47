"""What a person's questions go to, and which forces they may see. Every query on behalf of a person takes a scope."""

from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Engine, true

Store: TypeAlias = Engine  # outside this room only handed on
Scope: TypeAlias = frozenset[str] | None  # None: every force


def within(force: ColumnElement[Any], scope: Scope) -> ColumnElement[bool]:
    """The condition that keeps a query to the forces of a scope. Of an empty scope nothing is found."""
    return true() if scope is None else force.in_(sorted(scope))
