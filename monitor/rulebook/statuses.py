"""The rule that each status rests on. Pages are of the Crime Recording Rules 2026/27."""

from monitor.contract.verdict import Status

_IN_TIME = "NCRS: record within 24 hours of the first report (p10)"
STATUS_RULES = {
    Status.NO_CRIME_EXPECTED: "NCRS: whether to record (p7-10)",
    Status.RECORDED_IN_TIME: _IN_TIME,
    Status.RECORDED_LATE: _IN_TIME,
    Status.NO_CRIME_JUSTIFIED: "NCRS: why no crime is recorded is written down (p7-10); cancelling C1-C5 (p25-26)",
    Status.AWAITING_RECORD: _IN_TIME,
    Status.FEED_BEHIND: _IN_TIME,
    Status.PARTLY_RECORDED: "One crime per victim; principal crime (p12-14)",
    Status.UNRECORDED: _IN_TIME,
}
