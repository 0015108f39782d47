"""The topics of the contract, by their names without a prefix."""

from enum import StrEnum


class Topic(StrEnum):
    INCIDENTS = "incidents"
    CRIME_RECORDS = "crime-records"
    DECISIONS = "recording-decisions"
    HEARTBEATS = "feed-heartbeats"
    ALERTS = "recording-alerts"
    DEAD_LETTERS = "recording-dead-letters"
    AUDIT_HEADS = "recording-audit-heads"


INPUT_TOPICS = (Topic.INCIDENTS, Topic.CRIME_RECORDS, Topic.DECISIONS, Topic.HEARTBEATS)
OUTPUT_TOPICS = (Topic.ALERTS, Topic.DEAD_LETTERS, Topic.AUDIT_HEADS, Topic.DECISIONS)  # decisions of the pages
