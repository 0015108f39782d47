"""What can be said of a query without running it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

import promql_parser as p

from monitor.telemetry.metrics import REGISTRY, STORED

Recorded = Mapping[str, Sequence[Mapping[str, Any]]]  # rules by the series that they record

_COMPARISONS = {"==", "!=", ">", "<", ">=", "<="}
_OF_TARGETS = {"job", "instance"}


def compares(expr: str) -> bool:
    """Whether every way through it compares or asks for absence."""
    return _compares(p.parse(expr))


def selected(expr: str) -> set[str]:
    """The names of the series that it selects."""
    return {str(node.name) for node in _nodes(p.parse(expr)) if isinstance(node, p.VectorSelector)}


def matchers(expr: str) -> list[tuple[str, str]]:
    """The labels that it selects by, with the values."""
    selectors = [node for node in _nodes(p.parse(expr)) if isinstance(node, p.VectorSelector)]
    return [(each.name, each.value) for selector in selectors for each in selector.matchers.matchers]


def labels_of(expr: str, recorded: Recorded) -> set[str]:
    """The labels that its result surely has."""
    return _Labels(recorded).of(p.parse(expr))


def _compares(node: Any) -> bool:
    match node:
        case p.ParenExpr():
            return _compares(node.expr)
        case p.Call():
            return bool(node.func.name == "absent")
        case p.BinaryExpr() if str(node.op) == "or":
            return _compares(node.lhs) and _compares(node.rhs)
        case p.BinaryExpr():
            return str(node.op) in _COMPARISONS or _compares(node.lhs) or _compares(node.rhs)
    return False


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in _children(node):
        yield from _nodes(child)


def _children(node: Any) -> list[Any]:
    match node:
        case p.BinaryExpr():
            return [node.lhs, node.rhs]
        case p.Call():
            return list(node.args)
        case p.MatrixSelector():
            return [node.vector_selector]
        case p.AggregateExpr() | p.ParenExpr() | p.UnaryExpr() | p.SubqueryExpr():
            return [node.expr]
    return []


class _Labels:
    def __init__(self, recorded: Recorded) -> None:
        self._recorded = recorded
        self._within: set[str] = set()  # series whose rules are being looked at: one may lean on its own past

    def of(self, node: Any) -> set[str]:
        match node:
            case p.VectorSelector():
                return self._of_series(str(node.name))
            case p.AggregateExpr():
                return self._of_aggregate(node)
            case p.BinaryExpr():
                return self._of_binary(node)
            case p.Call() if node.func.name in {"absent", "vector", "time"}:
                return set()
        return set().union(*(self.of(child) for child in _children(node)))

    def _of_series(self, name: str) -> set[str]:
        if name in self._within:
            return _every_label()
        if name in self._recorded:
            self._within.add(name)
            ways = [self.of(p.parse(rule["expr"])) | set(rule.get("labels", {})) for rule in self._recorded[name]]
            self._within.remove(name)
            return reduce(set.intersection, ways)
        return _OF_TARGETS | _own_labels(name)

    def _of_aggregate(self, node: Any) -> set[str]:
        if node.modifier is None:
            return set()
        inner, named = self.of(node.expr), set(node.modifier.labels)
        return inner & named if node.modifier.type == p.AggModifierType.By else inner - named

    def _of_binary(self, node: Any) -> set[str]:
        left, right = self.of(node.lhs), self.of(node.rhs)
        how = node.modifier
        if str(node.op) == "or":
            return left & right
        if str(node.op) in {"and", "unless"} or isinstance(node.rhs, p.NumberLiteral):
            return left
        if isinstance(node.lhs, p.NumberLiteral) or _is_time(node.lhs):
            return right
        if how is None or how.matching is None:
            return left & right
        if how.card == p.VectorMatchCardinality.ManyToOne:
            return left | set(how.group_labels or ())
        return set(how.matching.labels)


def _every_label() -> set[str]:
    return _OF_TARGETS.union(*(stored.labels for stored in STORED))


def _is_time(node: Any) -> bool:
    return isinstance(node, p.Call) and bool(node.func.name == "time")


def _own_labels(name: str) -> set[str]:
    for stored in STORED:
        if stored.name == name:
            return set(stored.labels)
    for collector in REGISTRY._collector_to_names:  # the library tells the labels of none that has no sample yet
        if name in REGISTRY._collector_to_names[collector]:
            return set(getattr(collector, "_labelnames", ()))
    return set()
