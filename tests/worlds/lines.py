"""Strategies for the logs and records of a world, lines `{"topic", "value"}` as a source may write them.

A strategy is dear to make and cheap to draw from: each is made once, those that depend on the theme once a theme.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from monitor.contract.events import REASON_CODES
from tests.builders import REPORTED, Line, crime, incident, reason
from tests.worlds import vocabulary as words
from tests.worlds.themes import Theme
from tests.worlds.vocabulary import HOUR, Fields

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
        state |= {"revision": max(0, state["revision"] + step), **draw(changes(log_fields(theme), most=2))}
        made.append(incident(ref, **state | {"updated_at": draw(UPDATES)}))
    return made


UPDATES = times(HOUR, 2 * HOUR)
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
        state |= {"revision": max(0, state["revision"] + step), **draw(changes(crime_fields(theme), most=2))}
        made.append(crime(ref, **state | {"updated_at": draw(UPDATES)}))
    return made
