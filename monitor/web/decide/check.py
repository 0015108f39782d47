"""What a decision would come to: the verdict without and with it, and what speaks against it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import orjson

from monitor.compliance.cancellation import flaws
from monitor.compliance.counting import uncounted
from monitor.compliance.objections import objection
from monitor.contract.codec import Decoded
from monitor.contract.events import Decision
from monitor.store import Change, judge_with
from monitor.store.decisions import Version, preview
from monitor.web.incident.log_changes import changed
from monitor.web.incident.sentences import Sentence, verdict_sentence
from monitor.web.incident.timeline import decision_lines
from monitor.web.incident.view import View
from monitor.web.incident.words import ACTIONS, ROLES, UNCOUNTED, joined, verdict_changes
from monitor.web.words import moment


@dataclass(frozen=True)
class Side:
    view: View
    sentence: Sentence


@dataclass(frozen=True)
class Check:
    before: Side
    after: Side
    changes: list[str]  # what becomes otherwise, in sentences
    against: list[Sentence]  # why it will not do what it is meant to
    about: list[str]  # the crime record that it is about, as far as it is known


def check(view: View, decided: Decoded) -> Check:
    """Raises whatever judging raises."""
    web, decision = view.web, decided.event
    assert isinstance(decision, Decision)
    foreseen = preview(web.store, judge_with(web.rulebook, web.mappings), view.now, decided)
    before = replace(view, file=replace(view.file, verdict=foreseen.before.to_json()))
    with_it = replace(view.file, verdict=foreseen.after.to_json(), holdings=foreseen.holdings)
    after = replace(view, file=with_it)
    return Check(
        before=Side(before, verdict_sentence(before)),
        after=Side(after, verdict_sentence(after)),
        changes=verdict_changes(foreseen.before.as_dict(), foreseen.after.as_dict()),
        against=[*_against(decision, after), *_ahead(decision, view)],
        about=[*_about_crime(decision.crime_ref, after)] if decision.crime_ref else [],
    )


def _about_crime(ref: str, after: View) -> Iterator[str]:
    crime = after.cases.crime(ref)
    if crime is None:
        return
    record = crime.record
    yield f"{ref}: {after.offence_words(record.offence)}, recorded {moment(record.recorded_at)}."
    if others := [each for each in record.incident_refs if each != after.file.ref]:
        yield f"{ref} names {joined(others)}."


def _against(decision: Decision, after: View) -> Iterator[Sentence]:
    if decision.action == "no_crime":
        refusal = objection(after.case, after.cases)
        if refusal is not None:
            yield Sentence(refusal.refusal, refusal.rule)
        if after.case.counting:
            yield Sentence("A crime record counts for this incident: while it does, no reason is asked for.", "")
    if decision.action == "accept_link":
        yield from _against_link(decision.crime_ref or "", after)
    if decision.action == "accept_cancellation":
        yield from _against_cancellation(decision.crime_ref or "", after)
    if decision.action == "withdraw":
        made = next(each for each in after.file.decisions if each.event.decision_id == decision.withdraws)
        if made.withdrawn_by:
            yield Sentence("It was withdrawn already.", "")
    if decision.action == "accept_as_complete":
        missing = [each for each in (after.verdict or {})["findings"] if each["code"] in (decision.accepts or ())]
        yield from (Sentence(f"This is missing all the same: {each['message']}", "") for each in missing)


def _against_link(ref: str, after: View) -> Iterator[Sentence]:
    crime = after.cases.crime(ref)
    if crime is None:
        yield Sentence(f"No crime record {ref} is known: the link counts once it is.", "")
    elif why := uncounted(crime, after.case.said, after.case.ruling, after.case.reported_at):
        yield Sentence(f"{ref} will be linked and not count: {UNCOUNTED[why]}.", "")


def _against_cancellation(ref: str, after: View) -> Iterator[Sentence]:
    crime = after.cases.crime(ref)
    if crime is None or crime not in after.case.linked:
        yield Sentence(f"{ref} is no crime record that is linked to this incident: nothing is accepted of it.", "")
    elif crime.recorded:
        yield Sentence(f"{ref} is not cancelled: there is no cancellation to accept.", "")
    elif not flaws(crime, after.cases):
        yield Sentence(f"The cancellation of {ref} holds as it is: there is nothing to accept.", "")


def _ahead(decision: Decision, view: View) -> Iterator[Sentence]:
    """A slip of the hand in a year would silence an alert until then."""
    for what, at in (("reported", decision.reported_at), ("told to the victim", decision.victim_informed_at)):
        if at is not None and at > view.now:
            yield Sentence(f"It is said to be {what} on {moment(at)}, which lies ahead.", "")


def since(view: View, seen: Version) -> list[str]:
    """What happened to a case since somebody looked at it, in sentences; none where nothing did."""
    if view.file.version == seen:
        return []
    return [*_decided(view, seen), *_logged(view, seen), *_judged(view, seen)]


def _decided(view: View, seen: Version) -> Iterator[str]:
    ours = (each for each in view.file.decisions if each.event.incident_ref == view.file.ref)
    for made in sorted(ours, key=lambda each: each.merged_at)[seen.decisions :]:
        event = made.event
        who = f"{view.person(event.decided_by)} ({ROLES[event.role]})"
        yield " ".join([f"{who}, {moment(event.decided_at)}: {ACTIONS[event.action]}.", *decision_lines(event, view)])


def _logged(view: View, seen: Version) -> Iterator[str]:
    new = view.file.version.revisions - seen.revisions
    if new <= 0:
        return
    yield "A new revision of the log has arrived."
    if len(view.file.log) > 1:
        yield from changed(view.file.log[-2].event, view.file.log[-1].event, view)


def _judged(view: View, seen: Version) -> Iterator[str]:
    new = [change for change in view.file.history if change.number > seen.change]
    if not new:
        return
    old = [change for change in view.file.history if change.number <= seen.change]
    changes = verdict_changes(_content(old[-1]) if old else None, _content(new[-1]))
    yield from changes or ["The verdict changed, and changed back."]


def _content(change: Change) -> dict[str, object]:
    content: dict[str, object] = orjson.loads(change.verdict)
    return content


def is_made(decided: Decoded, view: View) -> bool:
    """Whether this very decision stands in the case, whenever it was made."""
    wanted = decided.event
    assert isinstance(wanted, Decision)
    made = (each.event for each in view.file.decisions if each.event.decision_id == wanted.decision_id)
    return any(replace(each, decided_at=wanted.decided_at) == wanted for each in made)
