"""What random worlds are made of: few refs, keys, codes and times, so that events meet."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from monitor.rulebook.limits import DUE_SOON, RECORD_WITHIN, RECORD_WITHIN_CHANGED
from monitor.rulebook.mapping import ForceMappings, TypeMapping
from tests.builders import FORCE, REPORTED

Code = tuple[str | None, str | None]  # an HO code and a category
Fields = dict[str, Any]

OTHER_FORCE = "synthetic-southmoor"
INCIDENTS = ("INC-1", "INC-2", "INC 3")
CRIMES = ("41/1/26", "C 2", "INC 3")  # one name can be a log's and a record's
REFS = (*INCIDENTS, *CRIMES, CRIMES[0], "41/404/26")
DECISION_IDS = ("d1", "d2", "d3")
KEYS = ("p1", "p2", "p3")
ANY = st.integers(0, 999)  # which of a few

TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
TICKS = (timedelta(0), timedelta(0), TICK, -TICK)
REPORTS = (HOUR, -HOUR, -72 * HOUR, RECORD_WITHIN_CHANGED - REPORTED)  # beside those of the theme
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
