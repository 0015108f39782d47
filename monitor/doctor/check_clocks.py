from collections.abc import Iterator
from datetime import timedelta

from monitor.doctor.amounts import span
from monitor.doctor.facts import Facts
from monitor.doctor.finding import Finding, fail, ok, unless, warn

NOTICEABLE = timedelta(seconds=2)
TOO_MUCH = timedelta(minutes=1)  # known time is held in broker time, deadlines go by this machine's


def check_clocks(facts: Facts) -> list[Finding]:
    told = [("broker", facts.broker.ahead), ("database", facts.database.ahead)]
    known = [(who, ahead) for who, ahead in told if ahead is not None]
    if not known:
        return []
    agree = " and ".join(f"the {who}'s ({_signed(ahead)})" for who, ahead in known)
    return unless(_faults(known), ok("clocks", f"This machine's clock agrees with {agree}."))


def _faults(known: list[tuple[str, timedelta]]) -> Iterator[Finding]:
    for who, ahead in known:
        if abs(ahead) > NOTICEABLE:
            side = "ahead of" if ahead > timedelta(0) else "behind"
            sentence = f"The {who}'s clock is {span(ahead)} {side} this machine's."
            report = fail if abs(ahead) > TOO_MUCH else warn
            yield report("clocks", sentence, "Let both keep time by NTP: deadlines and known time rest on them.")


def _signed(ahead: timedelta) -> str:
    return f"{ahead.total_seconds():+.1f} s"
