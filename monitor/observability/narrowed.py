"""How the queue is narrowed to what an alert or a panel counts, so that the page shows as many."""

from monitor.contract.verdict import Severity
from monitor.observability.rule import Narrowed
from monitor.store.concerns import Concern

_ALERTS = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM)  # what may fire

UNRECORDED: Narrowed = {"filter": Concern.UNRECORDED}
# After their 24 hours: crimes may be too few before, and then nothing is late yet.
TOO_FEW: Narrowed = {"filter": Concern.TOO_FEW, "age": ("days", "week", "month", "older")}
UNATTENDED: Narrowed = {"filter": Concern.DUE_SOON, "severity": tuple(map(str, _ALERTS)), "holder": ""}
