"""What is reported, as the synthetic forces see it: types with the offences that are recorded for them."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Reported:
    """A canonical type, the offences it may be recorded as (category, Home Office code), and how often it comes."""

    type: str
    offences: tuple[tuple[str, str], ...]
    weight: int
    has_victim: bool = True
    domestic: float = 0.0  # share that is domestic abuse

    def offence(self, rng: Random) -> dict[str, str]:
        category, code = rng.choice(self.offences)
        return {"category": category, "ho_code": code}


CRIMES = (
    Reported("crime.violence", (("8N", "008/06"), ("105A", "105/01"), ("105A", "105/01")), 22, domestic=0.4),
    Reported("crime.harassment", (("8L", "008/30"), ("8L", "195/94")), 6, domestic=0.4),
    Reported("crime.stalking", (("8Q", "008/66"),), 3, domestic=0.7),
    Reported("crime.coercive_control", (("8U", "008/67"),), 2, domestic=1.0),
    Reported("crime.malicious_communications", (("8R", "008/72"),), 5, domestic=0.2),
    Reported("crime.sexual", (("20A", "020/05"),), 3),
    Reported("crime.robbery", (("34B", "034/01"),), 2),
    Reported("crime.burglary", (("28I", "028/03"), ("30C", "030/02")), 6),
    Reported("crime.theft", (("46", "046/00"), ("49", "049/10"), ("39", "039/00")), 16),
    Reported("crime.vehicle", (("45", "045/10"), ("48", "048/01")), 9),
    Reported("crime.damage", (("58A", "149/00"), ("58C", "149/00")), 9, domestic=0.1),
    Reported("crime.public_order", (("9A", "125/09"),), 7),
    Reported("crime.weapons", (("10D", "008/26"),), 2, has_victim=False),
    Reported("crime.drugs", (("92E", "092/61"),), 4, has_victim=False),
)
SERIOUS = tuple(crime for crime in CRIMES if crime.type.split(".")[1] in {
    "violence", "harassment", "stalking", "coercive_control", "malicious_communications", "sexual", "robbery",
})  # fmt: skip
VOLUME = tuple(crime for crime in CRIMES if crime.has_victim and not crime.domestic and crime not in SERIOUS)
CONTACTS = (
    Reported("crime.violence", (("105A", "105/01"), ("8N", "008/06")), 4, domestic=0.6),
    Reported("crime.sexual", (("20A", "020/05"),), 1),
)  # what professionals write about
DOMESTIC = Reported("crime.violence", (("105A", "105/01"), ("8N", "008/06")), 1, domestic=1.0)
QUIET = {
    "nsir.concern_for_safety": 22, "nsir.asb_nuisance": 12, "nsir.asb_personal": 5, "nsir.asb_environmental": 3,
    "nsir.suspicious_circumstances": 12, "nsir.rtc_damage": 9, "nsir.rtc_injury": 3, "nsir.road_related_offence": 6,
    "nsir.highway_disruption": 7, "nsir.missing_person": 5, "nsir.abandoned_call": 9, "nsir.alarm": 4,
    "nsir.civil_disputes": 4, "nsir.animals_wildlife": 3, "nsir.sudden_death": 2, "nsir.lost_found": 2,
    "nsir.contact_record": 8,
}  # fmt: skip
CHANNELS = {"999": 34, "101": 34, "online": 14, "front_counter": 5, "officer": 6, "email": 4, "third_party": 3}


def pick(rng: Random, crimes: tuple[Reported, ...] = CRIMES) -> Reported:
    return rng.choices(crimes, [crime.weight for crime in crimes])[0]


def pick_of(rng: Random, weights: dict[str, int]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]
