"""The alerts of single incidents, by what is wrong: their names in Alertmanager."""

from enum import StrEnum


class IncidentAlert(StrEnum):
    UNRECORDED = "IncidentUnrecorded"  # past its deadline, with no crime record or too few
    WRONGLY_CANCELLED = "IncidentWronglyCancelled"
    CLOSED_WITHOUT_CRIME = "IncidentClosedWithoutCrime"
    DUE_SOON = "IncidentDueSoon"
