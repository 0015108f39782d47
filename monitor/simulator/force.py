"""Forces that do not exist: their codes, beats and units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from random import Random

from monitor.errors import UserError
from monitor.rulebook.mapping import load_mappings
from monitor.rulebook.types import CANONICAL_TYPES
from monitor.simulator.noise import ORDINARY, Noise

PREFIX = "synthetic-"  # of the name of every force that does not exist
NAMES = (
    "northshire", "southmoor", "eastvale", "westholm", "alderford", "brackenshire", "cragdale", "dunmere",
    "elmshire", "fenwold", "gorseland", "heathmoor", "inglewick", "juniperdale", "kestrelshire", "larkholm",
    "marshwick", "nettlecombe", "oakhampton", "peatmoor", "quarryshire", "ravenscar", "saltmarsh", "thornvale",
    "umberland", "vixenshire", "wolddale", "yarrowshire", "zetlandmoor", "ashcombe", "birchshire",
    "coppicedale", "dewholm", "everdale", "fernshire", "glenwick", "hollowshire", "ivymoor", "lindenvale",
    "mossfell", "oxbridge", "pinewold", "rushmere",
)  # fmt: skip
UNMAPPED_CODE = "NEW-1"  # a code that nobody mapped
_PERSONS = 40_000  # pseudonyms a force draws its people from: some are seen again


def mapping_path() -> Path:
    """The force mapping of the synthetic forces."""
    return Path(str(resources.files("monitor.simulator") / "data" / "types.toml"))


@dataclass(frozen=True)
class Force:
    name: str
    short: str
    begun: datetime  # part of every reference, so that no run takes the references of another
    codes: dict[str, str]  # its own code by canonical type
    beats: Sequence[str]
    units: Sequence[str]
    noise: Noise = ORDINARY

    def code(self, canonical: str) -> str:
        """A force that has no codes of its own sends the canonical types."""
        if not self.codes and canonical in CANONICAL_TYPES:
            return canonical
        return self.codes.get(canonical, UNMAPPED_CODE)

    def ref(self, kind: str, number: int, part: int = 0) -> str:
        """Such as `SYN-NOR-2611220930-I000017`."""
        return f"SYN-{self.short}-{self.begun:%y%m%d%H%M}-{kind}{number:06d}{f'-{part}' if part else ''}"

    def person(self, rng: Random) -> str:
        return f"syn-{self.short.lower()}-{rng.randrange(_PERSONS):05d}"


def make_forces(count: int, begun: datetime) -> list[Force]:
    """Raises UserError where there are not so many."""
    if not 1 <= count <= len(NAMES):
        raise UserError(f"There are 1 to {len(NAMES)} synthetic forces, not {count}.")
    mappings = load_mappings(mapping_path())
    return [_make(name, begun, dict(mappings.of(PREFIX + name).types)) for name in NAMES[:count]]


def _make(name: str, begun: datetime, types: dict[str, str]) -> Force:
    short = name[:3].upper()
    codes = {canonical: code.upper() for code, canonical in types.items()}
    beats = [f"{short[0]}{district}{number}" for district in "ABCD" for number in range(1, 8)]
    units = [f"{shift}-{area}" for shift in ("response", "neighbourhood") for area in ("north", "centre", "south")]
    return Force(PREFIX + name, short, begun, codes, beats, [*units, "contact-centre", "safeguarding"])
