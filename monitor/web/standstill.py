"""Whether anything new is read and judged: a page of an hour ago looks like one of now."""

from monitor.store.presence import Work, present
from monitor.web.parts import Parts

_JUDGES = {Work.WORKER, Work.SHADOW}


def nobody_judges(web: Parts) -> bool:
    return _JUDGES.isdisjoint(each.kind for each in present(web.store))
