"""What each action asks of a case. Which fields a reason's code needs stands in the rulebook; here they get words."""

from collections.abc import Callable
from dataclasses import dataclass

from monitor.compliance.case import victims_to_record
from monitor.compliance.objections import objections_beforehand
from monitor.contract.events import REASON_CODES
from monitor.rulebook import reasons
from monitor.web.decide.fields import Choice, Field, Kind, Sent, first
from monitor.web.incident.offers import too_few
from monitor.web.incident.parts import CrimeShown, crimes
from monitor.web.incident.timeline import decision_lines
from monitor.web.incident.view import View
from monitor.web.incident.words import ACTIONS, reason_words
from monitor.web.queue.labels import FINDINGS
from monitor.web.words import moment

MOST_PROSE = 4000  # characters


@dataclass(frozen=True)
class Form:
    action: str
    title: str
    lead: str
    fields: tuple[Field, ...]
    make: str  # on the last button
    first_step: bool = False  # more is asked once this is answered


def form_for(action: str, view: View, role: str, sent: Sent) -> Form:
    """`sent` may hold what a link or an earlier step has chosen."""
    return _FORMS[action](view, role, sent)


def _rationale(hint: str, needed: bool = True) -> Field:
    missing = "Say why: inspectors will read it" if needed else ""
    label = "Why" if needed else "Why (optional)"
    return Field("rationale", label, Kind.PROSE, hint, missing, most=MOST_PROSE)


def _crime(view: View, sent: Sent, choices: list[CrimeShown], none: str) -> Field:
    """One that a link has chosen stands fast, if it is known here; else one of the known, else one typed in."""
    chosen = first(sent, "crime_ref")
    known = {crime.ref: crime for crime in crimes(view)}
    if chosen in known:
        return Field("crime_ref", "Crime", Kind.FIXED, value=chosen, shown=_crime_words(known[chosen]))
    if choices and not chosen:
        listed = tuple(Choice(crime.ref, crime.ref, crime.offence) for crime in choices)
        return Field("crime_ref", "Which crime?", Kind.ONE_OF, missing="Choose a crime", choices=listed)
    return Field(
        "crime_ref", "Crime reference", Kind.TEXT, none, "Enter the reference of the crime record", value=chosen
    )


def _crime_words(crime: CrimeShown) -> str:
    return f"{crime.ref}, {crime.offence}" if crime.offence else crime.ref


def _accept_link(view: View, role: str, sent: Sent) -> Form:
    crime = _crime(view, sent, [], "As it stands on the crime system.")
    why = _rationale("What shows that it is this incident’s.", needed=False)
    lead = "The crime record is linked to this incident from then on, whatever log and record say."
    return Form("accept_link", "Link a crime record", lead, (crime, why), "Link this crime")


def _reject_link(view: View, role: str, sent: Sent) -> Form:
    linked = [crime for crime in crimes(view) if crime.linked]
    crime = _crime(view, sent, linked, "As it stands on the crime system.")
    why = _rationale("What shows that it is not this incident’s.", needed=False)
    lead = "The crime record no longer counts for this incident, whatever log and record say."
    return Form("reject_link", "Not this crime record", lead, (crime, why), "Reject this link")


def _no_crime(view: View, role: str, sent: Sent) -> Form:
    code = first(sent, "code")
    lead = "The reason stands in place of the log’s own."
    if code not in REASON_CODES:
        choices = _reason_choices(view, role)
        field = Field("code", "Why is no crime recorded?", Kind.ONE_OF, missing="Choose a reason", choices=choices)
        return Form("no_crime", "No crime", lead, (field,), "Continue", first_step=True)
    against = {choice.value: choice.warning for choice in _reason_choices(view, role)}[code]
    chosen = Field("code", "Reason", Kind.FIXED, against, value=code, shown=reason_words(code))
    needed = [_REASON_FIELDS[name] for name in reasons.NEEDS.get(code, ())]
    told = [] if code in reasons.NOBODY_TO_TELL else [_TOLD]
    fields = (chosen, *needed, _rationale("What was found, and from whom."), *told)
    return Form("no_crime", "No crime", lead, fields, "Decide that no crime is recorded")


def _reason_choices(view: View, role: str) -> tuple[Choice, ...]:
    against = objections_beforehand(view.case, view.cases, role)
    return tuple(
        Choice(code, reason_words(code), warning=against[code].refusal if code in against else "")
        for code in REASON_CODES
    )


_REASON_FIELDS = {
    "related_ref": Field(
        "related_ref",
        "Which crime or log?",
        Kind.TEXT,
        "The reference of a crime record or log of this force.",
        "Enter the reference that it leads to: without one the reason does not hold",
    ),
    "receiving_force_ref": Field(
        "receiving_force_ref",
        "The other force’s reference",
        Kind.TEXT,
        "Under which the other force has it.",
        "Enter the other force’s reference: without one the reason does not hold",
    ),
}
_TOLD = Field(
    "victim_informed_at",
    "When was the victim, or whoever reported, told? (optional)",
    Kind.MOMENT,
    "Leave it empty if nobody was told yet; that is then shown as missing.",
)


def _require_crime(view: View, role: str, sent: Sent) -> Form:
    number = Field("crimes", "How many crimes?", Kind.WHOLE, "In all, with those recorded.", "Enter a number", value=1)
    lead = "No reason stands against it while it stands."
    return Form("require_crime", "Require a crime", lead, (number, _rationale("")), "Require it")


def _accept_as_complete(view: View, role: str, sent: Sent) -> Form:
    given = {finding["code"]: finding["message"] for finding in (view.verdict or {}).get("findings", [])}
    codes = too_few(view)
    listed = tuple(Choice(code, FINDINGS[code], given[code]) for code in codes)
    found = Field("accepts", "What is accepted?", Kind.SOME_OF, missing="Choose what is accepted", choices=listed)
    number = Field(
        "victims",
        "For up to how many victims?",
        Kind.WHOLE,
        "Should more victims be named later, it is asked again.",
        "Enter a number",
        value=len(victims_to_record(view.log)),
    )
    victims = (number,) if "fewer_crimes_than_victims" in codes else ()
    lead = "What is recorded is enough, though the monitor finds too few crimes."
    return Form("accept_as_complete", "Accept as complete", lead, (found, *victims, _rationale("")), "Accept it")


def _accept_cancellation(view: View, role: str, sent: Sent) -> Form:
    wrong = [crime for crime in crimes(view) if crime.may_accept_cancellation]
    crime = _crime(view, sent, wrong, "As it stands on the crime system.")
    lead = (
        "The cancellation no longer alerts by itself. An alert because nothing is recorded goes on until a crime is, "
        "or until a reason stands for none."
    )
    return Form("accept_cancellation", "Accept a cancellation", lead, (crime, _rationale("")), "Accept it")


def _set_reported_at(view: View, role: str, sent: Sent) -> Form:
    hint = f"The log says {moment(view.case.said.reported_at)}."
    missing = "Enter when it was first reported"
    at = Field("reported_at", "When was it first reported?", Kind.MOMENT, hint, missing, value=view.case.reported_at)
    lead = "The clock starts then, whatever the log says."
    return Form("set_reported_at", "Set the time of report", lead, (at, _rationale("")), "Set this time")


def _withdraw(view: View, role: str, sent: Sent) -> Form:
    chosen = first(sent, "withdraws")
    shown = [_decision_words(view, chosen)] if chosen else []
    field = Field(
        "withdraws", "Decision", Kind.FIXED, "", "There is no such decision", value=chosen, shown="".join(shown)
    )
    lead = "It is taken as if it had not been made. It stays on the time line."
    return Form("withdraw", "Withdraw a decision", lead, (field, _rationale("", needed=False)), "Withdraw it")


def _decision_words(view: View, decision_id: str) -> str:
    made = next((each.event for each in view.file.decisions if each.event.decision_id == decision_id), None)
    if made is None:
        return decision_id
    return " ".join((f"{ACTIONS[made.action]}, {moment(made.decided_at)}.", *decision_lines(made, view)))


def _note(view: View, role: str, sent: Sent) -> Form:
    text = Field(
        "text",
        "Note",
        Kind.PROSE,
        "It changes nothing, and everybody who opens the incident reads it.",
        "Write the note",
        most=MOST_PROSE,
    )
    return Form("note", "Leave a note", "", (text,), "Leave this note")


_FORMS: dict[str, Callable[[View, str, Sent], Form]] = {
    "accept_link": _accept_link,
    "reject_link": _reject_link,
    "no_crime": _no_crime,
    "require_crime": _require_crime,
    "accept_as_complete": _accept_as_complete,
    "accept_cancellation": _accept_cancellation,
    "set_reported_at": _set_reported_at,
    "withdraw": _withdraw,
    "note": _note,
}
