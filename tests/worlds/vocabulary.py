"""What random worlds are made of: few refs, keys, codes and times, so that events meet."""

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import strategies as st

from monitor.contract.events import REASON_CODES
from monitor.rulebook.limits import DUE_SOON, RECORD_WITHIN, RECORD_WITHIN_CHANGED
from monitor.rulebook.mapping import ForceMappings, TypeMapping
from tests.builders import FORCE, REPORTED

Code = tuple[str | None, str | None]  # an HO code and a category

OTHER_FORCE = "synthetic-southmoor"
INCIDENTS = ("INC-1", "INC-2", "INC 3", "INC-4")
CRIMES = ("41/1/26", "41/2/26", "C 3", "INC-4")  # one name can be a log's and a record's
REFS = (*INCIDENTS, *CRIMES[:3], "41/404/26")
DECISION_IDS = ("d1", "d2", "d3", "d4")
KEYS = ("p1", "p2", "p3")
ANY = st.integers(0, 999)  # which of a few

TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
TICKS = (timedelta(0), timedelta(0), TICK, -TICK)
REPORTS = tuple(
    HOUR * hours for hours in (0, 0, 0, 1, -1, 24, 72, -72, 90 * 24, 180 * 24)
)  # three months are 90 days here
REPORTS += (RECORD_WITHIN_CHANGED - REPORTED, HOUR * 24 * 4000)
RECORDS = tuple(HOUR * hours for hours in (0, 1, 12, 24, 30, -24, 72))
LIMITS = (timedelta(0), RECORD_WITHIN, RECORD_WITHIN - DUE_SOON, 3 * RECORD_WITHIN)

QUIET = ("nsir.asb_nuisance", "nsir.duplicate", "nsir.contact_record")
ODD_TYPES = ("CR02", " cr02 ", "ASB21", "ZZ17", "nsir.domestic_incident", "CRIME.Theft ", "", None)
MAPPINGS = ForceMappings(
    {
        FORCE: TypeMapping({"cr02": "crime.violence", "asb21": "nsir.asb_nuisance"}),
        OTHER_FORCE: TypeMapping({"cr02": "crime.burglary", "zz17": "nsir.alarm"}),
    }
)

ODD_OFFENCES: tuple[Code, ...] = (
    ("999/99", None), ("999/99", "8N"), ("ASSAULT", None), ("008/06", "ZZ9"), (None, "ZZ9"), ("008/06", "49"),
    ("100/01", "8N"), ("200/01", "8N"), ("300/01", "N300"), (None, "N200"), ("053/40", None), ("001/01", "1"),
    (None, None),
)  # fmt: skip


@dataclass(frozen=True)
class Theme:
    """What the events of one world are mostly about; the first of each is the plainest."""

    types: tuple[str, ...]
    offences: tuple[Code, ...]
    reasons: tuple[str, ...] = REASON_CODES
    channels: tuple[str, ...] = ("999", "101", "third_party")
    actions: tuple[str, ...] = field(default=())  # beside all others


THEMES = (
    Theme(("crime.theft", "crime.violence", *QUIET), (("049/10", "49"), ("008/06", "8N"), ("066/91", None))),
    Theme(("crime.violence", *QUIET), (("008/06", "8N"), ("105/01", "105A"), ("034/01", "34A"))),
    Theme(("crime.violence", "nsir.duplicate"), (("008/06", "8N"),), reasons=("duplicate",), actions=("no_crime",)),
    Theme(
        ("crime.harassment", "crime.stalking", "crime.malicious_communications"),
        (("195/94", "8L"), ("008/65", "8Q"), ("008/72", "8R"), (None, "8L")),
        reasons=("continuation",),
    ),
    Theme(
        ("crime.harassment", "crime.violence"),
        (("008/31", "8L"), ("066/38", None), ("008/74", "8Q"), ("008/06", "8N"), ("195/94", "8L")),
        actions=("accept_as_complete",),
    ),
    Theme(
        ("crime.modern_slavery", "crime.violence", *QUIET),
        (("036/06", "106"), ("008/06", "8N"), ("049/10", None)),
        channels=("999", "nrm"),
    ),
    Theme(
        ("crime.rape", "crime.sexual", *QUIET),
        (("019/08", "19C"), ("100/01", "N100"), (None, "19H"), ("020/05", "20A"), ("200/01", None)),
        channels=("999", "sarc", "professional_third_party"),
        actions=("no_crime", "accept_cancellation"),
    ),
    Theme(QUIET, (*ODD_OFFENCES, ("100/01", "N100")), channels=("999", "webchat", "parent_or_carer")),
)
