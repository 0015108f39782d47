"""The verdict in a sentence, with the rule that it rests on."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.compliance.objections import objection
from monitor.contract.topics import Topic
from monitor.contract.verdict import Status
from monitor.rulebook.statuses import STATUS_RULES
from monitor.store.letter_questions import UnreadMessage
from monitor.web.incident.view import VerdictJson, View
from monitor.web.incident.words import because, inner, joined, reason_words
from monitor.web.words import duration, moment, spoken


class Sentence(NamedTuple):
    text: str
    rule: str
    code: str = ""


NOT_JUDGED = Sentence("The monitor has not judged this incident yet; it will within seconds.", "")


def verdict_sentence(view: View) -> Sentence:
    verdict = view.verdict
    if verdict is None:
        return NOT_JUDGED
    status = Status(verdict["status"])
    return Sentence(_OF_STATUS[status](view, verdict), STATUS_RULES[status])


def why_expected(view: View) -> str:
    verdict = view.verdict
    if verdict is None or not verdict["expected"]["crime"]:
        return ""
    return f"A crime record is expected because {because(verdict['expected']['because'])}."


def findings(view: View) -> list[Sentence]:
    """Each finding as the verdict has it; of a reason that does not hold, also why."""
    found = [Sentence(each["message"], each["rule"], each["code"]) for each in (view.verdict or {}).get("findings", [])]
    against = objection(view.case, view.cases) if "reason_invalid" in view.finding_codes() else None
    if against is None:
        return found
    why = Sentence(against.refusal, against.rule, "why")
    return [each for one in found for each in ([one, why] if one.code == "reason_invalid" else [one])]


def unread(view: View) -> list[Sentence]:
    """Of each message about it that could not be read, and what operations know it by."""
    return [Sentence(_unread(each, view), f"Operations find it as {each.name}.") for each in view.file.unread]


def _unread(message: UnreadMessage, view: View) -> str:
    about = {
        Topic.INCIDENTS.value: "this log" if message.ref == view.file.ref else f"the log {message.ref}",
        Topic.CRIME_RECORDS.value: f"the crime record {message.ref}",
        Topic.DECISIONS.value: f"a decision on {message.ref}",
    }[message.topic]
    why = ": ".join(part for part in (inner(spoken(message.reason)), message.field) if part)
    since = "A later one could be read." if message.read_since else "What is said here may be old."
    return f"A message about {about} came on {moment(message.at)} and could not be read ({why}). {since}"


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _unrecorded(view: View, verdict: VerdictJson) -> str:
    deadline = _time(verdict["deadline"])
    missing = "none of those linked counts" if verdict["crime_refs"] else "none is"
    overdue = f"{duration(view.now - deadline)} overdue"
    return f"A crime should have been recorded by {moment(deadline)}, and {missing}: {overdue}."


def _partly(view: View, verdict: VerdictJson) -> str:
    deadline = _time(verdict["deadline"])
    return f"Fewer crimes are recorded than this incident needs, {duration(view.now - deadline)} after the deadline."


def _awaiting(view: View, verdict: VerdictJson) -> str:
    deadline = _time(verdict["deadline"])
    what = "More crimes must be" if view.case.counting else "A crime must be"
    return f"{what} recorded by {moment(deadline)}: {duration(deadline - view.now)} left."


def _feed_behind(view: View, verdict: VerdictJson) -> str:
    known = f"only up to {moment(view.file.known)}" if view.file.known else "not at all yet"
    return (
        f"The time to record ended on {moment(_time(verdict['deadline']))}, and crime records are known {known}: "
        "whether one is missing cannot be said."
    )


def _recorded(view: View, verdict: VerdictJson) -> str:
    what = "Enough crimes were" if len(view.case.counting) > 1 else "A crime was"
    after = _time(verdict["recorded_at"]) - view.case.reported_at
    when = "before the report" if after < timedelta(0) else "after the report"
    return f"{what} recorded {duration(after)} {when}, in time."


def _recorded_late(view: View, verdict: VerdictJson) -> str:
    recorded = _time(verdict["recorded_at"])
    late = duration(recorded - _time(verdict["deadline"]))
    what = "Enough crimes were" if len(view.case.counting) > 1 else "A crime was"
    return f"{what} recorded {duration(recorded - view.case.reported_at)} after the report: {late} too late."


def _justified(view: View, verdict: VerdictJson) -> str:
    reason, case = view.case.reason, view.case
    if reason is not None and objection(case, view.cases) is None:
        by = "a decision" if case.ruling.no_crime else "the log"
        return f"No crime is recorded, and the reason that {by} gives holds: {inner(reason_words(reason.code))}."
    if case.says_duplicate and case.refers_to:
        return f"No crime is recorded: the log is a duplicate of {joined(case.refers_to)}."
    return f"No crime stands: {joined(verdict['crime_refs'])} {_was(verdict)} cancelled as the rules ask."


def _was(verdict: VerdictJson) -> str:
    return "was" if len(verdict["crime_refs"]) == 1 else "were"


def _not_expected(view: View, verdict: VerdictJson) -> str:
    return "Nothing that this log says, or ever said, expects a crime record."


_OF_STATUS: dict[Status, Callable[[View, VerdictJson], str]] = {
    Status.UNRECORDED: _unrecorded,
    Status.PARTLY_RECORDED: _partly,
    Status.AWAITING_RECORD: _awaiting,
    Status.FEED_BEHIND: _feed_behind,
    Status.RECORDED_IN_TIME: _recorded,
    Status.RECORDED_LATE: _recorded_late,
    Status.NO_CRIME_JUSTIFIED: _justified,
    Status.NO_CRIME_EXPECTED: _not_expected,
}
