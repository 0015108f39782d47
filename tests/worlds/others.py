"""Strategies for the other lines of a world: decisions, heartbeats, what cannot be read, and other spellings."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

from hypothesis import strategies as st

from monitor.contract.events import TOO_FEW_CODES
from tests.builders import FORCE, Line, decision, heartbeat, incident
from tests.worlds import vocabulary as words
from tests.worlds.lines import Forces, Options, reasons, times
from tests.worlds.themes import Theme
from tests.worlds.vocabulary import HOUR

REPORTS = times(timedelta(0), *words.REPORTS)
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
