"""Strategies for the lines of a world: `{"topic", "value"}`, as a source may write them.

A strategy is dear to make and cheap to draw from: each is made once, those that depend on the theme once a theme.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

from hypothesis import strategies as st

from monitor.contract.events import REASON_CODES, TOO_FEW_CODES
from tests.builders import FORCE, REPORTED, Line, crime, decision, heartbeat, incident, reason
from tests.worlds import vocabulary as words
from tests.worlds.vocabulary import HOUR, Fields, Theme

Options = Mapping[str, st.SearchStrategy[Any]]
Forces = st.SearchStrategy[str]


@st.composite
def changes(draw: st.DrawFn, options: Options, most: int) -> Fields:
    """A few of these fields and what they become."""
    return {name: draw(options[name]) for name in draw(_some(tuple(options), most))}


@cache
def _some(names: tuple[str, ...], most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), unique=True, max_size=most)


def times(*offsets: timedelta) -> st.SearchStrategy[str]:
    """One of these after the report, to the microsecond or one beside it."""
    return st.sampled_from([(REPORTED + offset + tick).isoformat() for offset in offsets for tick in words.TICKS])


def mostly(usual: tuple[Any, ...], seldom: tuple[Any, ...]) -> list[Any]:
    return [*(usual * max(1, 4 * len(seldom) // len(usual))), *seldom]


def offence(code: words.Code) -> Fields:
    return {"ho_code": code[0], "category": code[1]}


def offences(theme: Theme) -> st.SearchStrategy[Fields]:
    return st.sampled_from(mostly(theme.offences, words.ODD_OFFENCES)).map(offence)


FLAGS = st.sampled_from([True, False, None])
REVISIONS = st.lists(st.sampled_from([1, 1, 1, 0, -1]), min_size=1, max_size=3)
LACKS = changes(
    {
        "rationale": st.sampled_from(["", None]),
        "supervisor_reviewed": FLAGS,
        "victim_informed_at": st.none(),
        "receiving_force_ref": st.just("42/7/26"),
    },
    most=2,
)
VICTIM = changes(
    {"confirmed": FLAGS, "vulnerable": FLAGS, "age_band": st.sampled_from(["adult", "child", "?"])}, most=1
)
KEYED_VICTIM = st.builds(lambda key, fields: {"person_key": key} | fields, st.sampled_from(words.KEYS), VICTIM)


def reasons(theme: Theme) -> st.SearchStrategy[Fields]:
    codes, refs = mostly(theme.reasons, (*REASON_CODES, "because")), st.sampled_from((*words.REFS, None))
    return st.builds(
        lambda code, ref, lacks: reason(code, related_ref=ref) | lacks, st.sampled_from(codes), refs, LACKS
    )


@cache
def first_log(theme: Theme) -> st.SearchStrategy[Fields]:
    types, reports, said = st.sampled_from(theme.types), times(*theme.reports), st.sampled_from(theme.logs)
    return st.builds(lambda kind, at, more: {"opening_type": kind, "reported_at": at, **more}, types, reports, said)


@cache
def log_fields(theme: Theme) -> Options:
    types = st.sampled_from(mostly(theme.types, words.ODD_TYPES))
    return {
        "opening_type": types,
        "closing_type": types,
        "status": st.sampled_from(["closed", "closed", "open"]),
        "closed_at": times(HOUR, 20 * HOUR, -HOUR),
        "reported_at": times(*theme.reports, *words.REPORTS),
        "channel": st.sampled_from(mostly(theme.channels, ("officer", "webchat", None))),
        "qualifiers": st.sampled_from([["domestic_abuse"], ["Domestic-Abuse", "vulnerable_adult"], []]),
        "reported_offences": st.lists(offences(theme), min_size=1, max_size=3),
        "victims": st.lists(KEYED_VICTIM, max_size=3),
        "suspects": st.sampled_from([[{"relationship": "ex_partner"}], [{"relationship": "boss"}], []]),
        "dash_risk": st.sampled_from(["standard", "high", "severe"]),
        "duplicate_of": st.sampled_from(words.REFS),
        "no_crime_reason": reasons(theme),
        "unit": st.sampled_from(["north", "é", "z"]),  # means nothing, but makes a snapshot another
        "crime_refs": st.lists(st.sampled_from((*words.CRIMES, "")), max_size=2),
    }


@st.composite
def logs(draw: st.DrawFn, theme: Theme, forces: Forces, ref: str) -> list[Line]:
    """One log, all its revisions."""
    state = draw(first_log(theme)) | {"force": draw(forces), "revision": 0}
    made = []
    for step in draw(REVISIONS):
        state |= {"revision": max(0, state["revision"] + step), **draw(changes(log_fields(theme), most=3))}
        made.append(incident(ref, **state | {"updated_at": draw(UPDATES)}))
    return made


UPDATES = times(HOUR, 2 * HOUR)
REPORTS = times(timedelta(0), *words.REPORTS)
CANCELLATION = st.fixed_dictionaries(
    {
        "code": st.sampled_from(["C4", "C1", "C2", "C3", "C5", "C9"]),
        "decided_by_role": st.sampled_from(["fcr", "ddm", "fcr", "ddm", "officer"]),
        "decided_at": times(40 * HOUR),
        "independent": st.sampled_from([True, True, None]),
        "victim_informed_at": times(40 * HOUR),
        "receiving_force_ref": st.sampled_from(["42/1/26", None]),
        "related_ref": st.sampled_from((*words.CRIMES, None)),
    }
)


@cache
def first_crime(theme: Theme) -> st.SearchStrategy[Fields]:
    codes, said = st.sampled_from(theme.offences).map(offence), st.sampled_from(theme.crimes)
    return st.builds(lambda code, more: {"offence": code, **more}, codes, said)


@cache
def crime_fields(theme: Theme) -> Options:
    return {
        "recorded_at": times(*words.RECORDS),
        "incident_refs": st.sampled_from([["INC-1"], ["INC-2"], ["INC 3"], ["INC-1", "INC-2"], []]),
        "offence": offences(theme),
        "victims": st.sampled_from([[{"person_key": "p1"}], [{"person_key": "p2"}], [{"person_key": None}], []]),
        "flags": st.just(["domestic_abuse"]),
        "status": st.sampled_from(["cancelled", "cancelled", "recorded"]),
        "cancellation": CANCELLATION,
    }


@st.composite
def crimes(draw: st.DrawFn, theme: Theme, forces: Forces, ref: str) -> list[Line]:
    """One record, all its revisions."""
    state = draw(first_crime(theme)) | {"force": draw(forces), "revision": 0}
    made = []
    for step in draw(REVISIONS)[:2]:
        state |= {"revision": max(0, state["revision"] + step), **draw(changes(crime_fields(theme), most=3))}
        made.append(crime(ref, **state | {"updated_at": draw(UPDATES)}))
    return made


CRIME_REF = {"crime_ref": st.sampled_from(words.CRIMES)}
ACTIONS: Mapping[str, Options] = {
    "note": {"text": st.just("Rang back.")},
    "accept_link": CRIME_REF,
    "reject_link": CRIME_REF,
    "accept_cancellation": CRIME_REF,
    "no_crime": {},
    "require_crime": {"crimes": st.sampled_from([None, 1, 2])},
    "accept_as_complete": {
        "accepts": st.lists(st.sampled_from((*TOO_FEW_CODES, "nonsense")), min_size=1, max_size=3),
        "victims": st.sampled_from([None, 1, 2]),
    },
    "set_reported_at": {"reported_at": REPORTS},
    "withdraw": {"withdraws": st.sampled_from(words.DECISION_IDS)},
}


@cache
def decision_fields(theme: Theme) -> Options:
    return {
        "action": st.sampled_from([*ACTIONS, "withdraw", "withdraw", "require_crime", *theme.actions * 3]),
        "incident_ref": st.sampled_from(words.INCIDENTS),
        "decision_id": st.sampled_from(words.DECISION_IDS),
        "role": st.sampled_from(["fcr", "ddm"]),
        "decided_at": times(30 * HOUR, 31 * HOUR),
        "reason": reasons(theme),
    }


@st.composite
def decisions(draw: st.DrawFn, theme: Theme, forces: Forces) -> Line:
    fields = {name: draw(options) for name, options in decision_fields(theme).items()}
    given, action = fields.pop("reason"), fields.pop("action")
    needs = {name: draw(options) for name, options in ACTIONS[action].items()}
    return decision(action, force=draw(forces), **(given if action == "no_crime" else {}) | fields | needs)


@st.composite
def heartbeats(draw: st.DrawFn, forces: Forces, instants: tuple[datetime, ...]) -> Line:
    as_of = instants[draw(words.ANY) % len(instants)] + draw(st.sampled_from(words.TICKS))
    return heartbeat(0, draw(FEEDS), force=draw(forces), as_of=as_of.isoformat())


FEEDS = st.sampled_from(["crime-records", "crime-records", "Crime Records", "incidents"])
MANGLED: st.SearchStrategy[Any] = st.sampled_from(
    [None, [], {"force": FORCE}, incident(updated_at="2026-01-14T21:02:00")["value"], incident(revision=-1)["value"]]
)


def respelled(line: Line) -> Line:
    """The same said in another spelling. To the reader of canonical JSON it is another snapshot."""
    value = json.loads(json.dumps(line["value"]))
    for name in value.keys() & {"force", "incident_ref", "crime_ref", "duplicate_of", "opening_type", "closing_type"}:
        value[name] = value[name] and f" {value[name].swapcase().replace(' ', '   ')} "
    for name in value.keys() & {"channel", "status", "dash_risk", "role", "action", "feed"}:
        value[name] = value[name] and value[name].title().replace("_", "-")
    for name in value.keys() & {"reported_at", "recorded_at", "decided_at", "as_of"}:
        local = timezone(timedelta(hours=5, minutes=30))
        value[name] = datetime.fromisoformat(value[name]).astimezone(local).isoformat()
    for each in (*value.get("reported_offences", ()), value.get("offence") or {}):
        each["ho_code"] = (each.get("ho_code") or "").replace("/", ".").lstrip("0")
    return {**line, "value": value}
