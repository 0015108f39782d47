"""The figures as tables for people: one shape, for a terminal and for Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from monitor.evaluation.evaluation import Evaluation, Lead
from monitor.evaluation.shares import Share

_INTERVAL = "95 % interval"


class Section(NamedTuple):
    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def sections(evaluation: Evaluation) -> Iterator[Section]:
    """Those that have rows."""
    for section in _all(evaluation):
        if section.rows:
            yield section


def markdown(evaluation: Evaluation, level: int = 2) -> str:
    return "\n\n".join(_markdown(section, level) for section in sections(evaluation)) + "\n"


def details(evaluation: Evaluation, level: int = 2) -> str:
    """All but the first section, in Markdown."""
    _, *rest = sections(evaluation)
    return "\n\n".join(_markdown(section, level) for section in rest) + "\n"


def in_short(evaluations: Mapping[str, Evaluation], level: int = 2) -> str:
    """The first section of several evaluations, side by side, in Markdown."""
    columns = [_short(each) for each in evaluations.values()]
    rows = [(same[0][0], *(value for _, value in same)) for same in zip(*columns, strict=True)]
    return _markdown(Section("In short", ("figure", *evaluations), rows), level) + "\n"


def _markdown(section: Section, level: int) -> str:
    rows = [section.headings, ("---",) * len(section.headings), *section.rows]
    return f"{'#' * level} {section.title}\n\n" + "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _all(evaluation: Evaluation) -> Iterator[Section]:
    yield Section("In short", ("figure", "value"), _short(evaluation))
    for name, shares in evaluation.recall_by.items():
        yield _of_shares(f"Recall of alerts by {name}", name, "alerted", shares)
    yield _of_shares("Recall of faults that should have a finding", "fault", "found", evaluation.finding_recall)
    yield _of_shares("Recall of faults that should be queued", "fault", "queued", evaluation.queue_recall)
    for name, shares in evaluation.precision_by.items():
        yield _of_shares(f"Precision of alerts by {name}", name, "right", shares)
    false = [(kind, str(number)) for kind, number in evaluation.false_alarms.items()]
    yield Section("False alarms by kind of story", ("kind", "false alarms"), false)
    yield _of_shares("Alerts that stand an hour after it was put right", "fault", "standing", evaluation.standing_on)
    yield _of_shares("Findings on a planted fault", "finding", "on a fault", evaluation.finding_precision)
    yield _of_shares(
        "Courses of conduct suggested", "kind of story", "right", _with_total(evaluation.suggestion_precision)
    )
    leads = [_lead(fault, lead) for fault, lead in evaluation.lead.items()]
    headings = ("fault", "alerts", "median", "nine in ten at least", "before the deadline", _INTERVAL)
    yield Section("Hours from the first alert to the deadline", headings, leads)


def _short(evaluation: Evaluation) -> list[tuple[str, ...]]:
    return [
        ("as of", f"{evaluation.as_of:%Y-%m-%d %H:%M} UTC, after {evaluation.days:.1f} days"),
        ("incidents", f"{evaluation.incidents:,} in {evaluation.stories:,} stories"),
        *(
            (f"recording rate in truth, {stratum}", _in_words(share))
            for stratum, share in evaluation.recording_rates.items()
        ),
        ("faults that the data betray", f"{evaluation.visible_faults:,} (and {evaluation.not_yet:,} too new to count)"),
        ("of these told of in any way", _in_words(evaluation.told)),
        ("recall of alerts", _in_words(evaluation.recall)),
        ("precision of alerts", _in_words(evaluation.precision)),
        ("false alarms per 1,000 incidents", f"{evaluation.false_per_thousand:.2f}"),
        ("false alarms a day", f"{evaluation.false_per_day:.2f}"),
        ("faults that nothing betrays", f"{evaluation.unseen.of:,}, of which {evaluation.unseen.found} have an alert"),
    ]


def _with_total(shares: Mapping[str, Share]) -> Mapping[str, Share]:
    total = Share(sum(each.found for each in shares.values()), sum(each.of for each in shares.values()))
    return {**shares, "all": total} if shares else shares


def _in_words(share: Share) -> str:
    return f"{_percent(share)} ({share.found:,} of {share.of:,}; {_INTERVAL} {_interval(share)})"


def _of_shares(title: str, name: str, found: str, shares: Mapping[str, Share]) -> Section:
    rows: list[tuple[str, ...]] = [
        (_words(each), f"{share.found:,}", f"{share.of:,}", _percent(share), _interval(share))
        for each, share in shares.items()
    ]
    return Section(title, (name, found, "of", "share", _INTERVAL), rows)


def _lead(fault: str, lead: Lead) -> tuple[str, ...]:
    share = lead.before_deadline
    hours = (f"{lead.median:.1f}", f"{lead.least_of_nine_in_ten:.1f}")
    return _words(fault), f"{lead.alerts:,}", *hours, _percent(share), _interval(share)


def _percent(share: Share) -> str:
    return "-" if share.rate is None else f"{100 * share.rate:.1f} %"


def _interval(share: Share) -> str:
    return "-" if share.interval is None else "{:.1f} to {:.1f} %".format(*(100 * bound for bound in share.interval))


def _words(name: str) -> str:
    return name.replace("_", " ")
