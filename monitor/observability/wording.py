"""The texts of alerts, for Prometheus or for Grafana.

`<length>`, `<number>`, `<share>` and `<value>` are the number of the alert, as a person says it; `<force>` or any other
such mark is a label of the series. What is made of them is a Go template without `$`, for Grafana expands `$…` in its
files as environment variables.
"""

import re
from enum import StrEnum

_FORMS = {
    "length": "{{{{ {} | humanizeDuration }}}}",
    "number": '{{{{ printf "%.0f" {} }}}}',
    "share": "{{{{ {} | humanizePercentage }}}}",
    "value": "{{{{ {} }}}}",
}
_MARK = re.compile(r"<(\w+)>")
_MARK_IN_LINK = re.compile(r"%3C(\w+)%3E")


class Dialect(StrEnum):
    """Where the number of an alert stands."""

    PROMETHEUS = ".Value"
    GRAFANA = ".Values.query.Value"


def worded(text: str, dialect: Dialect) -> str:
    return _MARK.sub(lambda mark: _FORMS.get(mark[1], f"{{{{{{{{ .Labels.{mark[1]} }}}}}}}}").format(dialect), text)


def worded_link(link: str) -> str:
    """What a label holds comes from outside, so it is encoded where it is filled in."""
    return _MARK_IN_LINK.sub(lambda mark: f"{{{{ .Labels.{mark[1]} | urlquery }}}}", link)


def labels_in(text: str) -> set[str]:
    """The labels that a text needs."""
    return {mark for mark in _MARK.findall(text) if mark not in _FORMS}
