"""The heads of the audit log, as they were told to their topic."""

from typing import Any

from pydantic import ValidationError

from monitor.contract.audit import AuditHead
from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.stream.consuming import consuming, partitions, read_to


def told_heads(settings: Settings) -> list[AuditHead]:
    """All that stand in the topic now. Raises BrokerAway."""
    with consuming(settings, "monitor-audit") as consumer:
        ends = consumer.end_offsets(partitions(consumer, settings, Topic.AUDIT_HEADS))
        consumer.assign([*ends])
        consumer.seek_to_beginning(*ends)
        return [head for head in map(_head, read_to(consumer, ends)) if head is not None]


def _head(record: Any) -> AuditHead | None:
    """Whatever else was put there is no head."""
    try:
        return AuditHead.model_validate_json(record.value or b"")
    except ValidationError:
        return None
