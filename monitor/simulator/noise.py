"""How crime records differ from the logs that they are made from, as real ones do. All of it is our assumption.

Nobody has published such shares. They are drawn apart from everything else, so that the stories stay what they are.
"""

from dataclasses import dataclass
from random import Random
from typing import Any

Place = dict[str, Any]
_NORTH, _EAST = 51.6, -0.9  # degrees, of the corner of the land; beats lie in a grid of 2 km
_GRID, _COLUMNS, _WITHIN = 0.02, 7, 0.008


@dataclass(frozen=True)
class Noise:
    """Shares of crime records, and of logs where it says so."""

    no_victim_key: float = 0.10  # the victim is on the record, not found among the persons known
    suspect_named: float = 0.45  # of those whose log names one
    located: float = 0.80  # of logs: with coordinates
    same_spot: float = 0.50  # the coordinates of the log
    moved: float = 0.20  # some 20 metres off: to the nearest address
    along_the_road: float = 0.10  # some 200 metres off, where it happened and not where the caller stood
    only_beat: float = 0.12  # the beat and no coordinates; of the rest the place is another one
    same_unit: float = 0.65  # made by the unit that has the log


ORDINARY = Noise()


def coordinates(beat: int, rng: Random, noise: Noise) -> Place:
    """Of a log in the beat of this number; none for some."""
    if rng.random() >= noise.located:
        return {}
    row, column = divmod(beat, _COLUMNS)
    north, east = (rng.uniform(-_WITHIN, _WITHIN) for _ in range(2))
    return {"lat": round(_NORTH + row * _GRID + north, 5), "lon": round(_EAST + column * _GRID + east, 5)}


def place_of_record(of_log: Place, otherwise: Place, rng: Random, noise: Noise) -> Place:
    drawn = rng.random()
    for share, metres in ((noise.same_spot, 0.0), (noise.moved, 20.0), (noise.along_the_road, 200.0)):
        if drawn < share:
            return _off(of_log, metres, rng)
        drawn -= share
    return {"beat": of_log["beat"]} if drawn < noise.only_beat else otherwise


def _off(place: Place, metres: float, rng: Random) -> Place:
    if "lat" not in place:
        return place
    degrees = metres / 111_195
    return {
        **place,
        "lat": round(place["lat"] + rng.gauss(0, degrees), 5),
        "lon": round(place["lon"] + rng.gauss(0, degrees), 5),
    }
